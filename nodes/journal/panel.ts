import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { type JournalNodeOptions, journalDefaults, journalProblem } from './settings.ts'

const check = (property: keyof JournalNodeOptions) => (value: unknown, _options?: unknown) =>
  journalProblem(property, value) ?? true

RED.nodes.registerType<JournalNodeOptions>('fieldlog-journal', {
  category: 'config',
  color: colours.journal,
  defaults: {
    version: { value: currentVersion('fieldlog-journal') },
    name: { value: journalDefaults.name },
    directory: { value: journalDefaults.directory, validate: check('directory') },
    bufferSize: { value: journalDefaults.bufferSize, validate: check('bufferSize') },
    flushInterval: { value: journalDefaults.flushInterval, validate: check('flushInterval') },
    reserve: { value: journalDefaults.reserve, validate: check('reserve') },
    maxHeld: { value: journalDefaults.maxHeld, validate: check('maxHeld') },
    archiveAfter: { value: journalDefaults.archiveAfter, validate: check('archiveAfter') },
    retentionDays: { value: journalDefaults.retentionDays, validate: check('retentionDays') },
    retentionSize: { value: journalDefaults.retentionSize, validate: check('retentionSize') },
  },
  label() {
    return this.name || String(this.directory || journalDefaults.directory)
  },
  oneditprepare() {
    openMigrated(this, 'node-config-input')
  },
  oneditsave() {
    saveVersion(this)
  },
})
