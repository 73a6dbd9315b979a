// The last readings of the journal, for panels that try their drafts on them.
import type { RecentReadings } from '../../../lib/preview/reading.ts'

/** Which readings: so many of the last ones, or those of the last so many ms, as many as fit. */
export type Period = { limit: number } | { last: number }

const usual: Period = { limit: 1_000 }
const most = 50_000
/** ms for which the same answer serves all panels that ask */
const freshFor = 3_000

let asked: { at: number; answer: Promise<RecentReadings> } | undefined

/** The last 1,000 readings; rejects with an Error whose message can be shown. `again`: not those of a moment ago. */
export function lastReadings(again = false): Promise<RecentReadings> {
  const now = Date.now()
  if (asked === undefined || again || now - asked.at > freshFor)
    asked = { at: now, answer: ask(usual).answer }
  return asked.answer
}

export interface Asked {
  /** rejects with an Error whose message can be shown */
  answer: Promise<RecentReadings>
  /** The gateway reads no further, and the answer rejects. */
  cancel(): void
}

/** The readings of a period, the last 50,000 at most. The gateway reads them in the background. */
export function readingsOf(period: Period): Asked {
  const isUsual = 'limit' in period && period.limit === 1_000
  return isUsual ? { answer: lastReadings(true), cancel() {} } : ask(period)
}

function ask(period: Period): Asked {
  const data =
    'limit' in period
      ? { limit: period.limit }
      : { limit: most, since: Math.max(0, Date.now() - period.last) }
  const request = $.ajax({ url: 'fieldlog/readings', data, dataType: 'json' })
  const answer = request.then(
    (found) => found as RecentReadings,
    (failure: Partial<JQueryXHR>) => $.Deferred().reject(new Error(why(failure))),
  )
  return { answer: Promise.resolve(answer as unknown as RecentReadings), cancel: () => request.abort() }
}

function why({ status, responseJSON, statusText }: Partial<JQueryXHR>): string {
  const told = (responseJSON as { error?: unknown } | undefined)?.error
  if (typeof told === 'string') return told
  if (statusText === 'abort') return 'cancelled'
  if (status === 401 || status === 403)
    return 'this login may not read the journal: it needs the permission fieldlog.read'
  return status ? `the gateway answered with status ${status}` : 'the gateway does not answer'
}
