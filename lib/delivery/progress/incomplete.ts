// Which events are noted in the journal as incomplete, and have not been completed since.
import { noticeValue } from '../../journal/format/notices.ts'
import type { Reading } from '../../journal/read/reader.ts'
import { SeqRanges } from './ranges.ts'

/**
 * Reads notices: `incomplete {"seq":…}` adds, `completed {"seq":…}` takes away, and `resume {"after":…}` takes away
 * all above (they were sent again after a start). Begin at or before the first event that is incomplete.
 */
export async function findIncomplete(readings: AsyncIterable<Reading>): Promise<SeqRanges> {
  const incomplete = new SeqRanges()
  for await (const reading of readings) {
    if (reading.kind === 'damage') continue
    for (const item of reading.items) {
      if (item.kind !== 'N') continue
      if (item.notice === 'incomplete') incomplete.add(numberIn(item.json, 'seq'))
      else if (item.notice === 'completed') incomplete.remove(numberIn(item.json, 'seq'))
      else if (item.notice === 'resume') {
        incomplete.removeRange(numberIn(item.json, 'after') + 1, Number.POSITIVE_INFINITY)
      }
    }
  }
  return incomplete
}

function numberIn(json: string, property: string): number {
  return Number(noticeValue(json)[property])
}
