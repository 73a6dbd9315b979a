import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { type HttpBodyOptions, httpBodyOptions } from './options.ts'

RED.nodes.registerType<HttpBodyOptions>('fieldlog-http-body', {
  category: 'fieldlog',
  color: colours['http-body'],
  defaults: { version: { value: currentVersion('fieldlog-http-body') }, ...editorDefaults(httpBodyOptions) },
  credentials: { token: { type: 'password' } },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(index === 0 ? 'fieldlog-http-body.events' : 'fieldlog-http-body.answer')
  },
  icon: 'fieldlog-http-body.svg',
  paletteLabel: 'http body',
  label() {
    return this.name || 'http body'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    bindInputs(this, httpBodyOptions)
  },
  oneditsave() {
    saveVersion(this)
  },
})
