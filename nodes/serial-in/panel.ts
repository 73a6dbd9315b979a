import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { onlyConfig } from '../shared/panel/only-config.ts'
import { type SerialInOptions, serialInDefaults } from './options.ts'

RED.nodes.registerType<SerialInOptions>('fieldlog-serial-in', {
  category: 'fieldlog',
  color: colours['serial-in'],
  defaults: {
    version: { value: currentVersion('fieldlog-serial-in') },
    name: { value: serialInDefaults.name },
    port: { value: serialInDefaults.port, type: 'fieldlog-port', required: true },
  },
  inputs: 0,
  outputs: 1,
  outputLabels() {
    return this._('fieldlog-serial-in.line')
  },
  icon: 'fieldlog-serial-in.svg',
  paletteLabel: 'serial in',
  onadd() {
    this.port = onlyConfig('fieldlog-port')
  },
  label() {
    return this.name || 'serial in'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    openMigrated(this)
  },
  oneditsave() {
    saveVersion(this)
  },
})
