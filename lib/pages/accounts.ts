// The accounts of a journal as a line of boxes, and whether they balance (docs/delivery.md, "Accounts").
import type { DeliveryState } from '../delivery/send/delivery.ts'
import type { BrokerFacts, CleaningCounts, JournalFacts, LabellingCounts } from './facts.ts'
import type { Account, Box } from './status.ts'
import { plural } from './words.ts'

/**
 * @param brokers those that its events are published to, and no other journal's
 * @param since when the process began: what sessions count begins there
 */
export function accountOf(journal: JournalFacts, brokers: readonly BrokerFacts[], since: number): Account {
  const { id, name, state, cleaning, labelling } = journal
  const { delivery, journal: written, problem } = state
  const base = { journal: id, name }
  if (!delivery) {
    const says = problem ?? 'the journal is being opened; what comes meanwhile is held in memory'
    const boxes = [box('received', written.held + written.dropped), ...sometimes('dropped', written.dropped)]
    return {
      ...base,
      boxes,
      balanced: written.dropped === 0,
      missing: written.dropped,
      says: lostText(written.dropped) ?? says,
    }
  }
  const difference = differenceIn(delivery)
  const notPublished = brokers.reduce((sum, { counts }) => sum + counts.dropped, 0)
  const unclear = brokers.reduce((sum, broker) => sum + Math.abs(differenceOf(broker)), 0)
  const missing = Math.abs(difference) + written.dropped + notPublished + unclear
  return {
    ...base,
    boxes: [
      box('received', delivery.entries + written.held + written.dropped),
      box('logged', delivery.entries),
      ...sometimes('in memory', written.held),
      ...sometimes('dropped', written.dropped),
      ...(cleaning ? cleaningBoxes(cleaning) : []),
      ...(labelling ? labellingBoxes(labelling) : []),
      ...(brokers.length > 0 ? brokerBoxes(brokers, since) : []),
      box('done', delivery.complete),
      ...sometimes('under way', delivery.underWay + delivery.quiet),
      box('waiting', delivery.waiting),
      ...sometimes('incomplete', delivery.incomplete),
      ...sometimes('damaged', delivery.damaged),
    ],
    balanced: missing === 0,
    missing,
    says:
      problem ??
      lostText(written.dropped) ??
      unbalancedText(difference) ??
      unpublishedText(notPublished, unclear) ??
      accountedText(delivery),
  }
}

/** Entries that no counter has; 0 while the accounts balance. */
function differenceIn({ entries, ...rest }: DeliveryState): number {
  const { complete, incomplete, damaged, underWay, quiet, waiting } = rest
  return entries - complete - incomplete - damaged - underWay - quiet - waiting
}

function differenceOf({ counts, state }: BrokerFacts): number {
  return counts.in - counts.acknowledged - counts.refused - counts.dropped - state.waiting
}

function accountedText({ incomplete, damaged }: DeliveryState): string {
  const parts = [
    ...(incomplete > 0
      ? [`${plural(incomplete, 'event')} incomplete: send them again with fieldlog replay --incomplete`]
      : []),
    ...(damaged > 0 ? [`${plural(damaged, 'event')} damaged: run fieldlog verify`] : []),
  ]
  return ['all accounted for', ...parts].join('; ')
}

function lostText(dropped: number): string | undefined {
  if (dropped === 0) return undefined
  return (
    `${plural(dropped, 'event')} could not be logged since the start: the disk did not take them, and memory had no more room. ` +
    'Look at the disk, and at the memory limit in the panel of the journal'
  )
}

function unbalancedText(difference: number): string | undefined {
  if (difference === 0) return undefined
  const more =
    difference > 0 ? 'more were logged than are accounted for' : 'more are accounted for than were logged'
  return `${plural(Math.abs(difference), 'event')} ${more}: run fieldlog audit on the journal`
}

function unpublishedText(dropped: number, unclear: number): string | undefined {
  if (dropped > 0) {
    return (
      `${plural(dropped, 'message')} could not be kept for the broker since the start: the outbox was full. ` +
      'They are in the journal: send them again with fieldlog replay, and raise the size of the outbox in mqtt out'
    )
  }
  if (unclear === 0) return undefined
  return `${plural(unclear, 'message')} to the broker not accounted for: run fieldlog audit on the journal`
}

function cleaningBoxes({ since, clean, rejected, unknown, suppressed, part }: CleaningCounts): Box[] {
  return [
    box('cleaned', clean, since, 'lines'),
    box('rejected', rejected, since, 'lines'),
    box('unknown', unknown, since, 'lines'),
    ...sometimes('left out', suppressed + part, since, 'lines'),
  ]
}

function labellingBoxes({ since, good, bad, held }: LabellingCounts): Box[] {
  return [box('good', good, since), box('bad', bad, since), ...sometimes('held', held, since)]
}

function brokerBoxes(brokers: readonly BrokerFacts[], since: number): Box[] {
  const sum = (of: (broker: BrokerFacts) => number) => brokers.reduce((all, each) => all + of(each), 0)
  return [
    box(
      'published',
      sum(({ counts }) => counts.acknowledged),
      since,
    ),
    box(
      'for the broker',
      sum(({ state }) => state.waiting),
      since,
    ),
    ...sometimes(
      'refused',
      sum(({ counts }) => counts.refused),
      since,
    ),
  ]
}

function box(name: string, count: number, since: number | null = null, of: Box['of'] = 'events'): Box {
  return { name, count, of, since, beside: beside.has(name) }
}

/** Each is another part of the same as the box before it. */
const beside = new Set([
  'in memory',
  'dropped',
  'rejected',
  'unknown',
  'left out',
  'bad',
  'held',
  'for the broker',
  'refused',
  'under way',
  'waiting',
  'incomplete',
  'damaged',
])

/** A box that nobody needs to see while it is empty. */
function sometimes(
  name: string,
  count: number,
  since: number | null = null,
  of: Box['of'] = 'events',
): Box[] {
  return count > 0 ? [box(name, count, since, of)] : []
}
