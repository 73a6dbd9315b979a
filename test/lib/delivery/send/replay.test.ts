import assert from 'node:assert/strict'
import type { ReplayResult } from '../../../../lib/delivery/send/replay.ts'
import { settle } from '../../../support/fake-clock.ts'
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
    await world.time.advance(3_000)
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

  it('tells about once a second below which seq all is dealt with', async () => {
    const world = new World({ stored: upTo(500), lastSeq: 500 })
    world.automatic = false
    await world.release()
    const told: number[] = []
    void world.delivery.replay({ from: 1, to: 500, progressed: (next) => told.push(next) })
    await world.time.advance(1_000)
    assert.deepEqual([...new Set(told)], [1])
    await world.finish(1, 3)
    await world.time.advance(2_000)
    assert.equal(told.at(-1), 2)
  })

  it('has 100 under way at most, and shows how far it is', async () => {
    const world = new World({ stored: upTo(500), lastSeq: 500 })
    world.automatic = false
    await world.release()
    const replay = watch(world.delivery.replay({ from: 1, to: 500 }))
    await world.time.advance(500)
    assert.deepEqual(world.seqs, range(1, 100))
    await world.finish(...range(1, 30))
    assert.deepEqual(world.seqs, range(1, 130))
    await world.time.advance(1_200)
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
    await world.time.advance(3_000)
    assert.deepEqual(world.seqs, [1, 2, 3, 4, 2])
    world.automatic = true
    await world.finish(2, 3, 4)
    await world.time.advance(5_000)
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
    await world.time.advance(1_500)
    await world.finish(12)
    world.delivery.hold()
    await world.finish(...range(14, 20))
    await world.time.advance(5_000)
    assert.equal(replay.ended, false)
    world.automatic = true
    await world.release()
    await world.time.advance(2_000)
    assert.deepEqual(world.seqs, [...range(11, 20), 12, ...range(14, 20)])
    assert.equal(replay.result?.complete, 10)
  })

  it('counts what the flow does not finish, what fails and what is not there', async () => {
    const world = new World({ stored: upTo(30), lastSeq: 30, timeLimit: 10 })
    for (const seq of [5, 6, 7, 30]) world.journal.damaged.add(seq)
    world.automatic = false
    await world.release()
    const replay = watch(world.delivery.replay({ from: 4, to: 30 }))
    await world.time.advance(100)
    world.hooks.done(world.sent[0]!, world.node, new Error('no'))
    await world.finish(...range(9, 29))
    await world.time.advance(15_000)
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
    await world.time.advance(500)
    assert.deepEqual(world.seqs, range(1, 10))
    await world.time.advance(3_000)
    assert.deepEqual(world.seqs, [...range(1, 10), 5, 6, 7])
    assert.deepEqual([first.result?.complete, second.result?.complete], [10, 3])
  })

  it('tells at a stop from where to ask again', async () => {
    const world = new World({ stored: upTo(30), lastSeq: 30 })
    world.automatic = false
    await world.release()
    const running = watch(world.delivery.replay({ from: 1, to: 10 }))
    const queued = watch(world.delivery.replay({ from: 20, to: 21 }))
    await settle()
    await world.finish(1, 2, 5)
    await world.time.advance(1_500)
    await world.delivery.stop()
    assert.deepEqual([running.result?.stopped, running.result?.next, running.result?.complete], [true, 3, 3])
    assert.deepEqual([queued.result?.stopped, queued.result?.next], [true, 20])
    const late = await world.delivery.replay({ from: 1, to: 2 })
    assert.deepEqual([late.stopped, late.next], [true, 1])
    assert.equal(world.time.timers, 0)
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
    await world.time.advance(15_000)
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
    await world.time.advance(3_000)
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
    await world.time.advance(2_000)
    assert.deepEqual(world.seqs, [5, 300, 40_000, 40_001])
    assert.deepEqual(world.journal.opened, [5, 40_000])
  })
})
