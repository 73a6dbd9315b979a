// Tells the watch which devices a line was heard from.
import type { LiveWatch } from '../../lib/devices/watch/live-watch.ts'
import { type FieldlogEvent, isPlayed } from '../../lib/event.ts'
import type { LineOutcome } from '../../lib/formats/format.ts'
import { timeEvent } from '../../lib/formats/library/general.ts'

/** Only what comes live says that a device is there: not what is sent again, nor a stored line, or one of an earlier moment. */
function isLive({ replayed, for: sink, late, source }: FieldlogEvent): boolean {
  return !replayed && sink === undefined && late !== true && !isPlayed(source)
}

/** @param event as it was logged; @param outcome what its line gave */
export function hearDevices(watch: LiveWatch, event: FieldlogEvent, outcome: LineOutcome): void {
  if (outcome.kind === 'unknown' || outcome.kind === 'part' || !isLive(event)) return
  const { source, received } = event
  const { type } = outcome
  // a process speaks when something happens: its silence says nothing
  if (type === timeEvent.type) return
  if (outcome.kind === 'rejected') {
    watch.hearAgain(event, { source, type, received, key: outcome.key })
    return
  }
  if (outcome.kind === 'clean') {
    for (const { key, data } of outcome.events) watch.hear(event, { source, type, received, key, data })
  } else if (outcome.leftOut === undefined) {
    // a repeat of a format without a key, or a heading of columns, which is no reading
    watch.hearAgain(event, { source, type, received, key: undefined })
  }
  for (const key of outcome.leftOut ?? []) watch.hear(event, { source, type, received, key })
}
