// A request to make the store again is refused with a reason, or done: whatever comes between.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { contentsOf } from '../support/contents.ts'
import { madeEvents } from '../support/events.ts'
import { holdLock } from '../support/lock-holder.ts'
import { ModelJournal } from '../support/model-journal.ts'
import { quickClock } from '../support/quick-clock.ts'
import { StoreBench } from '../support/store-bench.ts'

const count = 2_000

describe('history: a request for a rebuild', function () {
  this.timeout(20_000)
  const events = madeEvents(count, 5)
  let bench: StoreBench
  let gate: PromiseWithResolvers<void>
  let reached: PromiseWithResolvers<void>
  /** of the replays that were asked for */
  let names: Array<string | undefined>
  beforeEach(() => {
    bench = new StoreBench()
    gate = Promise.withResolvers()
    reached = Promise.withResolvers()
    names = []
  })
  afterEach(async () => {
    gate.resolve()
    await bench.remove()
  })

  /** Its replays wait at the gate. */
  function gated(): ModelJournal {
    const journal = new ModelJournal(events, count, {
      paced() {
        reached.resolve()
        return gate.promise
      },
    })
    const replay = journal.replay.bind(journal)
    journal.replay = (request) => {
      names.push(request.name)
      return replay(request)
    }
    return journal
  }

  const ready = (generation: number) =>
    bench.until((state) => state.state === 'ready' && state.generation === generation && state.upTo === count)

  /** A store that was made without the last part of the journal, closed. */
  async function partial(): Promise<void> {
    bench.open(new ModelJournal(events, count / 2))
    await bench.until(({ state, upTo }) => state === 'ready' && upTo === count / 2)
    await bench.close()
  }

  it('waits while the file gets what it lacks', async () => {
    await partial()
    const store = bench.open(gated(), quickClock)
    await reached.promise
    assert.deepEqual([store.state.state, store.state.says], ['rebuilding', 'being filled from the journal'])
    assert.equal(store.rebuild({}), true)
    assert.equal(store.rebuild({}), false)
    assert.equal(store.state.says, 'being made from the journal')
    gate.resolve()
    await ready(2)
    assert.equal(names.length, 2)
    assert.deepEqual(bench.warnings, [])
  })

  it('is done after a restart that came before its turn', async () => {
    for (const request of [{}, { from: 0 }]) {
      await partial()
      gate = Promise.withResolvers()
      reached = Promise.withResolvers()
      const store = bench.open(gated(), quickClock)
      await reached.promise
      assert.equal(store.rebuild(request), true)
      await bench.close()
      gate.resolve()
      names = []
      bench.open(gated(), quickClock)
      await ready('from' in request ? 1 : 2)
      assert.ok(names.length >= 2, 'what was lacking, and what was asked for')
      await bench.remove()
      bench = new StoreBench()
    }
  })

  it('is done when the file could not be written meanwhile', async () => {
    await partial()
    const journal = gated()
    const store = bench.open(journal, quickClock)
    await reached.promise
    const lock = await holdLock(bench.path)
    assert.equal(store.rebuild({ from: 0 }), true)
    gate.resolve()
    await bench.until(({ state }) => state === 'not stored')
    assert.equal(store.rebuild({}), false)
    assert.match(store.state.says, /^events are not stored now: .*database is locked/)
    names = []
    await lock.release()
    await ready(2)
    assert.equal(names.length, 2)
  })

  it('waits for who reads the new file: its log would stay behind', async () => {
    const journal = gated()
    gate.resolve()
    bench.open(journal, quickClock)
    await ready(2)
    gate = Promise.withResolvers()
    reached = Promise.withResolvers()
    assert.equal(bench.store!.rebuild({}), true)
    await reached.promise
    const reader = new DatabaseSync(`${bench.path}.new`, { readOnly: true })
    reader.exec('BEGIN; SELECT * FROM type')
    gate.resolve()
    await bench.until(() => bench.warnings.length > 0)
    assert.match(bench.warnings[0]!, /its log cannot be emptied: end the program that reads it/)
    assert.equal(bench.store!.state.generation, 2)
    reader.close()
    await ready(3)
    await bench.close()
    const rows = events.bySeq.flat().filter(({ data }) => data !== undefined).length
    assert.equal(contentsOf(bench.path).rows, rows)
  })

  it('is tried again when it fails, and that is told once', async () => {
    const journal = gated()
    bench.open(journal, quickClock)
    gate.resolve()
    await ready(2)
    let failures = 2
    const { oldest } = journal.view
    journal.view = {
      ...journal.view,
      oldest: () => (failures-- > 0 ? Promise.reject(new Error('cannot be listed')) : oldest()),
    }
    assert.equal(bench.store!.rebuild({}), true)
    await ready(3)
    assert.deepEqual(bench.warnings, [
      'store: it cannot be made again now: cannot be listed. Tried again every ten seconds',
    ])
  })

  it('is ended by who ends its replay, and says so', async () => {
    const journal = gated()
    gate.resolve()
    bench.open(journal, quickClock)
    await ready(2)
    gate = Promise.withResolvers()
    reached = Promise.withResolvers()
    assert.equal(bench.store!.rebuild({}), true)
    await reached.promise
    journal.cancelReplays(names.at(-1)!)
    gate.resolve()
    await bench.ready()
    assert.equal(bench.store!.state.generation, 2)
    assert.deepEqual(bench.warnings, [
      'store: the rebuild was ended by a request; the old file is as good as it was',
    ])
  })
})
