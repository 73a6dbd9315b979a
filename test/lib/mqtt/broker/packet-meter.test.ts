import assert from 'node:assert/strict'
import { generate } from 'mqtt-packet'
import { PacketMeter } from '../../../../lib/mqtt/broker/packet-meter.ts'
import { fc } from '../../../support/random.ts'

const publish = (bytes: number) =>
  generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(bytes), qos: 0, dup: false, retain: false })

describe('mqtt PacketMeter', () => {
  it('counts the packets that end, however the stream is cut', () => {
    const sizes = fc.array(fc.oneof(fc.nat(200), fc.constantFrom(124, 125, 16_380, 16_381)), { maxLength: 8 })
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes, cuts) => {
        const stream = Buffer.concat([...sizes.map(publish), generate({ cmd: 'pingreq' })])
        const meter = new PacketMeter(20_000)
        let packets = 0
        for (let at = 0, i = 0; at < stream.length; i++) {
          const end = at + (cuts[i % cuts.length] ?? 1)
          packets += meter.read(stream.subarray(at, end)) ?? Number.NaN
          at = end
        }
        assert.deepEqual([packets, meter.unfinished, meter.missing], [sizes.length + 1, 0, 0])
      }),
    )
  })

  it('tells how much of a packet has come, and how much it lacks', () => {
    const meter = new PacketMeter(1000)
    assert.equal(meter.read(publish(500).subarray(0, 103)), 0)
    assert.deepEqual([meter.unfinished, meter.missing], [103, 403])
  })

  it('finds a packet too long by its header, and a length that never ends', () => {
    assert.equal(new PacketMeter(503).read(publish(500)), 1)
    assert.equal(new PacketMeter(502).read(publish(500).subarray(0, 3)), undefined)
    assert.equal(new PacketMeter(2 ** 20).read(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])), undefined)
    assert.equal(new PacketMeter(2 ** 30).read(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])), undefined)
  })
})
