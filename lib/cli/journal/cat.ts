import { openText } from '../../journal/archive/open-text.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import type { Entry } from '../../journal/format/entry.ts'
import { escapeText } from '../../journal/format/text.ts'
import { followJournal } from '../../journal/read/follow.ts'
import { type Found, type PoisonReport, type Query, queryJournal } from '../../journal/read/query.ts'
import type { DamageReport } from '../../journal/read/reader.ts'
import { type Command, type Io, type OptionValues, UsageError } from '../command.ts'
import { entryJson, entryLine, localTime } from '../text.ts'
import { journalDirectory } from './journal-directory.ts'
import { parseWhen } from './when.ts'

/** At most this many bytes of a damaged stretch are shown. */
const shownDamage = 1 << 20

export const cat: Command = {
  args: '[DIR]',
  about:
    'Prints the entries of a journal, archived ones too, in the order in which they came: seq, time (UTC), kind,\n' +
    'source and text. What is damaged is named on standard error; --damaged prints its bytes in their place.\n' +
    'Ends with status 1 where anything is.',
  options: {
    from: {
      type: 'string',
      value: 'SEQ|TIME',
      about: 'from this one on: 812345, 2026-11-21, 2026-11-21T12:30, 90m (ago)',
    },
    to: {
      type: 'string',
      value: 'SEQ|TIME',
      about: 'up to and with this one (a day, minute or second: all of it)',
    },
    source: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      about: 'only from this source; may be given again',
    },
    local: {
      type: 'boolean',
      about: 'times in the time zone of this machine; those given without a zone, too',
    },
    follow: { type: 'boolean', about: 'go on with what is written from now on' },
    damaged: { type: 'boolean', about: 'print damaged stretches, too' },
  },
  count: { min: 0, max: 1 },

  async run([path], options, io) {
    const query = readQuery(options)
    const directory = await journalDirectory(path, io.env)
    const found = options.follow
      ? followJournal(systemDisk, directory, query, { signal: io.signal })
      : queryJournal(systemDisk, directory, query)
    const print = new Printer(directory, options, io)
    for await (const part of found) {
      await print.part(part)
      if (io.signal.aborted) break
    }
    return print.isWhole ? 0 : 1
  },
}

function readQuery({ from, to, source, local }: OptionValues): Query {
  const query: Query = {}
  const now = Date.now()
  const zone = local === true ? 'local' : 'UTC'
  if (typeof from === 'string') {
    const when = parseWhen('--from', from, now, zone)
    if ('seq' in when) query.fromSeq = when.seq
    else query.fromTime = when.first
  }
  if (typeof to === 'string') {
    const when = parseWhen('--to', to, now, zone)
    if ('seq' in when) query.toSeq = when.seq
    else query.toTime = when.last
  }
  if ((query.fromSeq ?? 0) > (query.toSeq ?? Number.POSITIVE_INFINITY))
    throw new UsageError('--from is behind --to')
  if (Array.isArray(source)) query.sources = new Set(source.map(String))
  return query
}

class Printer {
  readonly #directory: string
  readonly #json: boolean
  readonly #damaged: boolean
  readonly #line: (entry: Entry) => string
  readonly #io: Io
  /** nothing was damaged so far */
  isWhole = true

  constructor(directory: string, { json, damaged, local }: OptionValues, io: Io) {
    this.#directory = directory
    this.#json = json === true
    this.#line = local === true ? (entry) => entryLine(entry, localTime) : (entry) => entryLine(entry)
    this.#damaged = damaged === true
    this.#io = io
  }

  async part(part: Found): Promise<void> {
    this.isWhole &&= part.kind === 'entries'
    if (part.kind === 'entries')
      await this.#io.out(part.entries.map(this.#json ? entryJson : this.#line).join(''))
    else if (part.kind === 'poison') await this.#poison(part)
    else if (this.#damaged) await this.#damage(part)
    else this.#io.err(`fieldlog cat: damaged: ${where(part)}; --damaged prints it\n`)
  }

  async #poison({ file, entry: { seq, line, reason } }: PoisonReport): Promise<void> {
    if (!this.#damaged) {
      this.#io.err(`fieldlog cat: ${file}: entry ${seq} cannot be decoded: ${reason}; --damaged prints it\n`)
      return
    }
    const raw = lines(Buffer.from(line))
    if (this.#json) {
      const damaged = { file, reason, from: seq, to: seq }
      await this.#io.out(`${JSON.stringify({ damaged, raw })}\n`)
    } else await this.#io.out(`# not decodable: ${file}, entry ${seq}: ${reason}\n! ${raw.join('')}\n`)
  }

  async #damage(report: DamageReport): Promise<void> {
    const { file, offset, end, from, to, reason } = report
    const bytes = await this.#bytes(report)
    if (this.#json) {
      const damaged = { file, offset, end, reason, ...(to >= from ? { from, to } : {}) }
      await this.#io.out(`${JSON.stringify({ damaged, raw: lines(bytes) })}\n`)
      return
    }
    await this.#io.out(`# damaged: ${where(report)}\n`)
    for (const line of lines(bytes)) await this.#io.out(`! ${line}\n`)
    const more = end - offset - bytes.length
    if (more > 0) await this.#io.out(`# and ${more} bytes more\n`)
  }

  async #bytes({ file, offset, end }: DamageReport): Promise<Buffer> {
    if (end <= offset) return Buffer.alloc(0)
    const text = await openText(systemDisk, this.#directory)(file)
    try {
      return await text.read(offset, Math.min(end - offset, shownDamage))
    } finally {
      await text.close()
    }
  }
}

function where({ file, offset, end, from, to, reason }: DamageReport): string {
  const bytes = end > offset ? ` bytes ${offset} to ${end}` : ''
  const entries = to < from ? '' : from === to ? `, entry ${from}` : `, entries ${from} to ${to}`
  return `${file}${bytes}${entries}: ${reason}`
}

/** The lines as text of the journal; what is whole of an escape stays as it is. */
function lines(bytes: Buffer): string[] {
  const found: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at)
    const line = bytes.subarray(at, end === -1 ? bytes.length : end)
    // the backslashes are the journal's own
    found.push(escapeText(line).replaceAll('\\x5c', '\\'))
    at = end === -1 ? bytes.length : end + 1
  }
  return found
}
