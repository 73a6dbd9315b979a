// What is held in memory is bounded in bytes, and nothing of an event itself is lost by that.
import assert from 'node:assert/strict'
import { Reception } from '../../../lib/delivery/reception.ts'
import { heldBytes } from '../../../lib/delivery/send/held-bytes.ts'
import { LiveTail } from '../../../lib/delivery/send/live-tail.ts'
import { PropertyStore } from '../../../lib/delivery/send/properties.ts'
import { Journal } from '../../../lib/journal/journal.ts'
import { systemClock } from '../../../lib/kit/clock.ts'
import { FaultDisk } from '../../support/fault-disk.ts'
import { MemoryDisk } from '../../support/memory-disk.ts'
import { entries } from './support/memory-journal.ts'
import { quick, ServiceBench } from './support/service-bench.ts'

const megabyte = 1 << 20
const lock = () => ({ release() {} })

describe('delivery: memory', () => {
  it('guesses the bytes of a value, roughly, and at little cost', () => {
    const about = (value: unknown, bytes: number) => {
      const guess = heldBytes(value)
      assert.ok(guess >= bytes * 0.8 && guess <= bytes * 3 + 200, `${guess} for ${bytes}`)
    }
    about('x'.repeat(megabyte), megabyte)
    about(Buffer.alloc(megabyte), megabyte)
    about({ a: { b: ['y'.repeat(5_000), 1, 2, 3] } }, 5_000)
    about(
      Array.from({ length: 10_000 }, () => 'z'.repeat(100)),
      1_000_000,
    )
    about(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, 'v'.repeat(50)])), 250_000)
    const ring: Record<string, unknown> = { name: 'ring' }
    ring.self = ring
    assert.ok(heldBytes(ring) < megabyte)
    // a socket or the like is not walked through
    assert.ok(heldBytes(new Map([[1, ring]])) < 10_000)
  })

  it('keeps other properties as long as there is room, then leaves them out and says how often', () => {
    let leftOut = 0
    const store = new PropertyStore(() => leftOut++, 3 * megabyte)
    const large = () =>
      ({ payload: 'x', topic: 't', extra: Buffer.alloc(megabyte) }) as Record<string, unknown>
    assert.equal(store.take({ payload: 'x', topic: 't', flush: true }), undefined)
    const [first, second] = [store.take(large()), store.take(large())]
    assert.deepEqual(Object.keys(first!.properties), ['extra'])
    const message = large()
    assert.equal(store.take(message), undefined)
    assert.deepEqual([leftOut, store.leftOut, Object.keys(message)], [1, 1, ['payload', 'topic']])
    store.release(second)
    assert.ok(store.take(large()))
  })

  it('holds 2,000 events whose messages carry 1 MB each in a few MB, and loses none of them', async () => {
    const disk = new FaultDisk(new MemoryDisk(), { code: 'ENOSPC' })
    let isFull = true
    disk.fault = ({ name, path }) =>
      isFull && name === 'write' && path.endsWith('.txt') ? 'fail' : undefined
    const bench = new ServiceBench({ directory: '/journal', disk, lock })
    bench.start({ ...quick, window: 5_000 })
    const logged: Array<Promise<void>> = []
    for (let i = 0; i < 2_000; i++) {
      logged.push(bench.give({ payload: `line ${i}`, extra: Buffer.alloc(megabyte) }))
      // what is let go must be collected before the next one is counted
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(bench.service.state.journal.dropped, 0)
    assert.ok(bench.service.state.withoutProperties > 1_900, `${bench.service.state.withoutProperties}`)
    isFull = false
    await Promise.all(logged)
    await bench.until(({ complete }) => complete === 2_000)
    assert.deepEqual(
      bench.sent.map(({ payload }) => payload),
      Array.from({ length: 2_000 }, (_, i) => `line ${i}`),
    )
    const carrying = bench.sent.filter(({ extra }) => extra !== undefined).length
    assert.ok(carrying >= 10 && carrying <= 16, `${carrying} with their property`)
    assert.match(bench.warnings.join('\n'), /memory for the other properties of messages is full/)
    await bench.stop()
  })

  it('bounds what is durable and was not sent by the bytes that it carries', () => {
    const tail = new LiveTail({ count: 10_000, bytes: 3 * megabyte })
    const tag = { carried: { properties: {}, bytes: megabyte } }
    assert.equal(tail.add(entries(1, 10, tag)), 8)
    assert.deepEqual([tail.take(1)?.seq, tail.take(2)?.seq, tail.take(3)], [1, 2, undefined])
  })

  it('bounds what becomes durable while the checkpoint cannot be read, and sends it all afterwards', async () => {
    const disk = new FaultDisk(new MemoryDisk())
    let isUnreadable = true
    disk.fault = ({ path }) => (isUnreadable && path.endsWith('.checkpoint') ? 'fail' : undefined)
    const bench = new ServiceBench({ directory: '/journal', disk, lock, bufferSize: 1_000 })
    bench.start({ ...quick, window: 5_000 })
    await bench.log(25_000)
    assert.equal(bench.service.state.delivery, undefined)
    isUnreadable = false
    await bench.until(({ complete }) => complete === 25_000)
    assert.deepEqual(
      bench.seqs,
      Array.from({ length: 25_000 }, (_, i) => i + 1),
    )
    await bench.stop()
  })

  it('counts what a payload keeps beside its text, until it is on disk', async () => {
    const journal = new Journal({
      directory: '/journal',
      disk: new MemoryDisk(),
      lock,
      maxHeldBytes: 4 * megabyte,
    })
    const reception = new Reception(journal, { clock: systemClock, problem: () => 'full', leftOut() {} })
    const errors: string[] = []
    for (let i = 0; i < 10; i++) {
      reception.log({ payload: Buffer.alloc(megabyte, 'x') }, 's', (error) => errors.push(String(error)))
    }
    // 1 MB as bytes, which the message keeps, and 1 MB as text
    assert.equal(journal.statistics.held, 1)
    assert.deepEqual([errors.length, reception.canTake], [9, false])
    assert.equal(errors[0], 'DroppedError: log: the event was dropped: full')
    await journal.stop().catch(() => undefined)
  })

  it('tells sources to wait at half of the memory, and to go on at a quarter', async () => {
    const journal = new Journal({ directory: '/journal', disk: new MemoryDisk(), lock, maxHeldEvents: 100 })
    const reception = new Reception(journal, { clock: systemClock, problem: () => undefined, leftOut() {} })
    const log = () => reception.log({ payload: 'x' }, 's', () => {})
    for (let i = 0; i < 49; i++) log()
    assert.equal(reception.canTake, true)
    log()
    assert.equal(reception.canTake, false)
    let isReady = false
    const ready = reception.whenReady().then(() => {
      isReady = true
    })
    await journal.start()
    await journal.flush()
    assert.equal(isReady, false)
    reception.look()
    await ready
    assert.equal(reception.canTake, true)
    await journal.stop()
  })
})
