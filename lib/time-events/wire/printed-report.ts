// A report as text for people: what a server of time events has received since the last one.
import { monotonicText } from './log-line.ts'
import type { Identity, TimeEventsReport } from './report.ts'
import type { TimeEvent } from './time-event.ts'

/** A report whose sender need not say who it is. */
export type PrintableReport = Omit<TimeEventsReport, 'identity'> & { identity: Partial<Identity> }

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** What is not known of the sender or of an event is left out. Times of day are in UTC. */
export function printedReport({ identity, seqNo, realTime, monoTime, events }: PrintableReport): string {
  const facts: Array<[string, string | undefined]> = [
    ['REPORT', String(seqNo)],
    ['TIME REAL', realText(realTime)],
    ['TIME MONO', monotonicText(monoTime)],
    ['LOC ID ', identity.locationId],
    ['NODE ID', identity.nodeId],
    ['FW VER ', identity.firmware],
  ]
  const known = facts.filter(([, value]) => value !== undefined && value !== '')
  return [...known.map(([name, value]) => `${name}: ${value}`), ...events.map(lineOf)].join('\n')
}

function lineOf({ time, source, cat, subject, seq, msg }: TimeEvent): string {
  const parts = [subject, seq, msg].filter((part) => part !== undefined && part !== '')
  return ` ${monotonicText(time)}  ${source} <${cat}> ${parts.join(': ')}`.trimEnd()
}

/** `Nov 25 13:21:25.520` */
function realText(ms: number): string {
  const at = new Date(ms)
  const day = String(at.getUTCDate()).padStart(2, '0')
  return `${months[at.getUTCMonth()]} ${day} ${at.toISOString().slice(11, 23)}`
}
