// Test processes that failed beside others run once more, alone. Some tests measure memory, delays or how soon
// something is noticed, and on two busy cores the other process may be what they measure.
import type { Outcome } from './counts.ts'

/** More than that is no coincidence: nothing is repeated then, and the run ends early. */
const most = 4

/**
 * The outcomes, with those of the tests that failed replaced by a second run of their process. What failed in the
 * first one stays on record in `flaky`. Not repeated: a process without counts (it died, or types and lint failed), one
 * that hung, and skipped tests.
 *
 * @param again runs the process with this index in `outcomes` once more, with nothing beside it
 */
export async function repeatedAlone(
  outcomes: readonly Outcome[],
  again: (index: number) => Promise<Outcome>,
): Promise<Outcome[]> {
  const chosen = outcomes.map(({ counts, trouble }) => trouble === undefined && (counts?.failures ?? 0) > 0)
  const count = chosen.filter(Boolean).length
  const results = [...outcomes]
  if (count > most) return results
  for (const [index, outcome] of outcomes.entries()) {
    if (!chosen[index]) continue
    results[index] = { ...(await again(index)), flaky: outcome.counts!.failed }
  }
  return results
}
