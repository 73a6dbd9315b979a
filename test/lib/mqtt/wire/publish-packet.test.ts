import assert from 'node:assert/strict'
import { type IPublishPacket, parser } from 'mqtt-packet'
import type { Outgoing, Payload, QoS } from '../../../../lib/mqtt/message/outgoing.ts'
import { publishPackets } from '../../../../lib/mqtt/wire/publish-packet.ts'
import { fc } from '../../../support/random.ts'

/** What a peer reads. */
function parsed(bytes: Buffer, protocolVersion: 4 | 5): IPublishPacket {
  const packets = allParsed(bytes, protocolVersion)
  assert.equal(packets.length, 1)
  return packets[0]!
}

function allParsed(bytes: Buffer, protocolVersion: 4 | 5): IPublishPacket[] {
  const packets: IPublishPacket[] = []
  const reader = parser({ protocolVersion })
  reader.on('packet', (packet) => packets.push(packet as IPublishPacket))
  reader.on('error', assert.fail)
  reader.parse(bytes)
  return packets
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes)),
)
const message = fc.record({
  topic: text,
  payload,
  retain: fc.boolean(),
  qos: fc.constantFrom<QoS[]>(0, 1, 2),
  expiry: fc.option(fc.integer({ min: 0, max: 0xffffffff }), { nil: undefined }),
  contentType: fc.option(text, { nil: undefined }),
  userProperties: fc.option(fc.constantFrom({ id: 'e-1' }, { id: 'ü', replayed: 'true' }), {
    nil: undefined,
  }),
}) as fc.Arbitrary<Outgoing>

describe('mqtt publish packet', () => {
  it('is read by a peer as it was meant', () => {
    fc.assert(
      fc.property(
        message,
        fc.integer({ min: 1, max: 65_535 }),
        fc.constantFrom(4, 5),
        (sent, id, version) => {
          const read = parsed(publishPackets([{ message: sent, id }], version === 5), version as 4 | 5)
          assert.equal(read.topic, sent.topic)
          assert.deepEqual(Buffer.from(read.payload as Buffer), Buffer.from(sent.payload as string))
          assert.deepEqual([read.qos, read.retain, read.dup], [sent.qos, sent.retain, false])
          assert.equal(read.messageId, sent.qos === 0 ? undefined : id)
          const { messageExpiryInterval, contentType, userProperties } = read.properties ?? {}
          const { expiry, contentType: type, userProperties: user } = version === 5 ? sent : ({} as Outgoing)
          assert.deepEqual([messageExpiryInterval, contentType], [expiry, type])
          assert.deepEqual(userProperties && { ...userProperties }, user)
        },
      ),
    )
  })

  it('stands behind another one', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
        const bytes = publishPackets(
          messages.map((each, index) => ({ message: each, id: index + 1 })),
          true,
        )
        const read = allParsed(bytes, 5).map((each) => [each.topic, Buffer.from(each.payload as Buffer)])
        assert.deepEqual(
          read,
          messages.map((each) => [each.topic, Buffer.from(each.payload as string)]),
        )
      }),
    )
  })

  it('has lengths of up to four bytes', () => {
    for (const size of [100, 10_000, 1_000_000, 3_000_000]) {
      const sent: Outgoing = { topic: 't', payload: Buffer.alloc(size, 1), retain: false, qos: 1 }
      assert.equal(parsed(publishPackets([{ message: sent, id: 1 }], false), 4).payload.length, size)
    }
  })
})
