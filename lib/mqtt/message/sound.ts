// What must be right before an event is published in any form.
import type { FieldlogEvent } from '../../event.ts'
import { eventProblem } from '../../event-problem.ts'

/** What is spoilt must not reach the broker, where it would be invalid JSON, or NaN a silent null. */
export function sound(event: FieldlogEvent): FieldlogEvent {
  const problem = eventProblem(event)
  if (problem === undefined) return event
  throw new Error(`mqtt out: the event was changed on its way: ${problem}`)
}
