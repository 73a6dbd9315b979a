// An event on its way out: what a program gives becomes a frame, or is refused.
import { encodeFrame } from './wire/frame.ts'
import type { TimeEvent } from './wire/time-event.ts'

/** What a program sends. */
export interface OutgoingEvent {
  /** category, as `DHCP4_CLIENT`; 255 bytes at most, as all but the message */
  cat: string
  subject?: string
  /** the step: `START`, `STOP` …; default `SINGLE` */
  seq?: string
  /** cut at a character where the frame would be longer than 4,096 bytes */
  msg?: string
  /** ms of the monotonic clock of this machine; default: now */
  time?: number
}

/** Bytes of a frame at most: a queue that the usual client has made takes no more. */
const longestSent = 4_096
const longestText = 255
/** the tag of the message in protobuf, and two bytes for its length */
const messageOverhead = 3

/** Undefined where it is refused. Never throws, whatever it is given. */
export function frameOf(
  { cat, subject, seq = 'SINGLE', msg, time }: OutgoingEvent,
  source: string,
  now: () => number,
): Buffer | undefined {
  const at = time === undefined ? now() : Math.floor(time)
  if (!Number.isSafeInteger(at) || at < 0) return undefined
  if (!isShort(cat) || !isShort(source) || !isShort(seq)) return undefined
  if (subject !== undefined && !isShort(subject)) return undefined
  if (msg !== undefined && typeof msg !== 'string') return undefined
  const event: TimeEvent = { time: at, cat: untilNul(cat), source: untilNul(source), seq: untilNul(seq) }
  if (subject !== undefined) event.subject = untilNul(subject)
  const text = untilNul(msg ?? '')
  const whole = encodeFrame(text === '' ? event : { ...event, msg: text })
  if (whole.length <= longestSent) return whole
  const room = longestSent - encodeFrame(event).length - messageOverhead
  return encodeFrame({ ...event, msg: cutAtCharacter(text, room) })
}

function isShort(text: unknown): boolean {
  return typeof text === 'string' && Buffer.byteLength(text) <= longestText
}

/** As a program in C would have it. */
function untilNul(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

/** The beginning of a text, in so many bytes of UTF-8 at most. */
function cutAtCharacter(text: string, bytes: number): string {
  const encoded = Buffer.from(text)
  let end = bytes
  // a byte that goes on with a character
  while (end > 0 && (encoded[end]! & 0xc0) === 0x80) end--
  return encoded.toString('utf8', 0, end)
}
