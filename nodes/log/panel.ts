import { colours } from '../shared/colours.ts'
import { type LogNodeOptions, logDefaults, logProblem } from './settings.ts'

const check = (property: 'window' | 'quietTime' | 'timeLimit') => (value: unknown, _options?: unknown) =>
  logProblem(property, value) ?? true

RED.nodes.registerType<LogNodeOptions>('fieldlog-log', {
  category: 'fieldlog',
  color: colours.log,
  defaults: {
    name: { value: logDefaults.name },
    journal: { value: logDefaults.journal, type: 'fieldlog-journal', required: true },
    window: { value: logDefaults.window, validate: check('window') },
    quietTime: { value: logDefaults.quietTime, validate: check('quietTime') },
    timeLimit: { value: logDefaults.timeLimit, validate: check('timeLimit') },
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(index === 0 ? 'fieldlog-log.events' : 'fieldlog-log.recovered')
  },
  icon: 'fieldlog-log.svg',
  paletteLabel: 'log',
  label() {
    return this.name || 'log'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
})
