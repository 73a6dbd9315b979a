import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { onlyConfig } from '../shared/panel/only-config.ts'
import { type EventsInOptions, eventsInOptions } from './options.ts'

RED.nodes.registerType<EventsInOptions>('fieldlog-events-in', {
  category: 'fieldlog',
  color: colours['events-in'],
  defaults: { version: { value: currentVersion('fieldlog-events-in') }, ...editorDefaults(eventsInOptions) },
  inputs: 0,
  outputs: 2,
  outputLabels(index) {
    return this._(index === 0 ? 'fieldlog-events-in.event' : 'fieldlog-events-in.rejected')
  },
  icon: 'fieldlog-events-in.svg',
  paletteLabel: 'events in',
  onadd() {
    this.events = onlyConfig('fieldlog-events')
  },
  label() {
    return this.name || 'events in'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    bindInputs(this, eventsInOptions)
  },
  oneditsave() {
    saveVersion(this)
  },
})
