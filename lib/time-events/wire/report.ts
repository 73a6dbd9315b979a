// The protobuf message TimeEventsReport: what a server sends on of many events.
import { asError, withCode } from '../../kit/errors.ts'
import { type Layout, newWriter, readFields, writeBytes, writeNumber, writeText } from './fields.ts'
import { decodeEvent, encodeEvent } from './message.ts'
import type { TimeEvent } from './time-event.ts'

export interface Identity {
  nodeId: string
  firmware: string
  locationId: string
}

export interface TimeEventsReport {
  identity: Identity
  /** 1, 2, 3 … */
  seqNo: number
  /** ms since 1970, UTC */
  realTime: number
  /** ms of the monotonic clock of the machine on which the events arose, at the instant of `realTime` */
  monoTime: number
  events: TimeEvent[]
}

const layout: Layout = { numbers: [2, 3, 4], texts: [1], repeated: 5 }
const identityLayout: Layout = { numbers: [], texts: [1, 2, 3] }

export function encodeReport({ identity, seqNo, realTime, monoTime, events }: TimeEventsReport): Uint8Array {
  const writer = newWriter()
  writeBytes(writer, 1, encodeIdentity(identity))
  writeNumber(writer, 2, seqNo)
  writeNumber(writer, 3, realTime)
  writeNumber(writer, 4, monoTime)
  for (const event of events) writeBytes(writer, 5, encodeEvent(event))
  return writer.finish()
}

/** Throws an error with the code `REPORT_WRONG` that says what is wrong. */
export function decodeReport(bytes: Buffer): TimeEventsReport {
  const events: TimeEvent[] = []
  const fields = read(bytes, layout, (event) => {
    const decoded = decodeEvent(event)
    if (typeof decoded === 'string') throw wrong(`event ${events.length + 1} fails the check ${decoded}`)
    events.push(decoded)
  })
  const identity = fields.bytes(1)
  const [seqNo, realTime, monoTime] = [2, 3, 4].map((field) => fields.numbers[field])
  if (!identity || seqNo === undefined || realTime === undefined || monoTime === undefined) {
    throw wrong('a required field is missing')
  }
  if ([seqNo, realTime, monoTime].some(Number.isNaN)) throw wrong('a number is larger than 2^53')
  return { identity: decodeIdentity(identity), seqNo, realTime, monoTime, events }
}

/** UTC of a report's event, ms since 1970. */
export function utcOf({ time }: TimeEvent, { realTime, monoTime }: TimeEventsReport): number {
  return realTime - (monoTime - time)
}

function encodeIdentity({ nodeId, firmware, locationId }: Identity): Uint8Array {
  const writer = newWriter()
  writeText(writer, 1, nodeId)
  writeText(writer, 2, firmware)
  writeText(writer, 3, locationId)
  return writer.finish()
}

function decodeIdentity(bytes: Buffer): Identity {
  const fields = read(bytes, identityLayout)
  const [nodeId, firmware, locationId] = [1, 2, 3].map((field) => fields.text(field))
  if (nodeId === undefined || firmware === undefined || locationId === undefined) {
    throw wrong('its device has no node, firmware or location')
  }
  if (![nodeId, firmware, locationId].every((text, n) => fields.isExact(n + 1, text))) {
    throw wrong('a text of its device is no UTF-8')
  }
  return { nodeId, firmware, locationId }
}

function read(bytes: Buffer, wanted: Layout, onMessage?: (bytes: Buffer) => void) {
  try {
    return readFields(bytes, wanted, onMessage)
  } catch (error) {
    throw wrong(asError(error).message)
  }
}

function wrong(problem: string): Error {
  return withCode('REPORT_WRONG', new Error(`time events: this is no report: ${problem}`))
}
