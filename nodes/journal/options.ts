import { isAbsolute, relative, resolve } from 'node:path'
import type { KeepOptions } from '../../lib/journal/keep/upkeep.ts'
import type { JournalOptions } from '../../lib/journal/write/options.ts'
import { isVariable } from '../shared/variable.ts'
import { type JournalNodeOptions, journalDefaults, journalProblems } from './settings.ts'

/**
 * The writer's options from a node's properties (text where they come from the environment); what is empty is the default.
 * Throws an Error that names what is wrong.
 */
export function readJournalOptions(
  config: Partial<JournalNodeOptions>,
  userDir: string,
): JournalOptions & Required<KeepOptions> {
  const settings = { ...journalDefaults, ...withoutEmpty(config) }
  const [problem] = Object.values(journalProblems(settings))
  if (problem) throw new Error(problem)
  return {
    directory: directoryIn(userDir, String(settings.directory)),
    bufferSize: Number(settings.bufferSize),
    flushInterval: Number(settings.flushInterval),
    reserve: Number(settings.reserve) * 1_000_000,
    maxHeldBytes: Number(settings.maxHeld) * 1_000_000,
    archiveAfter: Number(settings.archiveAfter),
    retentionDays: Number(settings.retentionDays),
    retentionBytes: Number(settings.retentionSize) * 1_000_000,
  }
}

/** A relative directory stays in the user directory; an absolute one is taken as it is. */
function directoryIn(userDir: string, directory: string): string {
  if (isAbsolute(directory)) return resolve(directory)
  const path = resolve(userDir, directory)
  if (relative(userDir, path).startsWith('..')) {
    throw new Error(`the directory ${directory} leads out of ${userDir}: give it as an absolute path`)
  }
  return path
}

function withoutEmpty(config: Partial<JournalNodeOptions>): Partial<JournalNodeOptions> {
  return Object.fromEntries(
    Object.entries(config).filter(([, value]) => value !== '' && value !== undefined && !isVariable(value)),
  )
}
