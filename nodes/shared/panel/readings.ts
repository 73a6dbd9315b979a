// The last readings of the journal, for panels that try their drafts on them.
import type { RecentReadings } from '../../../lib/preview/reading.ts'

const limit = 1_000
/** ms for which the same answer serves all panels that ask */
const freshFor = 3_000

let asked: { at: number; answer: Promise<RecentReadings> } | undefined

/** The last 1,000 readings; rejects with an Error whose message can be shown. `again`: not those of a moment ago. */
export function lastReadings(again = false): Promise<RecentReadings> {
  const now = Date.now()
  if (asked === undefined || again || now - asked.at > freshFor) asked = { at: now, answer: ask() }
  return asked.answer
}

async function ask(): Promise<RecentReadings> {
  try {
    return (await $.ajax({ url: 'fieldlog/readings', data: { limit }, dataType: 'json' })) as RecentReadings
  } catch (failure) {
    throw new Error(why(failure as Partial<JQueryXHR>))
  }
}

function why({ status, responseJSON }: Partial<JQueryXHR>): string {
  const told = (responseJSON as { error?: unknown } | undefined)?.error
  if (typeof told === 'string') return told
  if (status === 401 || status === 403)
    return 'this login may not read the journal: it needs the permission fieldlog.read'
  return status ? `the gateway answered with status ${status}` : 'the gateway does not answer'
}
