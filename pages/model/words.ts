// How numbers, times and lengths of time are written. The words are English whatever the browser's language is, as all of the
// gateway's texts are.
import type { FieldKind, Value } from './wire.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** A length of time by its greatest unit, short enough for a table: `now`, `12 s`, `3 min`, `5 h`, `12 d`, `2 y`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < minute) return `${whole} s`
  if (whole < hour) return `${Math.floor(whole / minute)} min`
  if (whole < 2 * day) return `${Math.floor(whole / hour)} h`
  if (whole < year) return `${Math.floor(whole / day)} d`
  return `${Math.floor((whole * 10) / year) / 10} y`
}

/** How long ago something was. A reading from the future (a clock that is ahead) is as good as one of now. */
export function age(time: number, now: number): string {
  return duration((now - time) / 1000)
}

/** The usual interval of a device: what is measured as 63.7 s is told as `64 s`. */
export function interval(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`
  if (seconds < 3 * minute) return `${Math.round(seconds)} s`
  if (seconds < 3 * hour) return `${Math.round(seconds / minute)} min`
  return duration(seconds)
}

/** Milliseconds as people say them: `3.2 ms`, `840 ms`, `1.25 s`, `2 min 5 s`. */
export function milliseconds(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 10) return `${decimal(ms, 1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${decimal(ms / 1000, ms < 10_000 ? 2 : 1)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`
}

/** 1234567 as `1,234,567`. */
export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US')
}

/** `1 reading`, `2 readings`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`
}

/** A number with exactly these decimals, or with as many as it needs to show four digits. */
export function decimal(number: number, decimals: number | null): string {
  if (decimals !== null) return grouped(number, Math.min(20, Math.max(0, decimals)))
  const size = Math.abs(number)
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return withSign(number.toExponential(3))
  const places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3
  return grouped(Number(number.toFixed(Number.isInteger(number) ? 0 : places)))
}

/** Digits in groups of three from five digits on, as on the dial of a meter. */
function grouped(number: number, decimals?: number): string {
  const text = number.toLocaleString('en-US', {
    minimumFractionDigits: decimals ?? 0,
    maximumFractionDigits: decimals ?? 20,
    useGrouping: Math.abs(number) >= 10_000,
  })
  return withSign(text)
}

/** The minus sign of typography; a zero that was rounded has none. */
function withSign(text: string): string {
  if (!text.startsWith('-')) return text
  return /[1-9]/.test(text) ? `−${text.slice(1)}` : text.slice(1)
}

/** The value of a field, without its unit. */
export function value(of: Value, field: { kind: FieldKind; decimals: number | null }): string {
  if (of === null) return '–'
  if (typeof of === 'string') return of
  if (typeof of === 'boolean' || field.kind === 'boolean') return of ? 'yes' : 'no'
  return decimal(of, field.decimals)
}

/** The value with its unit; there is no space before a degree or a per cent that stands alone as in `°` and `%`. */
export function valueWithUnit(
  of: Value,
  field: { kind: FieldKind; decimals: number | null; unit: string | null },
): string {
  const text = value(of, field)
  if (of === null || field.unit === null || field.unit === '') return text
  return `${text}${/^[°%]$/.test(field.unit) ? '' : '\u202f'}${field.unit}`
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

export function bytes(number: number): string {
  let rest = number
  let unit = 0
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000
    unit++
  }
  return `${rest < 10 && unit > 0 ? rest.toFixed(1) : Math.round(rest)} ${units[unit]}`
}

/** How long the disk lasts: `3 years`, `5 months`, `12 days`. */
export function days(number: number): string {
  if (number >= 3650) return 'over 10 years'
  if (number >= 730) return `${Math.floor(number / 365)} years`
  if (number >= 60) return `${Math.floor(number / 30.44)} months`
  return counted(Math.floor(number), 'day')
}

const two = (number: number) => String(number).padStart(2, '0')

/** The day in the browser's time zone: `2026-11-28`. */
export function date(time: number): string {
  const at = new Date(time)
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** The time of day in the browser's time zone: `14:03`, or with seconds. */
export function clock(time: number, seconds = false): string {
  const at = new Date(time)
  const text = `${two(at.getHours())}:${two(at.getMinutes())}`
  return seconds ? `${text}:${two(at.getSeconds())}` : text
}

/** `2026-11-28 14:03:21`. */
export function moment(time: number, seconds = true): string {
  return `${date(time)} ${clock(time, seconds)}`
}
