import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { History } from '../../history/query/history.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { type Command, type Io, type OptionValues, UsageError } from '../command.ts'
import { parseWhen } from '../journal/when.ts'

const storeName = 'fieldlog.sqlite'
const formats = ['csv', 'jsonl']

export const exportRows: Command = {
  args: '[STORE]',
  about:
    'Prints what a store holds: a row for each event, with its fields, verdict and reasons, by series and time. STORE is the\n' +
    `file, or the directory of ${storeName}; by default store/ in FIELDLOG_HOME (~/.fieldlog). It reads beside the gateway.`,
  options: {
    format: { type: 'string', value: 'csv|jsonl', about: 'CSV (default), or a line of JSON for each event' },
    type: { type: 'string', value: 'TYPE', about: 'only events of this type' },
    series: { type: 'string', value: 'SERIES', about: 'only this series: <type>/<name>, or its id' },
    from: { type: 'string', value: 'TIME', about: 'from then on: 2026-11-21, 2026-11-21T12:30, 90m (ago)' },
    to: { type: 'string', value: 'TIME', about: 'up to and with then (a day, minute or second: all of it)' },
    verdict: { type: 'string', value: 'good|bad|held', about: 'only events with this verdict' },
  },
  count: { min: 0, max: 1 },

  async run([path], options, io) {
    const history = new History({ file: await storeFile(path, io) })
    try {
      for await (const text of history.export(queryOf(options), io.signal)) await io.out(text)
      return 0
    } catch (error) {
      if (io.signal.aborted) return 0
      if (errorCode(error) === 'QUERY') throw new UsageError(`--${asError(error).message}`)
      throw error
    } finally {
      await history.close()
    }
  },
}

async function storeFile(path: string | undefined, { env }: Io): Promise<string> {
  const given = resolve(path ?? join(env.FIELDLOG_HOME || join(homedir(), '.fieldlog'), 'store'))
  // what is no directory, or is not there at all, the history tells
  const found = await stat(given).catch(() => undefined)
  return found?.isDirectory() ? join(given, storeName) : given
}

function queryOf({ format, json, type, series, from, to, verdict }: OptionValues): Record<string, unknown> {
  const now = Date.now()
  if (format !== undefined && !formats.includes(String(format))) {
    throw new UsageError(`--format must be one of: ${formats.join(', ')}`)
  }
  return {
    format: json === true ? 'jsonl' : format,
    type,
    series,
    verdict,
    ...(typeof from === 'string' && { from: timeOf('--from', from, now).first }),
    ...(typeof to === 'string' && { to: timeOf('--to', to, now).last + 1 }),
  }
}

function timeOf(option: string, text: string, now: number): { first: number; last: number } {
  const when = parseWhen(option, text, now)
  if ('first' in when) return when
  throw new UsageError(`${option} ${text} is a seq, and a store is read by time (2026-11-21, 90m)`)
}
