// What a user should look at: each alarm says what is wrong, and what to do about it.
import type { BrokerFacts, Facts, JournalFacts, PortFacts, SilentFacts } from './facts.ts'
import type { Alarm, DiskStatus } from './status.ts'
import { bytesText, countText, durationText, plural } from './words.ts'

/** An alarm; `since` only where its cause says it. */
export type Found = Omit<Alarm, 'since'> & { since?: number }

/** What has to be seen over time. */
export interface Trends {
  disk: DiskStatus
  /** lines of the last hour, by journal */
  lines: ReadonlyMap<string, { cleaned: number; rejected: number }>
}

/** silent devices that are named one by one */
const mostSilent = 20
/** share of rejected lines above which something is wrong */
const mostRejected = 0.05
/** lines in the hour below which a share says nothing */
const fewLines = 20
const fewDays = 7

/** The worst first. @param now ms since 1970 */
export function alarmsOf(facts: Facts, trends: Trends, now: number): Found[] {
  const found = [
    ...facts.journals.flatMap((journal) => journalAlarms(journal)),
    ...storeAlarms(facts),
    ...rollbackAlarms(facts),
    ...facts.ports.flatMap((port) => portAlarms(port)),
    ...facts.brokers.flatMap((broker) => brokerAlarms(broker)),
    ...diskAlarms(trends.disk),
    ...facts.journals.flatMap((journal) => rejectedAlarms(journal, trends.lines.get(journal.id))),
    ...silentAlarms(facts.silent, now),
  ]
  return found.sort((a, b) => Number(b.level === 'error') - Number(a.level === 'error'))
}

function journalAlarms({ id, name, directory, state, verified }: JournalFacts): Found[] {
  const { problem, clockDoubt, journal, delivery } = state
  const found: Found[] = []
  const add = (kind: string, level: Alarm['level'], says: string) =>
    found.push({ id: `${kind}:${id}`, level, says: `${name}: ${says}`, link: pages.gateway })
  if (problem !== undefined) add('journal', 'error', problem)
  if (journal.dropped > 0) {
    add(
      'dropped',
      'error',
      `${plural(journal.dropped, 'event')} could not be logged since the start, for the disk did not take them and memory ` +
        'was full. Look at the disk, and at the memory limit in the panel of the journal.',
    )
  }
  if (clockDoubt !== undefined) add('clock', 'warning', clockDoubt)
  if (delivery && delivery.damaged > 0) {
    add(
      'damaged',
      'warning',
      `${plural(delivery.damaged, 'event')} cannot be read back. Run fieldlog verify: it says where; a good copy of that ` +
        'file brings them back.',
    )
  }
  if (verified && !verified.ok) {
    add(
      'verified',
      'error',
      `the last check of the journal's files found: ${verified.says}. Run fieldlog verify ${directory}: it names every place. ` +
        'A good copy of a file, from a backup, takes its place while the gateway is stopped; without one the rest stays readable.',
    )
  }
  return found
}

/** It stays until somebody who has looked at it takes the note away, or the next update does. */
function rollbackAlarms({ rollback }: Facts): Found[] {
  if (!rollback) return []
  const says =
    `an update was taken back: ${rollback.says}. The log says why: journalctl -u fieldlog -u fieldlog-trial. ` +
    `When you have seen it: sudo rm ${rollback.path}; the next update does that, too.`
  return [{ id: 'rolled-back', level: 'warning', says, link: pages.gateway }]
}

function storeAlarms({ store }: Facts): Found[] {
  if (!store) return []
  const { state, says, oldVerdicts } = store
  if (state === 'not stored' || state === 'disabled') {
    return [{ id: 'store', level: 'error', says, link: pages.gateway }]
  }
  if (oldVerdicts === 0) return []
  return [
    {
      id: 'verdicts',
      level: 'warning',
      says:
        'The rules or formats have changed. Still with verdicts of the earlier ones: ' +
        `${plural(oldVerdicts, 'event')} in the history. Press Rebuild to judge them anew from the journal.`,
      link: pages.gateway,
    },
  ]
}

function portAlarms({ id, address, wrong, state, isSilent, trouble }: PortFacts): Found[] {
  const alarm = (level: Alarm['level'], says: string): Found[] => [
    { id: `port:${id}`, level, says: `${address}: ${says}`, link: pages.gateway },
  ]
  if (wrong !== undefined) return alarm('error', `${wrong}. Correct it in the settings of the port.`)
  if (state.state === 'waiting') {
    return alarm(
      'error',
      `cannot be opened (${state.reason.short}); it is tried again by itself. Check the cable, the power, and the path in ` +
        'the settings of the port.',
    )
  }
  if (state.state !== 'open') return []
  if (isSilent) {
    return alarm(
      'warning',
      `${trouble ?? 'no byte comes'}. Check that the device is powered, and the baud rate in the settings of the port.`,
    )
  }
  return trouble === undefined
    ? []
    : alarm('warning', `${trouble}. Look at its last lines in the settings of the port.`)
}

function brokerAlarms({ id, address, state }: BrokerFacts): Found[] {
  const { phase, problem, waiting, closedBroker, closedCount, closedTopics, refused, diskProblem } = state
  const found: Found[] = []
  const add = (kind: string, level: Alarm['level'], says: string, since?: number) =>
    found.push({
      id: `${kind}:${id}`,
      level,
      says,
      link: pages.gateway,
      ...(since !== undefined && { since }),
    })
  const wait = waiting > 0 ? ` On disk, to follow in order: ${plural(waiting, 'message')}.` : ''
  if (phase !== 'connected' && problem !== undefined) {
    add('broker', 'error', `The broker ${address} ${problem.text}. It is tried again by itself.${wait}`)
  }
  if (closedBroker) {
    add(
      'takes-nothing',
      'error',
      `The broker ${address} takes nothing: ${closedBroker.reason}.${wait} Check what this client may publish there.`,
      closedBroker.since,
    )
  } else if (closedCount > 0) {
    const [first] = closedTopics
    add(
      'topics',
      'warning',
      `The broker ${address} does not take ${plural(closedCount, 'topic')}${first ? `, ${first.topic} for one (${first.reason})` : ''}. ` +
        'What is published there waits. Check what this client may publish.',
      first?.since,
    )
  }
  if (refused > 0) {
    add(
      'refused',
      'warning',
      `${plural(refused, 'message')} can never pass at the broker ${address} as they are. Their reasons are in the panel of ` +
        'mqtt out, where they can be sent again.',
    )
  }
  if (diskProblem !== undefined)
    add('outbox', 'error', `What waits for the broker ${address}: ${diskProblem}`)
  return found
}

function diskAlarms({ free, perDay, daysLeft }: DiskStatus): Found[] {
  if (daysLeft === null || daysLeft >= fewDays) return []
  const left = daysLeft < 1 ? `${durationText(daysLeft * 86_400)}` : plural(Math.floor(daysLeft), 'day')
  return [
    {
      id: 'disk',
      level: daysLeft < 1 ? 'error' : 'warning',
      says:
        `The disk is full in about ${left} at the present rate (${bytesText(free)} free, ${bytesText(perDay ?? 0)} a day). ` +
        'Set a retention in the panel of the journal, or use a larger disk.',
      link: pages.gateway,
    },
  ]
}

function rejectedAlarms(
  { id, name }: JournalFacts,
  lines: { cleaned: number; rejected: number } | undefined,
): Found[] {
  if (!lines) return []
  const { cleaned, rejected } = lines
  const all = cleaned + rejected
  if (all < fewLines || rejected / all <= mostRejected) return []
  const share = ((rejected / all) * 100).toFixed(1)
  return [
    {
      id: `rejected:${id}`,
      level: 'warning',
      says:
        `${name}: ${share} % of the lines of the last hour were rejected (${countText(rejected)} of ${countText(all)}). Their ` +
        'reasons are among the rejects: has a device, its wiring or its firmware changed?',
      link: pages.rejects,
    },
  ]
}

function silentAlarms(silent: readonly SilentFacts[], now: number): Found[] {
  const found = silent.slice(0, mostSilent).map(
    ({ device, type, lastHeard, interval }): Found => ({
      id: `silent:${type}/${device}`,
      level: 'warning',
      says: `${device} ${silenceText(lastHeard, interval, now)} Is its battery empty, or did it move out of reach?`,
      link: pages.readings,
      ...(lastHeard !== undefined && { since: lastHeard }),
    }),
  )
  const more = silent.length - found.length
  if (more === 0) return found
  const says = `Silent, too: ${plural(more, 'more device')}. Is the receiver in order?`
  return [...found, { id: 'silent', level: 'warning', says, link: pages.readings }]
}

function silenceText(lastHeard: number | undefined, interval: number | undefined, now: number): string {
  const usual = interval === undefined ? '' : `, usually it is every ${durationText(interval)}`
  if (lastHeard === undefined) return `was never heard${usual}.`
  return `was last heard ${durationText(Math.max(0, now - lastHeard) / 1000)} ago${usual}.`
}

/** Addresses of the pages. */
const pages = { gateway: '#/gateway', readings: '#/readings', rejects: '#/rejects' } as const
