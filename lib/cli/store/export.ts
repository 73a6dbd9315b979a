import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { History } from '../../history/query/history.ts'
import { systemDisk } from '../../journal/disk/disk.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { type Command, type Io, type OptionValues, UsageError } from '../command.ts'
import { readRules } from '../journal/flow-file.ts'
import { homeOf, journalDirectory } from '../journal/journal-directory.ts'
import { readingAll } from '../journal/reading.ts'
import { parseWhen } from '../journal/when.ts'
import { lackOf } from './completeness.ts'
import { withRowsOf } from './journal-rows.ts'

const storeName = 'fieldlog.sqlite'
const formats = ['csv', 'jsonl']

type Query = Record<string, unknown> & { from?: number; to?: number }

export const exportRows: Command = {
  args: '[STORE|DIR]',
  about:
    'Prints a row for each event, with its fields, verdict and reasons, by series and time. They come from a store: STORE is its\n' +
    `file, or the directory of ${storeName}; by default store/ in FIELDLOG_HOME (~/.fieldlog). It reads beside the gateway.\n` +
    'Where the home has no store, or one that lacks events of the journal, and with --journal always, the lines of the journal\n' +
    "are decoded and judged by the formats and rules of the flow. DIR is then the journal's directory; by default the home's.",
  options: {
    csv: { type: 'boolean', about: 'rows of CSV (default)' },
    jsonl: { type: 'boolean', about: 'a line of JSON for each event' },
    format: { type: 'string', value: 'csv|jsonl', about: 'the same by name' },
    type: { type: 'string', value: 'TYPE', about: 'only events of this type' },
    series: { type: 'string', value: 'SERIES', about: 'only this series: <type>/<name>, or its id' },
    from: { type: 'string', value: 'TIME', about: 'from then on: 2026-11-21, 2026-11-21T12:30, 90m (ago)' },
    to: { type: 'string', value: 'TIME', about: 'up to and with then (a day, minute or second: all of it)' },
    verdict: { type: 'string', value: 'good|bad|held', about: 'only events with this verdict' },
    journal: { type: 'boolean', about: 'from the journal, whatever store there is' },
    flow: {
      type: 'string',
      value: 'FILE',
      about: "flow file whose formats and rules are used; default: the home's",
    },
    node: { type: 'string', value: 'ID', about: 'id or name of the label node, where a flow has several' },
  },
  count: { min: 0, max: 1 },

  async run([path], options, io) {
    const query = queryOf(options)
    const isOfJournal = options.journal === true || (path === undefined && (await lacksEvents(query, io)))
    if (isOfJournal) await exportJournal(path, query, options, io)
    else await print(await storeFile(path, io), query, io)
    return 0
  },
}

async function print(file: string, query: Query, io: Io): Promise<void> {
  const history = new History({ file })
  try {
    for await (const text of history.export(query, io.signal)) await io.out(text)
  } catch (error) {
    if (io.signal.aborted) return
    if (errorCode(error) === 'QUERY') throw new UsageError(`--${asError(error).message}`)
    throw error
  } finally {
    await history.close()
  }
}

async function exportJournal(
  path: string | undefined,
  query: Query,
  { flow, node }: OptionValues,
  io: Io,
): Promise<void> {
  const directory = await journalDirectory(path, io.env)
  const rules = await readRules(typeof flow === 'string' ? flow : join(homeOf(io.env), 'flows.json'), node)
  const wanted = {
    from: query.from ?? Number.NEGATIVE_INFINITY,
    to: query.to ?? Number.POSITIVE_INFINITY,
  }
  await readingAll(io, directory, 'read', (disk) =>
    withRowsOf({ disk, directory, rules, wanted, signal: io.signal }, (file) => print(file, query, io)),
  )
}

/** Whether the home's store cannot answer, and its journal can; says why. */
async function lacksEvents({ to }: Query, io: Io): Promise<boolean> {
  const directory = await journalDirectory(undefined, io.env).catch(() => undefined)
  // then the store is all there is
  if (directory === undefined) return false
  const now = Date.now()
  const lack = await lackOf(await storeFile(undefined, io), { disk: systemDisk, directory, to, now })
  if (lack !== undefined) io.err(`${lack}: the rows are taken from the journal ${directory}\n`)
  return lack !== undefined
}

async function storeFile(path: string | undefined, { env }: Io): Promise<string> {
  const given = resolve(path ?? join(homeOf(env), 'store'))
  // what is no directory, or is not there at all, the history tells
  const found = await stat(given).catch(() => undefined)
  return found?.isDirectory() ? join(given, storeName) : given
}

function queryOf({ type, series, from, to, verdict, ...options }: OptionValues): Query {
  const now = Date.now()
  return {
    format: formatOf(options),
    type,
    series,
    verdict,
    ...(typeof from === 'string' && { from: timeOf('--from', from, now).first }),
    ...(typeof to === 'string' && { to: timeOf('--to', to, now).last + 1 }),
  }
}

function formatOf({ format, csv, jsonl, json }: OptionValues): string {
  if (format !== undefined && !formats.includes(String(format))) {
    throw new UsageError(`--format must be one of: ${formats.join(', ')}`)
  }
  const isJson = jsonl === true || json === true
  const wanted = new Set([
    ...(csv === true ? ['csv'] : []),
    ...(isJson ? ['jsonl'] : []),
    ...(format === undefined ? [] : [String(format)]),
  ])
  if (wanted.size > 1) throw new UsageError('choose one of --csv and --jsonl')
  return [...wanted][0] ?? 'csv'
}

function timeOf(option: string, text: string, now: number): { first: number; last: number } {
  const when = parseWhen(option, text, now)
  if ('first' in when) return when
  throw new UsageError(`${option} ${text} is a seq, and a store is read by time (2026-11-21, 90m)`)
}
