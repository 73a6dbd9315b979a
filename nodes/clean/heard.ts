// Tells the watch which devices a line was heard from.
import type { LiveWatch } from '../../lib/devices/watch/live-watch.ts'
import type { FieldlogEvent } from '../../lib/event.ts'
import type { Outcome } from '../../lib/formats/format.ts'

/** Only what comes live says that a device is there: not what is sent again, nor a line of an earlier moment. */
function isLive({ replayed, for: sink, time, received }: FieldlogEvent): boolean {
  return !replayed && sink === undefined && time === received
}

/** @param event as it was logged; @param outcome what its line gave */
export function hearDevices(watch: LiveWatch, event: FieldlogEvent, outcome: Outcome): void {
  if (outcome.kind === 'unknown' || !isLive(event)) return
  const { source, received } = event
  const { type } = outcome
  const place = { source, type, received }
  if (outcome.kind === 'rejected') {
    watch.hearAgain(event, { ...place, key: outcome.key })
    return
  }
  if (outcome.kind === 'clean') {
    for (const { key, data } of outcome.events) watch.hear(event, { ...place, key, data })
  } else if (outcome.leftOut === undefined) watch.hear(event, { ...place, key: undefined })
  for (const key of outcome.leftOut ?? []) watch.hear(event, { ...place, key })
}
