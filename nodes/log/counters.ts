// The rows of counters in the log panel, made from a report of the journal's admin endpoint.
import type { ReplayProgress } from '../../lib/delivery/send/replay.ts'
import { ageText } from '../../lib/kit/age.ts'
import type { JournalReport } from '../journal/endpoints.ts'

/** One row of the table: a key of the locale, and its value. */
export type CounterRow = [key: string, value: string]

/** The rows of a report; `text` translates a key with its values. */
export function counterRows(
  report: JournalReport,
  text: (key: string, values?: object) => string,
): CounterRow[] {
  const { delivery, journal, perDay } = report
  const rows: CounterRow[] = [['entries', number(journal.lastSeq)]]
  if (delivery) {
    rows.push(
      ['checkpoint', number(delivery.checkpoint)],
      ['complete', number(delivery.complete)],
      ['underWay', number(delivery.underWay + delivery.quiet)],
      ['waiting', number(delivery.waiting)],
      ['incomplete', number(delivery.incomplete)],
      ['damaged', number(delivery.damaged)],
    )
  }
  rows.push(['dropped', number(journal.dropped)], ['held', number(journal.held)])
  if (report.withoutProperties > 0) rows.push(['withoutProperties', number(report.withoutProperties)])
  if (delivery?.replay) rows.push(['replay', replayText(delivery.replay, text)])
  rows.push(['perDay', perDay ? wearText(perDay, text) : text('perDayLater')])
  return rows
}

/** bytes of a small card */
const card = 32e9
const day = 86_400_000

/** What is written in a day, and what that is for a card. */
function wearText(
  { bytes, syncs }: NonNullable<JournalReport['perDay']>,
  text: (key: string, values?: object) => string,
): string {
  const written = { size: size(bytes), syncs: number(syncs) }
  return text('perDayValue', { ...written, once: yearsOrDays(bytes > 0 ? (card / bytes) * day : Infinity) })
}

function yearsOrDays(ms: number): string {
  const years = ms / (365 * day)
  if (years > 100) return '100 years'
  return years >= 2 ? `${Math.floor(years)} years` : ageText(ms)
}

function replayText(
  { complete, incomplete, missing, waiting }: ReplayProgress,
  text: (key: string, values?: object) => string,
): string {
  const done = complete + incomplete + missing
  return text('replayValue', { done: number(done), all: number(done + waiting) })
}

function number(n: number): string {
  return n.toLocaleString('en')
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${number(Math.round(bytes / 1e6))} MB`
}
