// Takes the PUBACKs (MQTT 3.1.1 and 5.0, section 3.4) out of what a broker sends, before MQTT.js sees them. At a high
// rate they are nearly everything that a broker sends, and MQTT.js spends more on each than the rest of a message
// costs (docs/decisions/003-own-puback-reading.md).

const puback = 0x40
/** most bytes of a PUBACK with its properties; no sane broker sends a longer one */
const longest = 128 * 1024
/** of the length's variable byte integer */
const lengthBytes = 4

/** Told of each PUBACK: the number of the message, and the reason code, 0 on MQTT 3.1.1. */
export type Acknowledged = (messageId: number, reasonCode: number) => void

/**
 * A function that takes the bytes from a broker in pieces of any size, beginning with the first one. All but the
 * PUBACKs goes to `rest`, in order, as it comes.
 */
export function acknowledgementReader(
  acknowledged: Acknowledged,
  rest: (bytes: Buffer) => void,
): (bytes: Buffer) => void {
  /** the beginning of a packet of which too little is there to tell what it is, or of a PUBACK */
  let begun: Buffer | undefined
  /** bytes of another packet that are still to come */
  let passing = 0

  return (received) => {
    const bytes = begun === undefined ? received : Buffer.concat([begun, received])
    begun = undefined
    let at = Math.min(passing, bytes.length)
    passing -= at
    /** what lies before it has been dealt with */
    let from = 0
    while (at < bytes.length) {
      // by far the most: no reason code, or MQTT 3.1.1
      const isPlain = bytes[at] === puback && bytes[at + 1] === 2
      const header = isPlain ? 2 : headerSize(bytes, at)
      const size = header + (isPlain ? 2 : remainingLength(bytes, at, header))
      const isOurs = bytes[at] === puback && size >= header + 2 && size <= longest
      if (header > 0 && !isOurs) {
        passing = Math.max(0, at + size - bytes.length)
        at = Math.min(at + size, bytes.length)
        continue
      }
      if (at > from) rest(bytes.subarray(from, at))
      from = at
      if (header === 0 || at + size > bytes.length) {
        // a copy: the socket may use its buffer again
        begun = Buffer.from(bytes.subarray(at))
        return
      }
      acknowledged(bytes.readUInt16BE(at + header), size > header + 2 ? bytes[at + header + 2]! : 0)
      at += size
      from = at
    }
    if (at > from) rest(bytes.subarray(from, at))
  }
}

/** Bytes of type and length; 0 where they are not all there. A length that is too long ends where it may at most. */
function headerSize(bytes: Buffer, at: number): number {
  for (let size = 2; size <= 1 + lengthBytes; size++) {
    const last = bytes[at + size - 1]
    if (last === undefined) return 0
    if (last < 0x80) return size
  }
  return 1 + lengthBytes
}

function remainingLength(bytes: Buffer, at: number, header: number): number {
  let length = 0
  for (let i = header - 1; i >= 1; i--) length = length * 128 + (bytes[at + i]! & 0x7f)
  return length
}
