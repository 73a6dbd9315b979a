import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { type JournalNodeOptions, journalOptions } from './settings.ts'

RED.nodes.registerType<JournalNodeOptions>('fieldlog-journal', {
  category: 'config',
  color: colours.journal,
  defaults: { version: { value: currentVersion('fieldlog-journal') }, ...editorDefaults(journalOptions) },
  label() {
    return this.name || String(this.directory || journalOptions.directory.default)
  },
  oneditprepare() {
    bindInputs(this, journalOptions)
  },
  oneditsave() {
    saveVersion(this)
  },
})
