// Tries rules on events that exist already: for the panel, and for relabelling a journal. Browser-safe.
import type { FieldlogEvent, Flag } from '../event.ts'
import { Draft } from './judge/draft.ts'
import type { Labeller } from './judge/labeller.ts'
import type { LabelResult } from './judge/result.ts'

export interface JudgedEvent {
  event: FieldlogEvent
  result: LabelResult
}

/** How often a rule gave each flag. */
export type FlagCounts = Record<Flag, number>

export interface Trial {
  /** all events with their verdicts, in their order */
  judged: JudgedEvent[]
  good: number
  bad: number
  /** good ones with flag 3 */
  suspect: number
  /** by the rules' names */
  rules: Map<string, FlagCounts>
}

/** so many events are judged at a time */
const slice = 1_000

/** Judges events one after the other; one that waits for a next reading at the end has none (flag 2). */
export function tryRules(labeller: Labeller, events: readonly FieldlogEvent[]): Trial {
  const trial = tryInSlices(labeller, events)
  for (;;) {
    const { done, value } = trial.next()
    if (done) return value
  }
}

/** The same with a pause after each slice, in which others can have their turn, or the trial is given up. */
export function* tryInSlices(
  labeller: Labeller,
  events: readonly FieldlogEvent[],
): Generator<undefined, Trial, undefined> {
  const drafts = events.map((event) => new Draft(event))
  for (const [index, draft] of drafts.entries()) {
    labeller.push(draft)
    if (index % slice === slice - 1) yield
  }
  for (const draft of drafts) labeller.giveUp(draft)
  const trial: Trial = { judged: [], good: 0, bad: 0, suspect: 0, rules: new Map() }
  for (const { event, result } of drafts) {
    if (!result) continue
    trial.judged.push({ event, result })
    trial[result.verdict]++
    if (result.verdict === 'good' && result.reasons.length > 0) trial.suspect++
    for (const [name, flag] of Object.entries(result.flags)) count(trial.rules, name, flag)
  }
  return trial
}

function count(rules: Map<string, FlagCounts>, name: string, flag: Flag): void {
  const counts = rules.get(name) ?? { 1: 0, 2: 0, 3: 0, 4: 0, 9: 0 }
  counts[flag]++
  rules.set(name, counts)
}
