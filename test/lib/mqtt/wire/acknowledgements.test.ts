import assert from 'node:assert/strict'
import { generate, type Packet } from 'mqtt-packet'
import { acknowledgementReader } from '../../../../lib/mqtt/wire/acknowledgements.ts'
import { fc } from '../../../support/random.ts'

/** What is told and passed on when the bytes come in these pieces. */
function read(pieces: Buffer[]): { acknowledged: number[][]; rest: Buffer } {
  const acknowledged: number[][] = []
  const rest: Buffer[] = []
  const take = acknowledgementReader(
    (messageId, reasonCode) => acknowledged.push([messageId, reasonCode]),
    (bytes) => rest.push(Buffer.from(bytes)),
  )
  for (const piece of pieces) {
    // the socket's buffer, used again for the next piece
    const buffer = Buffer.from(piece)
    take(buffer)
    buffer.fill(0xff)
  }
  return { acknowledged, rest: Buffer.concat(rest) }
}

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...pieces, bytes.subarray(at)]
}

const messageId = fc.integer({ min: 1, max: 65_535 })
const acknowledgement: fc.Arbitrary<Packet> = fc
  .record({
    messageId,
    reasonCode: fc.constantFrom(0, 16, 135, 151),
    properties: fc.constantFrom(undefined, { reasonString: 'no', userProperties: { why: 'x'.repeat(300) } }),
  })
  .map((fields) => ({ cmd: 'puback', ...fields }) as Packet)
const other: fc.Arbitrary<Packet> = fc.oneof(
  fc.constant<Packet>({ cmd: 'pingresp' }),
  fc.constant({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false } as Packet),
  messageId.map((id) => ({ cmd: 'pubrec', messageId: id, reasonCode: 0 }) as Packet),
  messageId.map((id) => ({ cmd: 'pubcomp', messageId: id, reasonCode: 0 }) as Packet),
  fc
    .record({ payload: fc.uint8Array({ maxLength: 20_000 }), messageId })
    .map(({ payload, messageId: id }) => {
      const packet = { cmd: 'publish', topic: 't', payload: Buffer.from(payload), qos: 1, messageId: id }
      return { ...packet, dup: false, retain: false } as Packet
    }),
)

describe('mqtt acknowledgements', () => {
  it('are taken out of what a broker sends, in any pieces; the rest goes on as it came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(acknowledgement, acknowledgement, other), { maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
        (packets, sizes) => {
          const options = { protocolVersion: 5 }
          const bytes = Buffer.concat(packets.map((packet) => generate(packet, options)))
          const { acknowledged, rest } = read(cut(bytes, sizes))
          const isAck = ({ cmd }: Packet) => cmd === 'puback'
          assert.deepEqual(
            acknowledged,
            packets.filter(isAck).map((packet) => {
              const { messageId: id, reasonCode } = packet as { messageId: number; reasonCode: number }
              return [id, reasonCode]
            }),
          )
          const others = packets.filter((packet) => !isAck(packet))
          assert.deepEqual(rest, Buffer.concat(others.map((packet) => generate(packet, options))))
        },
      ),
    )
  })

  it('come byte by byte, too', () => {
    const bytes = Buffer.from([0x40, 2, 0, 7, 0xd0, 0, 0x40, 3, 1, 0, 135, 0x40, 2, 0, 8])
    const { acknowledged, rest } = read([...bytes].map((byte) => Buffer.of(byte)))
    assert.deepEqual(acknowledged, [
      [7, 0],
      [256, 135],
      [8, 0],
    ])
    assert.deepEqual(rest, Buffer.from([0xd0, 0]))
  })

  it('are left to MQTT.js, which says what is wrong, where they are none: too short, or far too long', () => {
    const short = Buffer.from([0x40, 1, 0])
    assert.deepEqual(read([short]), { acknowledged: [], rest: short })
    const long = Buffer.concat([Buffer.from([0x40, 0x80, 0x80, 0x80, 0x01]), Buffer.alloc(1_000, 1)])
    assert.deepEqual(read([long, Buffer.alloc(1_000, 2)]).acknowledged, [])
    assert.equal(read([long]).rest.length, long.length)
    const endless = Buffer.from([0x40, 0xff, 0xff, 0xff, 0xff, 0xff])
    assert.deepEqual(read([endless]).acknowledged, [])
  })
})
