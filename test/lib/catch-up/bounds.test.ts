// Whatever a device sends, what is remembered of it stays within bounds.
import assert from 'node:assert/strict'
import { AnyDeviceMemory } from '../../../lib/catch-up/any-device-memory.ts'
import { anyDeviceDefaults } from '../../../lib/catch-up/any-device-settings.ts'
import { BootClock, Clocks } from '../../../lib/catch-up/clocks.ts'
import { HeardPackets } from '../../../lib/catch-up/heard.ts'
import { CollectorMemory } from '../../../lib/catch-up/memory.ts'
import { Tally } from '../../../lib/catch-up/notice.ts'
import { PageList } from '../../../lib/catch-up/page-list.ts'
import { Replay } from '../../../lib/catch-up/replay.ts'
import { Device, known } from './device.ts'

const start = Date.parse('2026-11-21T12:00:00Z')

describe('what is remembered', () => {
  it('of a device that shows no flash memory: a thousand packets', () => {
    const memory = new CollectorMemory()
    for (let i = 0; i < 5_000; i++) memory.observe({ text: `OK 12 ${i}`, received: start + i * 1000 })
    assert.ok(memory.heard.size <= 1_000 && memory.heard.size >= 900, `${memory.heard.size}`)
    // the newest are there
    assert.deepEqual(memory.heard.unheard([{ packet: '12 4999', time: start + 4_999_000 }]), [])
  })

  it('of packets that may come again: 300,000, the newest', () => {
    const heard = new HeardPackets()
    for (let i = 0; i < 400_000; i++) heard.add({ packet: `${i & 1023}`, time: start + i })
    assert.ok(heard.size <= 300_000 && heard.size > 260_000, `${heard.size}`)
  })

  it('of packets, wherever they came: before one was looked for, after that, and not those that were forgotten', () => {
    const heard = new HeardPackets()
    const copyOf = (i: number) => ({ packet: `12 ${i}`, time: start + i * 1000 })
    for (let i = 0; i < 100; i++) heard.add(copyOf(i), 100)
    assert.deepEqual(heard.unheard([copyOf(0), copyOf(99), copyOf(100)]), [copyOf(100)])
    for (let i = 100; i < 105; i++) heard.add(copyOf(i), 100)
    // those that cancelled a copy are not there twice; the oldest tenth has gone
    const again = [0, 5, 9, 10, 99, 104].map(copyOf)
    assert.deepEqual(heard.copy().unheard(again), [0, 5, 9, 99].map(copyOf))
    heard.forgetBefore(start + 50_000)
    assert.deepEqual(heard.unheard(again.slice(2)), [9, 10, 99].map(copyOf))
  })

  it('however few are kept: a packet more takes no longer', () => {
    const timeOf = (limit: number) => {
      const heard = new HeardPackets()
      const begun = performance.now()
      for (let i = 0; i < 100_000; i++) heard.add({ packet: `12 ${i % 500}`, time: start + i }, limit)
      return performance.now() - begun
    }
    timeOf(1_000)
    const [few, all] = [timeOf(1_000), timeOf(200_000)]
    assert.ok(few < 8 * all, `${few} ms where 1,000 are kept, ${all} ms where all are`)
  })

  it('of a collector to which nothing is due: the packets of two pages', () => {
    const memory = new CollectorMemory()
    for (let page = 0; page < 500; page++) {
      const received = start + page * 255_000
      memory.observe({ text: `DF S ${600 + page} 7 ${1000 + page * 255}`, received })
      for (let i = 0; i < 80; i++) memory.observe({ text: `OK 12 ${i}`, received: received + i * 3_000 })
    }
    assert.ok(memory.heard.size <= 250, `${memory.heard.size}`)
  })

  it('of pages: three days, and 4,000', () => {
    const memory = new CollectorMemory()
    for (let page = 0; page < 3_000; page++)
      memory.observe({ text: `DF S ${600 + page} 7 ${page * 255}`, received: start + page * 255_000 })
    assert.equal(memory.pages, Math.floor((3 * 86_400) / 255) + 1)
    for (let page = 0; page < 9_000; page++)
      memory.observe({ text: `DF S ${page} 9 ${page}`, received: start + 3_000 * 255_000 + page * 1000 })
    assert.equal(memory.pages, 4_000)
  })

  it('of clocks: a thousand seqs, and 250 pairs each', () => {
    const clocks = new Clocks()
    for (let seq = 0; seq < 10_000; seq++) clocks.boot(600, seq, start + seq * 1000)
    assert.equal(clocks.size, 1_000)
    const [clock, other] = [new BootClock(), new BootClock()]
    for (let i = 0; i < 10_000; i++) {
      clock.add(i, start + i * 1000)
      other.add(i, start + i * 1000)
    }
    other.isSame(clock)
    assert.ok(clock.size <= 250 && clock.size >= 60, `${clock.size}`)
    assert.equal(clock.wallOf(5_000), start + 5_000_000 + 500)
  })

  it('of a page in an answer, and of pages that wait: no more than a flash has', () => {
    const memory = new CollectorMemory()
    const replay = new Replay<number>({ kind: 'range', from: 0, last: 60_000 }, memory, {
      page: 0,
      seq: 0xffff,
      time: 0,
    })
    for (let i = 0; i < 10_000; i++) replay.stored({ kind: 'stored', seq: 1, time: 5, packet: '12 1' })
    const clock = new BootClock()
    replay.ended({ page: 600, seq: 1, time: 5, clock, carry: 0, wall: undefined }, 1)
    // too many for a page: it was garbled, and nothing behind it counts
    assert.deepEqual([replay.confirmed, replay.isWhole], [0, false])
    const other = new Replay<number>({ kind: 'range', from: 0, last: 60_000 }, memory, {
      page: 0,
      seq: 0xffff,
      time: 0,
    })
    for (let page = 1; page < 20_000; page++) {
      other.stored({ kind: 'stored', seq: 1, time: page, packet: '12 1' })
      other.ended({ page, seq: 1, time: page, clock, carry: 0, wall: undefined }, page)
    }
    assert.equal(other.confirmed, 8_192)
  })

  it('of its list of pages: no more than a flash has', () => {
    const list = new PageList()
    for (let page = 0; page < 60_000; page++) list.add({ page, seq: 1, time: page })
    assert.equal(list.length, 8_192)
  })

  it('of damaged pages: their numbers, of which the notice has a hundred', () => {
    const tally = new Tally()
    for (let i = 0; i < 300_000; i++) tally.corrupt(i)
    const { corrupt, corruptPages } = tally.result(1, true)
    assert.deepEqual([corrupt.length, corruptPages], [100, 65_536])
  })

  it('of packets of a page that was broken off: no more than a page has', () => {
    const memory = new CollectorMemory()
    for (let i = 0; i < 1_000; i++) memory.observe({ text: `OK 12 ${i}`, received: start, time: start - i })
    assert.equal(memory.unfinished.length, 100)
  })

  it('of what the journal is to note: what came of it, as long as no line comes', () => {
    const device = new Device().began(known)
    for (let i = 0; i < 50; i++) {
      device.says('[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1', 'DF I 601 8').passes(700)
      device.catchUp.disconnected()
      device.catchUp.connected()
    }
    device.says(...Array.from({ length: 60 }, () => 'OK 1 1'))
    const given = device.notices.length
    assert.ok(given <= 52, `${given}`)
  })

  it('of any other device: a thousand lines while nothing is due', () => {
    const memory = new AnyDeviceMemory({ ...anyDeviceDefaults, replayed: '(?<age>\\d+) (?<text>.*)' })
    for (let i = 0; i < 10_000; i++) memory.observe({ text: `line ${i}`, received: start + i })
    assert.ok(memory.heard.size <= 1_000, `${memory.heard.size}`)
  })
})
