import { access, constants, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { dayLines, dayOfName } from '../../journal/format/jeemon.ts'
import { escapeText } from '../../journal/format/text.ts'
import { parseDay } from '../../journal/format/time.ts'
import { Journal } from '../../journal/journal.ts'
import { asError } from '../../kit/errors.ts'
import { type Command, CommandError, type Io, UsageError } from '../command.ts'
import { Progress } from '../progress.ts'
import { count, counted } from '../text.ts'
import { homeJournal } from './journal-directory.ts'

/** Entries between two writes: a batch of about 1 MB. */
const batch = 20_000
/** At most this many characters of a rejected line are shown. */
const shown = 200

export const importFiles: Command = {
  args: '[DIR] FILE…',
  about:
    'Appends JeeMon day files (20121130.txt, 20121130.txt.gz; lines `L HH:MM:SS.mmm device text`) to a journal that\n' +
    'no gateway has open, with their own times. A line that is no entry is named on standard error with its file and\n' +
    'number, and not imported; the status is 1 then. Importing a file again adds its lines again.',
  options: {
    date: { type: 'string', value: 'YYYY-MM-DD', about: 'the day of a file whose name does not say it' },
  },
  count: { min: 1, max: Number.POSITIVE_INFINITY },

  async run(paths, { date, json }, io) {
    const { directory, files } = await target(paths, io.env)
    const days = await Promise.all(
      files.map((file) => dayOf(file, typeof date === 'string' ? date : undefined)),
    )
    const journal = new Journal({ directory, bufferSize: batch, flushInterval: 3600 })
    await journal.start()
    const results: FileResult[] = []
    try {
      for (const [index, file] of files.entries()) {
        if (io.signal.aborted) break
        results.push(await importFile(journal, file, days[index]!, io))
        if (!json) await io.out(`${file}: ${summary(results.at(-1)!)}\n`)
      }
    } finally {
      await journal.stop()
    }
    return await report(results, files, json === true, io)
  },
}

/** The first argument is the journal, unless it is a file or has the name of a day file. */
async function target(
  paths: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ directory: string; files: string[] }> {
  const [first = '', ...rest] = paths
  const isFile = dayOfName(first) !== undefined || (await isFileNow(first))
  if (!isFile && rest.length === 0) throw new UsageError('it needs [DIR] FILE…: no file is given')
  return isFile ? { directory: homeJournal(env), files: paths } : { directory: resolve(first), files: rest }
}

async function isFileNow(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    // what is wrong with it is said where it is opened
    return false
  }
}

interface FileResult {
  file: string
  entries: number
  rejected: number
  /** seqs in the journal; undefined where there is none */
  from: number | undefined
  to: number | undefined
}

async function dayOf(file: string, date: string | undefined): Promise<number> {
  await access(file, constants.R_OK).catch(() => {
    throw new CommandError(`cannot read ${file}: nothing was imported`)
  })
  const day = date === undefined ? dayOfName(file) : parseDay(date.replaceAll('-', ''))
  if (day === undefined)
    throw new UsageError(`the name of ${file} is no date (20121130.txt): give --date YYYY-MM-DD`)
  if (Number.isNaN(day)) throw new UsageError(`--date ${date} is no date YYYY-MM-DD`)
  return day
}

async function importFile(journal: Journal, file: string, day: number, io: Io): Promise<FileResult> {
  const before = journal.lastSeq
  const result = { file, entries: 0, rejected: 0 }
  let waiting = 0
  const progress = new Progress(io)
  try {
    for await (const lines of dayLines(file, day)) {
      for (const line of lines) {
        if ('rejected' in line) {
          result.rejected++
          const { problem, text } = line.rejected
          io.err(`${file}:${line.number}: ${problem}: ${escapeText(text).slice(0, shown)}\n`)
          continue
        }
        const { time, source, text } = line.reading
        const entry = { kind: 'R' as const, received: Date.now(), time, source, text: escapeText(text) }
        while (!journal.append(entry)) await flush(journal)
        result.entries++
        waiting++
      }
      if (waiting < batch) continue
      await flush(journal)
      progress.tell(() => `${file}: ${counted(result.entries, 'entry', 'entries')} so far`)
      waiting = 0
      if (io.signal.aborted) break
    }
  } catch (error) {
    // what came before is kept and told
    result.rejected++
    io.err(`fieldlog import: ${asError(error).message}\n`)
  } finally {
    progress.end()
  }
  journal.notice('import', { file: basename(file), entries: result.entries, rejected: result.rejected })
  await flush(journal)
  const to = journal.lastSeq
  return { ...result, from: to > before ? before + 1 : undefined, to: to > before ? to : undefined }
}

/** Throws where the disk does not take what is held: an import can wait for its user. */
async function flush(journal: Journal): Promise<void> {
  let stop = () => {}
  const failed = new Promise<void>((_, reject) => {
    const timer = setInterval(() => {
      const { failure } = journal.statistics
      if (failure) reject(new CommandError(`${failure}; what was imported before is kept`))
    }, 500)
    stop = () => clearInterval(timer)
  })
  try {
    await Promise.race([journal.flush(), failed])
  } finally {
    stop()
  }
}

async function report(results: FileResult[], files: string[], json: boolean, io: Io): Promise<number> {
  const entries = results.reduce((sum, result) => sum + result.entries, 0)
  const rejected = results.reduce((sum, result) => sum + result.rejected, 0)
  const left = files.length - results.length
  if (json) await io.out(`${JSON.stringify({ entries, rejected, files: results }, null, 2)}\n`)
  else if (files.length > 1) await io.out(`together: ${summary({ entries, rejected })}\n`)
  if (left > 0) io.err(`fieldlog import: stopped; ${counted(left, 'file')} not imported\n`)
  return rejected > 0 || left > 0 ? 1 : 0
}

function summary({ entries, rejected, from, to }: Partial<FileResult>): string {
  const seqs = from === undefined ? '' : ` as ${count(from)} to ${count(to!)}`
  const bad = rejected ? `, ${counted(rejected, 'line')} rejected` : ''
  return `${counted(entries ?? 0, 'entry', 'entries')}${seqs}${bad}`
}
