// The rows of counters in the log panel, made from a report of the journal's admin endpoint.
import type { ReplayProgress } from '../../lib/delivery/send/replay.ts'
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
  const wear = perDay && text('perDayValue', { size: size(perDay.bytes), syncs: number(perDay.syncs) })
  rows.push(['perDay', wear ?? text('perDayLater')])
  return rows
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
