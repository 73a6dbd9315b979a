// What stands under a clean node.
import type { NodeStatus } from 'node-red'
import { joined, type Words } from '../../lib/words/words.ts'
import type { CleanCounts } from './upstream.ts'

/**
 * @param formats how many can be used, and how many are listed; none listed means all
 * @param again lines logged before that are being decoded again
 */
export function cleanStatus(
  count: CleanCounts,
  formats: { usable: number; wanted: number },
  words: Words,
  again?: { done: number; total: number },
): NodeStatus {
  if (formats.usable === 0) return { fill: 'yellow', shape: 'ring', text: words('noFormats') }
  const { clean, rejected, unknown, part, suppressed, unsure } = count
  const isMissing = formats.usable < formats.wanted
  const text = joined(
    words('counts', { clean, rejected, unknown }),
    part > 0 && words('part', { count: part }),
    suppressed > 0 && words('suppressed', { count: suppressed }),
    unsure > 0 && words('unsure', { count: unsure }),
    again !== undefined && words('again', { done: again.done, total: again.total }),
    isMissing && words('formatsMissing'),
  )
  return isMissing ? { fill: 'yellow', shape: 'ring', text } : { fill: 'green', shape: 'dot', text }
}
