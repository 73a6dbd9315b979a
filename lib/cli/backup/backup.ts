import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { readCheckpoint } from '../../delivery/progress/audit.ts'
import { CheckpointFile } from '../../delivery/progress/checkpoint.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import { takeLock } from '../../journal/disk/lock.ts'
import type { Finding } from '../../journal/inspect/findings.ts'
import { verifyJournal } from '../../journal/inspect/verify.ts'
import { type BackupOptions, backupJournal } from '../../journal/keep/backup.ts'
import type { BackupResult } from '../../journal/keep/file-backup.ts'
import { journalPaths } from '../../journal/read/catalog.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { type Command, CommandError, type Io, UsageError } from '../command.ts'
import { homeOf, journalDirectory } from '../journal/journal-directory.ts'
import { readingAll } from '../journal/reading.ts'
import { count, counted, size } from '../text.ts'
import { copyHomeFiles } from './home-files.ts'
import { mustBeOtherDisk, noteBackup, openTarget } from './target.ts'

/** What is copied is for its owner alone, as it is in the home. */
const privateUmask = 0o077

/** One journal, copied. */
interface Copied extends BackupResult {
  whole: boolean
  checkpoint: number | undefined
  problems: Finding[]
}

export const backup: Command = {
  args: '[DIR] [TARGET]',
  about:
    'Copies the home, beside the running gateway or without one, to the folder TARGET: its journals, flows, logins and settings.\n' +
    'TARGET is a new folder, or that of an earlier backup, of which only what has changed is copied; without it FIELDLOG_BACKUP.\n' +
    'The copies of journals are verified; the status is 1 where one is not whole, or could not be completed: then run it again.\n' +
    'With DIR, the directory of a journal, that journal alone is copied, into TARGET itself.',
  options: {
    'other-disk': {
      type: 'boolean',
      about: 'only where TARGET is on another disk: a stick that is not mounted is an error',
    },
    'without-secrets': {
      type: 'boolean',
      about: 'leave passwords out, and the key of the logins in the flow: these are to be entered again then',
    },
    prune: { type: 'boolean', about: 'remove from the copy what retention has removed from the journal' },
  },
  count: { min: 0, max: 2 },

  async run(paths, options, io) {
    const to = paths.at(-1) ?? io.env.FIELDLOG_BACKUP?.trim()
    if (!to) throw new UsageError('it needs TARGET, or FIELDLOG_BACKUP')
    const job: Job = {
      target: resolve(to),
      to,
      io,
      prune: options.prune === true,
      otherDisk: options['other-disk'] === true,
      withSecrets: options['without-secrets'] !== true,
      json: options.json === true,
    }
    const umask = process.umask(privateUmask)
    try {
      return paths.length > 1 ? await backupOne(paths[0]!, job) : await backupHome(job)
    } catch (error) {
      throw incomplete(error, to)
    } finally {
      process.umask(umask)
    }
  },
}

interface Job {
  /** absolute */
  target: string
  /** as it was given */
  to: string
  io: Io
  prune: boolean
  otherDisk: boolean
  withSecrets: boolean
  json: boolean
}

async function backupOne(path: string, job: Job): Promise<number> {
  const { io, target, json } = job
  const directory = await journalDirectory(path, io.env)
  if (job.otherDisk) await mustBeOtherDisk(directory, target)
  const copied = await copyJournal(directory, target, job)
  if (json) await io.out(`${JSON.stringify(copied, null, 2)}\n`)
  else await io.out(lineOf(copied))
  complain(copied, io)
  return copied.whole ? 0 : 1
}

async function backupHome(job: Job): Promise<number> {
  const { io, target, to, json } = job
  const home = resolve(homeOf(io.env))
  const directories = await journalsOf(home, io)
  if (isInside(target, home)) throw new CommandError(`${to} is inside the home: give a folder outside of it`)
  if (job.otherDisk) for (const directory of directories) await mustBeOtherDisk(directory, target)
  await openTarget(systemDisk, target)
  const journals: Array<Copied & { directory: string; copy: string }> = []
  for (const directory of directories) {
    const copy = placeOf(directory, home)
    const copied = await copyJournal(directory, join(target, copy), job)
    journals.push({ directory, copy, ...copied })
    if (!json) await io.out(directories.length > 1 ? `${copy}: ${lineOf(copied)}` : lineOf(copied))
    complain(copied, io)
  }
  const files = await copyHomeFiles(systemDisk, home, target, { env: io.env, withSecrets: job.withSecrets })
  const whole = journals.every((journal) => journal.whole)
  const at = Date.now()
  await noteBackup(systemDisk, target, {
    at,
    whole,
    lastSeq: Math.max(...journals.map(({ lastSeq }) => lastSeq)),
  })
  if (json) await io.out(`${JSON.stringify({ whole, at, journals, files }, null, 2)}\n`)
  else if (files.names.length > 0)
    await io.out(
      `flows and settings: ${counted(files.names.length, 'file')}, ${count(files.changed)} of them copied\n`,
    )
  return whole ? 0 : 1
}

/** The journals that the home's flow has, as far as anything was logged in them. */
async function journalsOf(home: string, io: Io): Promise<string[]> {
  const found: string[] = []
  for (const directory of await journalsNamed(home, io)) {
    if (directory !== undefined && (await journalPaths(systemDisk, directory)).length > 0)
      found.push(directory)
  }
  // says what is missing there
  return found.length > 0 ? [...new Set(found)] : [await journalDirectory(undefined, io.env)]
}

async function journalsNamed(home: string, { env }: Io): Promise<string[]> {
  let flow: unknown
  try {
    flow = JSON.parse(await readFile(join(home, 'flows.json'), 'utf8'))
  } catch {
    // no flow, or none that can be read: its usual place is looked at all the same
  }
  const nodes = Array.isArray(flow) ? (flow as Array<{ type?: unknown; directory?: unknown }>) : []
  const named = nodes
    .filter(({ type }) => type === 'fieldlog-journal')
    .map(({ directory }) => String(directory ?? ''))
  return ['journal', ...named].map((directory) =>
    resolve(home, directory.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? '') || 'journal'),
  )
}

/** Where a journal is in the copy: as in the home, and those of other places below `elsewhere`. */
function placeOf(directory: string, home: string): string {
  return isInside(directory, home) ? relative(home, directory) : join('elsewhere', directory)
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return !isAbsolute(way) && way.split('/')[0] !== '..'
}

async function copyJournal(directory: string, target: string, { io, to, ...options }: Job): Promise<Copied> {
  if (isInside(target, directory))
    throw new CommandError(`${to} is inside the journal: give a directory outside of it`)
  await systemDisk.makeDirectory(target)
  // another backup must not write there at the same time, nor a gateway that was started on the copy
  const lock = takeLock(target, Date.now())
  try {
    return await copyLocked(directory, target, options, io)
  } finally {
    lock.release()
  }
}

async function copyLocked(
  directory: string,
  target: string,
  options: BackupOptions,
  io: Io,
): Promise<Copied> {
  // first the checkpoint: the copy must not lack what it says is done
  const checkpoint = await readCheckpoint(systemDisk, directory)
  const result = await readingAll(io, directory, 'copied', (disk) =>
    backupJournal(disk, directory, target, options),
  )
  if (checkpoint) {
    const file = new CheckpointFile(systemDisk, join(target, '.checkpoint'))
    await file.read()
    await file.write(checkpoint)
    await file.close()
  }
  const { problems } = await readingAll(io, target, 'verified', (disk) =>
    verifyJournal(disk, target, { checkpoint: checkpoint?.seq }),
  )
  return { whole: problems.length === 0, ...result, checkpoint: checkpoint?.seq, problems }
}

function lineOf({ whole, files, kept, repaired, older, bytes, lastSeq }: Copied): string {
  const there = [
    ...(kept > 0 ? [`${count(kept)} were there`] : []),
    ...(repaired > 0 ? [`${count(repaired)} repaired`] : []),
    ...(older > 0 ? [`${count(older)} older ones kept`] : []),
  ]
  return (
    `${counted(files, 'file')}${there.length > 0 ? ` (${there.join(', ')})` : ''}, ${size(bytes)} copied, ` +
    `up to entry ${count(lastSeq)}; verified: ${whole ? 'whole' : 'NOT whole'}\n`
  )
}

function complain({ spared, aside, problems }: Copied, io: Io): void {
  const say = (text: string) => io.err(`fieldlog backup: ${text}\n`)
  for (const file of spared)
    say(`${file}: damaged or missing in the journal; the copy of an earlier backup is whole, and was kept`)
  for (const file of aside)
    say(`${file}: this copy of an earlier backup has entries that the journal no longer has; it was kept`)
  for (const { file, text } of problems) say(`${file}: ${text}`)
}

const advices: Record<string, string> = {
  ENOSPC:
    'the disk there is full: make room, or use --prune, which removes what retention has removed from the journal',
  EDQUOT:
    'the quota there is used up: make room, or use --prune, which removes what retention has removed from the journal',
  EROFS:
    'the disk there is mounted read-only: Linux does so after errors of the disk; a stick may have a switch',
  EACCES:
    'this user may not write there, or not read the home: see docs/backup.md on whose folder it should be',
  EIO: 'was the stick pulled out, or does it fail?',
  ENODEV: 'was the stick pulled out?',
  JOURNAL_LOCKED: 'does another backup run, or a gateway on that copy?',
}

/** What the system said, with what to do; errors that say so themselves as they are. */
function incomplete(error: unknown, to: string): unknown {
  const advice = advices[errorCode(error) ?? '']
  if (advice === undefined) return error
  return new CommandError(
    `the copy in ${to} is not complete (${asError(error).message}): ${advice}. What an earlier backup had is still there`,
  )
}
