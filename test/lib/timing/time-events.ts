// Time events for the tests of spans, in short notation.

import type { Span } from '../../../lib/timing/span.ts'
import type { TimeEvent } from '../../../lib/timing/time-event.ts'
import { Timing } from '../../../lib/timing/timing.ts'
import { type CategoryRow, defaultRows, StepWords } from '../../../lib/timing/words.ts'

/** The wall clock when the senders' clocks were at 0. */
export const boot = 1_480_000_000_000

/** An event of the program `dhcp` with process id 7; its wall clock and its own agree. */
export function timeEvent(seq: number, step: string, msec: number, more: Partial<TimeEvent> = {}): TimeEvent {
  return {
    ...{ id: `k3x9a7qd-${seq}`, seq, origin: 'telog', time: boot + msec, msec },
    ...{ category: 'DHCP4_CLIENT', sender: 'dhcp', pid: '7', subject: 'eth0', step, message: '' },
    ...{ transport: 'queue', ...more },
  }
}

/** What a test looks at. */
export interface Short {
  id: string
  outcome: string
  duration: number | undefined
}

export function short({ id, outcome, duration }: Span): Short {
  return { id: id.slice('k3x9a7qd-'.length), outcome, duration }
}

/** A timing whose spans are collected; events are told at the moment of their own clock. */
export function timing(
  rows: readonly CategoryRow[] = defaultRows,
  hold = 0,
): { spans: Span[]; timing: Timing } {
  const spans: Span[] = []
  return { spans, timing: new Timing({ words: new StepWords(rows), hold }, (span) => spans.push(span)) }
}

/** The spans that these events give, without waiting for others. */
export function spansOf(events: readonly TimeEvent[], rows?: readonly CategoryRow[]): Span[] {
  const { spans, timing: one } = timing(rows)
  for (const event of events) one.take(event, event.msec)
  return spans
}
