import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReplayResult } from '../../../../lib/delivery/send/replay.ts'
import { flowNode } from '../support/fake-hooks.ts'
import { settle } from '../support/manual-time.ts'
import { ServiceBench } from '../support/service-bench.ts'
import { nothing, range, World } from '../support/world.ts'

const upTo = (seq: number) => ({ seq, counters: { ...nothing.counters, complete: seq } })

/** What a promise has come to, if it has. */
class Watched {
  result: ReplayResult | undefined

  constructor(promise: Promise<ReplayResult>) {
    void promise.then((result) => {
      this.result = result
    })
  }

  get ended(): boolean {
    return this.result !== undefined
  }
}

const watch = (promise: Promise<ReplayResult>) => new Watched(promise)

describe('delivery: replay', () => {
  it('sends a range again in order, for one sink, beside live events, and leaves the checkpoint alone', async () => {
    const world = new World({ stored: upTo(500), lastSeq: 500 })
    await world.release()
    const replay = watch(world.delivery.replay({ from: 101, to: 400, for: 'store' }))
    for (let i = 0; i < 10; i++) await world.log(1)
    await world.time.pass(3_000)
    const again = world.sent.filter(({ event }) => event.for === 'store')
    assert.deepEqual(
      again.map(({ event }) => event.seq),
      range(101, 400),
    )
    assert.ok(again.every(({ event, _msgid }) => event.replayed && _msgid === event.id))
    assert.deepEqual(
      world.sent.filter(({ event }) => event.for === undefined).map(({ event }) => event.seq),
      range(501, 510),
    )
    assert.deepEqual(replay.result, {
      complete: 300,
      failed: 0,
      incomplete: 0,
      missing: 0,
      waiting: 0,
      stopped: false,
      cancelled: false,
      next: undefined,
    })
    assert.deepEqual(world.saved.at(-1), upTo(510))
    assert.equal(world.delivery.state.replay, undefined)
  })

  it('has 100 under way at most, and shows how far it is', async () => {
    const world = new World({ stored: upTo(500), lastSeq: 500 })
    world.automatic = false
    await world.release()
    const replay = watch(world.delivery.replay({ from: 1, to: 500 }))
    await world.time.pass(500)
    assert.deepEqual(world.seqs, range(1, 100))
    await world.finish(...range(1, 30))
    assert.deepEqual(world.seqs, range(1, 130))
    await world.time.pass(1_200)
    assert.deepEqual(world.delivery.state.replay, {
      complete: 30,
      failed: 0,
      incomplete: 0,
      missing: 0,
      waiting: 470,
    })
    await world.log(1)
    assert.equal(world.seqs.at(-1), 501, 'live events do not wait for it')
    assert.equal(replay.ended, false)
  })

  it('waits for events that are on their way for the first time', async () => {
    const world = new World()
    world.automatic = false
    await world.release()
    await world.log(4)
    const replay = watch(world.delivery.replay({ from: 2, to: 99 }))
    await world.finish(1, 2)
    await world.time.pass(3_000)
    assert.deepEqual(world.seqs, [1, 2, 3, 4, 2])
    world.automatic = true
    await world.finish(2, 3, 4)
    await world.time.pass(5_000)
    assert.deepEqual(world.seqs, [1, 2, 3, 4, 2, 3, 4])
    assert.deepEqual([replay.result?.complete, replay.result?.next], [3, undefined])
  })

  it('sends what was under way again after a deploy', async () => {
    const world = new World({ stored: upTo(50), lastSeq: 50 })
    world.automatic = false
    await world.release()
    const replay = watch(world.delivery.replay({ from: 11, to: 20 }))
    await settle()
    await world.finish(11, 13)
    await world.time.pass(1_500)
    await world.finish(12)
    world.delivery.hold()
    await world.finish(...range(14, 20))
    await world.time.pass(5_000)
    assert.equal(replay.ended, false)
    world.automatic = true
    await world.release()
    await world.time.pass(2_000)
    assert.deepEqual(world.seqs, [...range(11, 20), 12, ...range(14, 20)])
    assert.equal(replay.result?.complete, 10)
  })

  it('counts what the flow does not finish, what fails and what is not there', async () => {
    const world = new World({ stored: upTo(30), lastSeq: 30, timeLimit: 10 })
    for (const seq of [5, 6, 7, 30]) world.journal.damaged.add(seq)
    world.automatic = false
    await world.release()
    const replay = watch(world.delivery.replay({ from: 4, to: 30 }))
    await world.time.pass(100)
    world.hooks.done(world.sent[0]!, world.node, new Error('no'))
    await world.finish(...range(9, 29))
    await world.time.pass(15_000)
    assert.deepEqual(replay.result, {
      complete: 22,
      failed: 1,
      incomplete: 1,
      missing: 4,
      waiting: 0,
      stopped: false,
      cancelled: false,
      next: undefined,
    })
    assert.deepEqual(world.incomplete, [], 'the journal has it as complete')
  })

  it('runs one at a time', async () => {
    const world = new World({ stored: upTo(30), lastSeq: 30 })
    await world.release()
    const first = watch(world.delivery.replay({ from: 1, to: 10, for: 'a' }))
    const second = watch(world.delivery.replay({ from: 5, to: 7, for: 'b' }))
    await world.time.pass(500)
    assert.deepEqual(world.seqs, range(1, 10))
    await world.time.pass(3_000)
    assert.deepEqual(world.seqs, [...range(1, 10), 5, 6, 7])
    assert.deepEqual([first.result?.complete, second.result?.complete], [10, 3])
  })

  it('is cancelled by its name, or with all others, and tells from where to ask again', async () => {
    const world = new World({ stored: upTo(90), lastSeq: 90 })
    world.automatic = false
    await world.release()
    const first = watch(world.delivery.replay({ from: 1, to: 10, name: 'a' }))
    const second = watch(world.delivery.replay({ from: 20, to: 21, name: 'b' }))
    const third = watch(world.delivery.replay({ from: 30, to: 31, name: 'a' }))
    await settle()
    await world.finish(1, 2)
    await world.time.pass(1_500)
    assert.equal(world.delivery.cancelReplays('nobody'), 0)
    assert.equal(world.delivery.cancelReplays('a'), 2)
    await settle()
    const told = ({ result }: Watched) => result && [result.cancelled, result.stopped, result.next]
    assert.deepEqual(
      [told(first), told(third)],
      [
        [true, false, 3],
        [true, false, 30],
      ],
    )
    // the one behind them goes on, and what the flow still had of the first counts for nothing
    assert.deepEqual(world.seqs.slice(10), [20, 21])
    await world.finish(3, 20)
    await world.time.pass(1_500)
    assert.deepEqual([first.result?.complete, second.result], [2, undefined])
    assert.equal(world.delivery.cancelReplays(), 1)
    await settle()
    assert.deepEqual(told(second), [true, false, 21])
    assert.equal(world.delivery.state.replay, undefined)
  })

  it('gives everything else its turn, though our own nodes are done with each event at once', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fieldlog-replay-'))
    const bench = new ServiceBench({ directory })
    let sent = 0
    const sink = flowNode('sink')
    bench.service.attach((_message, event) => {
      sent++
      event.closed(event.opened(sink, true))
    })
    bench.service.release()
    bench.service.start()
    await bench.log(10_000)
    await bench.until(({ checkpoint }) => checkpoint === 10_000)
    sent = 0
    let most = 0
    let isOver = false
    const look = (before: number) => {
      most = Math.max(most, sent - before)
      if (!isOver) setImmediate(look, sent)
    }
    look(0)
    const { complete } = await bench.service.replay({ from: 1, to: 10_000 })
    isOver = true
    await bench.stop()
    await rm(directory, { recursive: true })
    assert.equal(complete, 10_000)
    assert.ok(most <= 500, `${most} events in one turn of the event loop`)
  })

  it('tells at a stop from where to ask again', async () => {
    const world = new World({ stored: upTo(30), lastSeq: 30 })
    world.automatic = false
    await world.release()
    const running = watch(world.delivery.replay({ from: 1, to: 10 }))
    const queued = watch(world.delivery.replay({ from: 20, to: 21 }))
    await settle()
    await world.finish(1, 2, 5)
    await world.time.pass(1_500)
    await world.delivery.stop()
    assert.deepEqual([running.result?.stopped, running.result?.next, running.result?.complete], [true, 3, 3])
    assert.deepEqual([queued.result?.stopped, queued.result?.next], [true, 20])
    const late = await world.delivery.replay({ from: 1, to: 2 })
    assert.deepEqual([late.stopped, late.next], [true, 1])
    assert.equal(world.time.timersLeft, 0)
  })

  it('refuses what is no range', async () => {
    const world = new World({ stored: upTo(30), lastSeq: 30 })
    for (const [from, to] of [
      [0, 5],
      [1.5, 5],
      [5, 4],
      [31, 40],
      [1, Number.NaN],
    ] as const) {
      await assert.rejects(world.delivery.replay({ from, to }), RangeError, `${from} to ${to}`)
    }
  })

  it('makes incomplete events complete when the flow completes them now', async () => {
    const counters = { complete: 27, failed: 0, incomplete: 3, damaged: 0 }
    const world = new World({ stored: { seq: 30, counters, incompleteFrom: 4 }, lastSeq: 30, timeLimit: 10 })
    world.automatic = false
    await world.release()
    assert.equal(world.delivery.notedFrom('incomplete'), 4)
    const replay = watch(
      world.delivery.redeliver(
        [
          [4, 5],
          [22, 22],
        ],
        'incomplete',
      ),
    )
    await settle()
    assert.deepEqual(world.seqs, [4, 5, 22])
    await world.finish(4, 22)
    await world.time.pass(15_000)
    assert.deepEqual([replay.result?.complete, replay.result?.incomplete], [2, 1])
    assert.deepEqual(world.completed, [4, 22])
    assert.deepEqual(world.saved.at(-1), {
      seq: 30,
      counters: { ...counters, complete: 29, incomplete: 1 },
      incompleteFrom: 4,
    })
    world.automatic = true
    assert.equal((await world.delivery.redeliver([], 'incomplete')).complete, 0)
    void world.delivery.redeliver([[5, 5]], 'incomplete')
    await world.time.pass(3_000)
    assert.deepEqual(world.saved.at(-1), upTo(30))
  })

  it('does not read through long gaps', async () => {
    const world = new World({ stored: upTo(60_000), lastSeq: 60_000, batchSize: 100 })
    await world.release()
    void world.delivery.redeliver(
      [
        [5, 5],
        [300, 300],
        [40_000, 40_001],
      ],
      'incomplete',
    )
    await world.time.pass(2_000)
    assert.deepEqual(world.seqs, [5, 300, 40_000, 40_001])
    assert.deepEqual(world.journal.opened, [5, 40_000])
  })
})
