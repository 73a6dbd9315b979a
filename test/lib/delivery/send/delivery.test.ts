import assert from 'node:assert/strict'
import { settle } from '../../../support/fake-clock.ts'
import { assertBalance, nothing, range, World } from '../support/world.ts'

describe('delivery: Delivery', () => {
  it('sends nothing before the flows run, then all in order, and live events as they come', async () => {
    const world = new World({ lastSeq: 25 })
    await world.log(3)
    assert.deepEqual(world.seqs, [])
    assertBalance(world.delivery.state)
    await world.release()
    assert.deepEqual(world.seqs, range(1, 28))
    await world.log(2)
    assert.deepEqual(world.seqs, range(1, 30))
    assert.deepEqual(
      world.sent.map(({ event }) => event.replayed),
      range(1, 30).map((seq) => seq <= 25),
      'what was there at the start may have been sent before',
    )
    assertBalance(world.delivery.state)
  })

  it('gives live events the other properties of their message, and replayed ones none', async () => {
    const world = new World()
    await world.log(1, { carried: { properties: { colour: 'red', req: 1 }, bytes: 50 } })
    await world.release()
    const [{ event, ...rest }] = world.sent as [(typeof world.sent)[number]]
    assert.deepEqual(rest, { _msgid: 'ep-1', payload: 'line 1', topic: 's', colour: 'red', req: 1 })
    assert.equal(event.id, 'ep-1')
    world.delivery.hold()
    await world.release()
    assert.deepEqual(Object.keys(world.sent[1]!).sort(), ['_msgid', 'event', 'payload', 'topic'])
    assert.equal(world.sent[1]!.event.replayed, true)
  })

  it('completes an event after the quiet time, and each new delivery starts that again', async () => {
    const world = new World({ quietTime: 1 })
    await world.release()
    await world.log(1)
    await world.time.advance(900)
    assert.deepEqual([world.delivery.state.quiet, world.delivery.state.checkpoint], [1, 0])
    // a switch with a queue of its own sends it on only now
    const later = structuredClone(world.sent[0]!)
    world.hooks.take(later, world.node)
    await world.time.advance(5_000)
    assert.deepEqual([world.delivery.state.underWay, world.delivery.state.checkpoint], [1, 0])
    assertBalance(world.delivery.state)
    world.hooks.done(later, world.node)
    await world.time.advance(900)
    assert.equal(world.delivery.state.checkpoint, 0)
    await world.time.advance(200)
    assert.deepEqual([world.delivery.state.complete, world.delivery.state.checkpoint], [1, 1])
    assertBalance(world.delivery.state)
  })

  it('moves the checkpoint only over what is complete without a gap', async () => {
    const world = new World()
    world.automatic = false
    await world.release()
    await world.log(5)
    await world.finish(1, 3, 4)
    await world.time.advance(1_500)
    assert.deepEqual([world.delivery.state.checkpoint, world.delivery.state.complete], [1, 3])
    assertBalance(world.delivery.state)
    await world.finish(2)
    await world.time.advance(1_500)
    assert.equal(world.delivery.state.checkpoint, 4)
    assert.deepEqual(world.saved.at(-1), { seq: 4, counters: { ...nothing.counters, complete: 4 } })
  })

  it('completes what is wired to nothing after the quiet time', async () => {
    const world = new World()
    world.hooks.callbacks.clear()
    await world.release()
    await world.log(3)
    await world.time.advance(1_200)
    assert.equal(world.delivery.state.checkpoint, 3)
  })

  it('counts failed events as complete, and as failed', async () => {
    const world = new World()
    world.automatic = false
    await world.release()
    await world.log(2)
    world.hooks.done(world.sent[0]!, world.node, new Error('no'))
    await world.finish(2)
    await world.time.advance(3_000)
    const { complete, failed } = world.delivery.state
    assert.deepEqual({ complete, failed }, { complete: 2, failed: 1 })
    assert.equal(world.saved.at(-1)?.counters.failed, 1)
  })

  it('has no more than the window under way; events in their quiet time do not count', async () => {
    const world = new World({ window: 10 })
    world.automatic = false
    await world.release()
    await world.log(40)
    assert.deepEqual(world.seqs, range(1, 10))
    await world.finish(3, 4)
    assert.deepEqual(world.seqs, range(1, 12))
    const { underWay, quiet, waiting } = world.delivery.state
    assert.deepEqual({ underWay, quiet, waiting }, { underWay: 10, quiet: 2, waiting: 28 })
  })

  it('lets a full window grow when nothing completes for 5 s, up to ten times', async () => {
    const world = new World({ window: 10 })
    world.automatic = false
    await world.release()
    await world.log(500)
    await world.time.advance(4_500)
    assert.equal(world.seqs.length, 10)
    await world.time.advance(1_500)
    assert.equal(world.seqs.length, 20)
    await world.time.advance(60_000)
    assert.deepEqual(world.seqs, range(1, 100))
    // a batch of 100 is full
    await world.finish(...range(1, 100))
    assert.deepEqual(world.seqs, range(1, 200))
  })

  it('does not let it grow while events complete, nor for a burst after a long silence', async () => {
    const world = new World({ window: 10, quietTime: 0.1 })
    world.automatic = false
    await world.release()
    await world.time.advance(60_000)
    await world.log(100)
    for (let seq = 1; seq <= 30; seq++) {
      await world.time.advance(400)
      await world.finish(seq)
    }
    assert.equal(world.seqs.length, 40)
  })

  it('notes what is open at the time limit as incomplete, names the node, and passes it', async () => {
    const world = new World({ timeLimit: 30, window: 5 })
    world.automatic = false
    await world.release()
    await world.log(8)
    await world.finish(1, 3)
    await world.time.advance(32_000)
    assert.deepEqual(
      world.incomplete.slice(0, 5),
      [2, 4, 5, 6, 7].map((seq) => ({ seq, nodes: ['sink'] })),
    )
    assert.deepEqual(world.warnings, [
      'log: after 30 s event ep-2 was still held by node sink; it is noted as incomplete. ' +
        '`fieldlog replay` sends such events again',
    ])
    assert.equal(world.delivery.state.checkpoint, 7)
    assertBalance(world.delivery.state)
    const { counters, incompleteFrom } = world.saved.at(-1)!
    assert.deepEqual([counters.complete, counters.incomplete, incompleteFrom], [2, 5, 2])
  })

  it('warns of that once a minute, and counts what completes late for nothing', async () => {
    const world = new World({ timeLimit: 2, window: 3 })
    world.automatic = false
    await world.release()
    await world.log(300)
    await world.time.advance(50_000)
    assert.equal(world.warnings.length, 1)
    const before = world.delivery.state
    for (const { seq } of world.incomplete) await world.finish(seq)
    // and what is sent on late is not counted either
    for (const message of world.sent.slice(0, 3)) world.hooks.take(structuredClone(message), world.node)
    assert.deepEqual(world.delivery.state, before)
    assertBalance(before)
    await world.time.advance(40_000)
    assert.equal(world.warnings.length, 2)
  })

  it('lets the checkpoint pass an incomplete event only when its note is durable', async () => {
    const world = new World({ timeLimit: 5 })
    let noted = () => {}
    world.note = () => new Promise((resolve) => (noted = resolve))
    world.automatic = false
    await world.release()
    await world.log(1)
    await world.time.advance(20_000)
    assert.deepEqual([world.delivery.state.checkpoint, world.delivery.state.underWay], [0, 1])
    assertBalance(world.delivery.state)
    world.delivery.hold()
    await world.release()
    assert.deepEqual([world.seqs, world.delivery.state.incomplete], [[1], 0], 'not sent again meanwhile')
    assertBalance(world.delivery.state)
    noted()
    await settle()
    assert.deepEqual([world.delivery.state.checkpoint, world.delivery.state.incomplete], [1, 1])
    assertBalance(world.delivery.state)
  })

  it('counts nothing and sends nothing between hold and release, then sends again what was under way', async () => {
    const world = new World({ window: 10 })
    world.automatic = false
    await world.release()
    await world.log(20)
    await world.finish(1, 2)
    await world.time.advance(1_500)
    await world.finish(3)
    world.delivery.hold()
    const sent = world.seqs.length
    // batch completes what it throws away when it is closed
    await world.finish(...range(4, 12))
    await world.log(5)
    await world.time.advance(10_000)
    assert.deepEqual([world.delivery.state.checkpoint, world.seqs.length], [2, sent])
    assertBalance(world.delivery.state)
    await world.release()
    const again = world.sent.slice(sent)
    assert.deepEqual(
      again.map(({ event }) => [event.seq, event.replayed]),
      range(3, 12).map((seq) => [seq, true]),
    )
    world.automatic = true
    await world.finish(...range(3, 25))
    assert.deepEqual(
      world.sent.slice(-13).map(({ event }) => [event.seq, event.replayed]),
      range(13, 25).map((seq) => [seq, seq === 13]),
    )
    await world.time.advance(2_500)
    assert.equal(world.delivery.state.checkpoint, 25)
  })

  it('counts what is left of a sending before the deploy neither as done nor twice', async () => {
    const world = new World()
    world.automatic = false
    await world.release()
    await world.log(1)
    world.delivery.hold()
    await world.release()
    const [first, second] = world.sent
    world.hooks.done(first!, world.node)
    await world.time.advance(3_000)
    assert.equal(world.delivery.state.checkpoint, 0)
    world.hooks.done(second!, world.node)
    await world.time.advance(3_000)
    assert.deepEqual([world.delivery.state.checkpoint, world.delivery.state.complete], [1, 1])
  })

  it('does not send again what is complete above an event that is held', async () => {
    const world = new World()
    world.automatic = false
    await world.release()
    await world.log(50)
    await world.finish(...range(2, 40))
    await world.time.advance(2_500)
    const stored = world.saved.at(-1)!
    assert.equal(stored.seq, 0)
    world.delivery.hold()
    await world.release()
    assert.deepEqual(world.seqs.slice(50), [1, ...range(41, 50)])
    // nor after a crash
    const next = new World({ stored, lastSeq: 50 })
    await next.release()
    assert.deepEqual(next.seqs, [1, ...range(41, 50)])
    await next.time.advance(2_500)
    assert.deepEqual(next.saved.at(-1), { seq: 50, counters: { ...nothing.counters, complete: 50 } })
  })

  it('goes from catch-up to live without a seam while the flow is slower than the input', async () => {
    const world = new World({ window: 50, lastSeq: 500, batchSize: 64 })
    world.automatic = false
    await world.release()
    let done = 0
    // the tail in memory holds 10,000: it overflows again and again
    for (let round = 0; round < 60; round++) {
      await world.log(1_000)
      await world.finish(...range(done + 1, done + 50))
      done += 50
    }
    world.automatic = true
    await world.finish(...range(done + 1, done + 50))
    // other work has its turn between
    while (world.sent.length < 60_500) await settle()
    await world.time.advance(2_000)
    assert.deepEqual(world.seqs, range(1, 60_500))
    assert.equal(world.delivery.state.checkpoint, 60_500)
    assert.deepEqual(world.delivery.state.damaged, 0)
  })
})
