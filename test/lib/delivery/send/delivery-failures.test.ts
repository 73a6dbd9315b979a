import assert from 'node:assert/strict'
import { settle } from '../../../support/fake-clock.ts'
import { assertBalance, nothing, range, World } from '../support/world.ts'

describe('delivery: Delivery, failures and the checkpoint', () => {
  it('counts and names what is damaged, and goes on behind it', async () => {
    const world = new World({ lastSeq: 40 })
    for (const seq of [1, 12, 13, 14, 31, 39, 40]) world.journal.damaged.add(seq)
    await world.release()
    await world.log(2)
    await world.time.advance(2_500)
    const readable = range(1, 42).filter((seq) => !world.journal.damaged.has(seq))
    assert.deepEqual(world.seqs, readable)
    assert.deepEqual(
      world.warnings.map((text) => /events (\d+ to \d+) .*\((.*)\);/.exec(text)?.slice(1)),
      ['1 to 1', '12 to 14', '31 to 31', '39 to 40'].map((seqs) => [
        seqs,
        'day.txt is damaged at byte 7: bad',
      ]),
    )
    assert.deepEqual(world.saved.at(-1), {
      seq: 42,
      counters: { complete: 35, failed: 0, incomplete: 0, damaged: 7 },
      damagedFrom: 1,
    })
    const place = { file: 'day.txt', offset: 7 }
    assert.deepEqual(world.damaged, [
      { from: 1, to: 1, ...place },
      { from: 12, to: 14, ...place },
      { from: 31, to: 31, ...place },
      { from: 39, to: 40, ...place },
    ])
    assertBalance(world.delivery.state)
  })

  it('passes what is damaged only when its note is durable, and none of it twice', async () => {
    const world = new World({ lastSeq: 6 })
    for (const seq of [3, 4]) world.journal.damaged.add(seq)
    let noted = () => {}
    world.note = () =>
      new Promise((resolve) => {
        noted = resolve
      })
    await world.release()
    await world.time.advance(2_500)
    assert.deepEqual([world.delivery.state.checkpoint, world.seqs], [2, [1, 2, 5, 6]])
    assertBalance(world.delivery.state)
    // a deploy meanwhile
    world.delivery.hold()
    await world.release()
    assertBalance(world.delivery.state)
    noted()
    await world.time.advance(2_500)
    assert.deepEqual(world.damaged, [{ from: 3, to: 4, file: 'day.txt', offset: 7 }])
    assert.deepEqual([world.delivery.state.checkpoint, world.delivery.state.damaged], [6, 2])
    assertBalance(world.delivery.state)
  })

  it('leaves open what cannot be noted: the journal closes, and the next start sends it again', async () => {
    const world = new World({ lastSeq: 3, timeLimit: 1 })
    world.automatic = false
    world.journal.damaged.add(2)
    world.note = () => Promise.reject(new Error('journal: /j is closed'))
    await world.release()
    await world.finish(3)
    await world.time.advance(5_000)
    assert.deepEqual([world.delivery.state.checkpoint, world.delivery.state.complete], [0, 1])
    assert.deepEqual([world.incomplete, world.damaged], [[], []])
  })

  it('tries again when the journal cannot be read, and says so once a minute', async () => {
    const world = new World({ lastSeq: 20 })
    world.journal.failures = Array.from({ length: 5 }, () => new Error('EMFILE'))
    await world.release()
    await world.time.advance(7_000)
    assert.deepEqual(world.seqs, range(1, 20))
    assert.deepEqual(world.warnings, [
      'log: cannot read the journal to send on what is in it: EMFILE; trying again',
    ])
  })

  it('saves the checkpoint every second where something changed, and after every 1,000', async () => {
    const world = new World({ quietTime: 0.1, window: 10_000 })
    await world.release()
    await world.log(10)
    await world.time.advance(3_500)
    assert.deepEqual(
      world.saved.map(({ seq }) => seq),
      [10],
    )
    world.automatic = false
    await world.log(4_000)
    await world.finish(...range(11, 2_500))
    const before = world.saved.length
    await world.time.advance(300)
    assert.ok(world.saved.length > before, 'before the second is over')
    assert.ok(world.saved.at(-1)!.seq >= 1_010)
  })

  it('goes on where the checkpoint cannot be saved, says so once a minute, and saves later', async () => {
    const world = new World()
    world.save = () => Promise.reject(new Error('ENOSPC'))
    await world.release()
    for (let i = 0; i < 30; i++) {
      await world.log(1)
      await world.time.advance(1_000)
    }
    assert.deepEqual(world.warnings, ['log: cannot save the checkpoint (events may be sent again): ENOSPC'])
    world.save = () => Promise.resolve()
    await world.time.advance(2_500)
    assert.equal(world.saved.at(-1)?.seq, 30)
  })

  it('saves at the stop, after a save that was under way, never two at once', async () => {
    const world = new World({ quietTime: 0.1 })
    let writing = 0
    let most = 0
    let let1: () => void = () => {}
    world.save = async () => {
      most = Math.max(most, ++writing)
      await new Promise<void>((resolve) => (let1 = resolve))
      writing--
    }
    await world.release()
    await world.log(1)
    await world.time.advance(1_100)
    await world.log(1)
    await world.time.advance(500)
    const stopped = world.delivery.stop()
    await settle()
    let1()
    await settle()
    let1()
    await stopped
    assert.equal(most, 1)
    assert.deepEqual(
      world.saved.map(({ seq }) => seq),
      [1, 2],
    )
    assert.equal(world.time.timers, 0)
  })

  it('sends at a set pace where the checkpoint was lost, and live events after that', async () => {
    const stored = { ...nothing, pacedUpTo: 2_000 }
    const world = new World({ stored, lastSeq: 2_000, pace: 500, batchSize: 100 })
    await world.release()
    await world.log(5)
    const counts: number[] = []
    for (let second = 1; second <= 3; second++) {
      await world.time.advance(1_000)
      counts.push(world.seqs.length)
    }
    for (const [i, count] of counts.entries()) {
      const expected = 500 * (i + 1)
      assert.ok(count > expected - 60 && count < expected + 60, `${count} after ${i + 1} s`)
    }
    assert.equal(world.saved.at(-1)?.pacedUpTo, 2_000, 'a deploy must not end the pace')
    await world.time.advance(2_000)
    assert.deepEqual(world.seqs, range(1, 2_005))
    await world.time.advance(2_000)
    assert.deepEqual(world.saved.at(-1)?.pacedUpTo, undefined)
  })

  it('takes other limits, and sends again what was under way', async () => {
    const world = new World({ window: 2 })
    world.automatic = false
    await world.release()
    await world.log(10)
    assert.deepEqual(world.seqs, [1, 2])
    world.delivery.configure({ window: 4 })
    await world.release()
    assert.deepEqual(world.seqs, [1, 2, 1, 2, 3, 4])
  })
})
