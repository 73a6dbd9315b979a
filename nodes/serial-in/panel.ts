import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { configLabel } from '../shared/panel/config-label.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { onlyConfig } from '../shared/panel/only-config.ts'
import { type SerialInOptions, serialInOptions } from './options.ts'

const outputs = ['line', 'status', 'answer']

RED.nodes.registerType<SerialInOptions>('fieldlog-serial-in', {
  category: 'fieldlog',
  color: colours['serial-in'],
  defaults: { version: { value: currentVersion('fieldlog-serial-in') }, ...editorDefaults(serialInOptions) },
  inputs: 1,
  outputs: 3,
  inputLabels() {
    return this._('fieldlog-serial-in.input')
  },
  outputLabels(index) {
    return this._(`fieldlog-serial-in.${outputs[index]}`)
  },
  icon: 'fieldlog-serial-in.svg',
  // Node-RED's own node for serial ports has the name without a word before it
  paletteLabel: 'fieldlog serial in',
  onadd() {
    this.port = onlyConfig('fieldlog-port')
  },
  label() {
    return this.name || configLabel(this.port, 'path') || 'serial in'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    bindInputs(this, serialInOptions)
  },
  oneditsave() {
    saveVersion(this)
  },
})
