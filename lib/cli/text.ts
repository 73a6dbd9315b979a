// Numbers and lines as subcommands print them.
import { isUtf8 } from 'node:buffer'
import { styleText } from 'node:util'
import { type Entry, idOf } from '../journal/format/entry.ts'
import { unescapeBytes } from '../journal/format/text.ts'
import { dateTime } from '../journal/format/time.ts'
import type { Io } from './command.ts'

/** `10,000,000` */
export function count(n: number): string {
  return n.toLocaleString('en-US')
}

/** `1 file`, `3 files` */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

/** `612 MB` */
export function size(bytes: number): string {
  for (const [unit, name] of [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const) {
    if (bytes >= unit) return `${(bytes / unit).toFixed(bytes < unit * 10 ? 1 : 0)} ${name}`
  }
  return `${bytes} bytes`
}

/** An entry as one line: seq, the moment it belongs to (in UTC unless `shown` says otherwise), kind, source, text. */
export function entryLine({ seq, time, kind, source, text }: Entry, shown = utcTime): string {
  return `${seq} ${shown(time)} ${kind} ${source} ${text}\n`
}

function utcTime(ms: number): string {
  return `${dateTime(ms)}Z`
}

/** `2026-11-21T13:30:00.250+01:00`: ms since 1970 by the time zone of this machine */
export function localTime(ms: number): string {
  const offset = -new Date(ms).getTimezoneOffset()
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return `${dateTime(ms + offset * 60_000)}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`
}

/** A text in a colour, where standard output shows colours. */
export function paint({ hasColours }: Io, colour: 'red' | 'green' | 'yellow' | 'dim', text: string): string {
  return hasColours ? styleText(colour, text, { validateStream: false }) : text
}

/** An entry as one line of JSON. `payload` is what a flow gets; bytes that are no UTF-8 stand in `raw` alone. */
export function entryJson(found: Entry): string {
  const { seq, received, time, kind, source, text, cut } = found
  const mark = cut === undefined ? {} : { cut }
  // without an id where its epoch is not known: JSON.stringify leaves it out
  const entry = { id: idOf(found), seq, kind, received, time, source, raw: text, ...mark }
  if (kind === 'E') return `${JSON.stringify({ ...entry, payload: JSON.parse(text) as unknown })}\n`
  const bytes = unescapeBytes(text)
  return `${JSON.stringify(isUtf8(bytes) ? { ...entry, payload: bytes.toString('utf8') } : entry)}\n`
}
