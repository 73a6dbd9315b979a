import { resolve } from 'node:path'
import type { KeepOptions } from '../../lib/journal/keep/upkeep.ts'
import type { JournalOptions } from '../../lib/journal/write/options.ts'
import { readOptions } from '../../lib/options/options.ts'
import { type JournalNodeOptions, journalOptions, mebibyte } from './settings.ts'

/** The writer's options from a node's properties; a relative directory is in the user directory. @throws OptionsError */
export function readJournalOptions(
  config: Partial<JournalNodeOptions>,
  userDir: string,
): JournalOptions & Required<KeepOptions> {
  const settings = readOptions(journalOptions, config)
  const { bufferSize, flushInterval, archiveAfter, retentionDays } = settings
  return {
    directory: resolve(userDir, settings.directory),
    bufferSize,
    flushInterval,
    reserve: settings.reserve * 1_000_000,
    maxHeldBytes: settings.maxHeld * 1_000_000,
    entryLimit: Math.round(settings.entryLimit * mebibyte),
    archiveAfter,
    retentionDays,
    retentionBytes: settings.retentionSize * 1_000_000,
  }
}
