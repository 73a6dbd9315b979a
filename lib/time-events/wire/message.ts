// The protobuf message TimeEvent (proto2, package sts): 1 time, 3 cat, 4 source, 5 subject, 6 seq, 7 msg; there is no 2.
import { allUtf8, type Layout, newWriter, readFields, textOf, writeNumber, writeText } from './fields.ts'
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

export function decodeEvent(bytes: Uint8Array): TimeEvent | MessageProblem {
  let fields: ReturnType<typeof readFields>
  try {
    fields = readFields(bytes, layout)
  } catch {
    return 'protobuf'
  }
  const { numbers, texts } = fields
  const cat = texts.get(3)
  const source = texts.get(4)
  if (!numbers.has(1) || !cat || !source) return 'required'
  if (!allUtf8(texts.values())) return 'utf8'
  const time = numbers.get(1)
  if (time === undefined) return 'time'
  const event: TimeEvent = { time, cat: textOf(cat)!, source: textOf(source)! }
  const [subject, seq, msg] = [5, 6, 7].map((field) => textOf(texts.get(field)))
  if (subject !== undefined) event.subject = subject
  if (seq !== undefined) event.seq = seq
  if (msg !== undefined) event.msg = msg
  return event
}
