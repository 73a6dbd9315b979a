// Days and times as the journal writes them: UTC, milliseconds, the date in the file's name only.

export const msPerDay = 86_400_000
/** 9999-12-31T23:59:59.999Z: the end of what `YYYY` can hold */
export const latestTime = 253_402_300_799_999

/** 2000-01-01: a device that says it is earlier has lost its clock */
export const earliestPlausible = 946_684_800_000
/** 2100-01-01: where the gateway's own clock cannot be asked, no moment is plausible from here on */
export const endOfPlausible = 4_102_444_800_000
/** How far the clock of a device may be ahead of the gateway's, ms. */
const aheadAtMost = msPerDay

/**
 * Whether an entry that came at `received` may belong to a moment, both ms since 1970. A gateway without a clock
 * starts in 1970: what it receives then says nothing of the devices' clocks.
 */
export function isPlausible(time: number, received: number): boolean {
  const end = received >= earliestPlausible ? received + aheadAtMost : endOfPlausible
  return time >= earliestPlausible && time <= end
}
/** Days since 1970-01-01 of a time in ms. */
export function dayOf(ms: number): number {
  return Math.floor(ms / msPerDay)
}

let cachedSecond = -1
let cachedText = ''

/** `HH:MM:SS.mmm` of a time in ms since 1970. */
export function timeOfDay(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== cachedSecond) {
    const s = ((second % 86_400) + 86_400) % 86_400
    cachedText = `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.`
    cachedSecond = second
  }
  const rest = ms - second * 1000
  return cachedText + (rest < 10 ? '00' : rest < 100 ? '0' : '') + rest
}

/** Milliseconds of `HH:MM:SS.mmm` at `at` in a line, or -1 where there is no such time. */
export function parseTimeOfDay(line: string, at: number): number {
  const h = digits(line, at, 2)
  const m = digits(line, at + 3, 2)
  const s = digits(line, at + 6, 2)
  const ms = digits(line, at + 9, 3)
  if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 || ms < 0) return -1
  if (line[at + 2] !== ':' || line[at + 5] !== ':' || line[at + 8] !== '.') return -1
  return ((h * 60 + m) * 60 + s) * 1000 + ms
}

/** `YYYY-MM-DDTHH:MM:SS.mmm`, as R lines carry it. */
export function dateTime(ms: number): string {
  return `${dayText(dayOf(ms))}T${timeOfDay(ms)}`
}

/** The ms since 1970 of a `YYYY-MM-DDTHH:MM:SS.mmm`, or NaN; dates that do not exist are NaN. */
export function parseDateTime(text: string): number {
  if (text.length !== 23 || text[10] !== 'T') return Number.NaN
  const day = parseDay(text.slice(0, 10).replaceAll('-', ''))
  const time = parseTimeOfDay(text, 11)
  if (time < 0 || text[4] !== '-' || text[7] !== '-') return Number.NaN
  return day * msPerDay + time
}

/** `YYYYMMDD` to days since 1970, or NaN for a date that does not exist. */
export function parseDay(text: string): number {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text)
  if (!match) return Number.NaN
  const ms = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
  return compactDay(dayOf(ms)) === text ? dayOf(ms) : Number.NaN
}

/** `YYYYMMDD` of a day. */
export function compactDay(day: number): string {
  return dayText(day).replaceAll('-', '')
}

/** `YYYY-MM-DD` of a day. */
function dayText(day: number): string {
  return new Date(day * msPerDay).toISOString().slice(0, 10)
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n)
}

function digits(line: string, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = line.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}
