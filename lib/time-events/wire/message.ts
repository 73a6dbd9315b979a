// The protobuf message TimeEvent (proto2, package sts): 1 time, 3 cat, 4 source, 5 subject, 6 seq, 7 msg; there is no 2.
import { type Layout, newWriter, type RawFields, readFields, writeNumber, writeText } from './fields.ts'
import type { TimeEvent } from './time-event.ts'

/** Why a message is no time event, in the order in which it is looked for. */
export type MessageProblem = 'protobuf' | 'required' | 'utf8' | 'time'

const layout: Layout = { numbers: [1], texts: [3, 4, 5, 6, 7] }

export function encodeEvent(event: TimeEvent): Uint8Array {
  const writer = newWriter()
  writeNumber(writer, 1, event.time)
  writeText(writer, 3, event.cat)
  writeText(writer, 4, event.source)
  writeText(writer, 5, event.subject)
  writeText(writer, 6, event.seq)
  writeText(writer, 7, event.msg)
  return writer.finish()
}

export function decodeEvent(bytes: Buffer): TimeEvent | MessageProblem {
  let fields: RawFields
  try {
    fields = readFields(bytes, layout)
  } catch {
    return 'protobuf'
  }
  const time = fields.numbers[1]
  const [cat, source, subject, seq, msg] = [3, 4, 5, 6, 7].map((field) => fields.text(field))
  if (time === undefined || cat === undefined || source === undefined) return 'required'
  if (![cat, source, subject, seq, msg].every((text, n) => fields.isExact(n + 3, text))) return 'utf8'
  if (Number.isNaN(time)) return 'time'
  const event: TimeEvent = { time, cat, source }
  if (subject !== undefined) event.subject = subject
  if (seq !== undefined) event.seq = seq
  if (msg !== undefined) event.msg = msg
  return event
}
