import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../lib/event.ts'
import type { ReadPast } from '../../../lib/labelling/lane.ts'
import { LabelSession, type SessionParts } from '../../../lib/labelling/session.ts'
import { compilePredicates } from '../../../lib/public/predicates.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { event } from '../predicates/helper.ts'

const spike = { name: 'spike', field: 'v', operator: 'spike' as const, values: [5], settings: { limit: 60 } }
const change = { name: 'change', field: 'v', operator: 'change larger than' as const, values: [5] }

describe('predicates: session', () => {
  let clock: FakeClock
  let out: Array<[id: string, spike: number | undefined, change: number | undefined]>
  let session: LabelSession<string>

  function open(parts: Partial<SessionParts<string>> = {}, rows: object[] = [spike, change]): void {
    clock = new FakeClock()
    out = []
    session = new LabelSession(() => compilePredicates(rows, []), clock)
    session.attach({ judged: (id, { flags }) => out.push([id, flags.spike, flags.change]), ...parts })
  }

  const take = (each: FieldlogEvent) => session.take(each, each.id)
  const at = (seq: number, v: number, seconds: number, key = 'a') =>
    event(seq, { v }, seconds, { key, id: `e-${seq}` })

  it('holds a reading until the next one of its series, and lets others pass', () => {
    open()
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    take(at(3, 7, 1.5, 'b'))
    assert.deepEqual(out, [
      ['e-1', 2, 1],
      ['e-3', 2, 1],
    ])
    assert.equal(session.held, 1)
    take(at(4, 0, 2))
    assert.deepEqual(out.slice(2), [['e-2', 4, 4]])
    assert.equal(session.held, 1)
  })

  it('lets it go with flag 2 after limit and flush interval', () => {
    open({ slack: 2000 })
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    clock.tick(61_900)
    assert.equal(out.length, 1)
    clock.tick(100)
    assert.deepEqual(out[1], ['e-2', 2, 4])
    assert.equal(session.held, 0)
    take(at(3, 0, 63))
    assert.deepEqual(out[2], ['e-3', 2, 4])
  })

  it('gives the same flags where a replay brings the next one at once', () => {
    open()
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    take(at(3, 0, 63))
    assert.deepEqual(out, [
      ['e-1', 2, 1],
      ['e-2', 2, 4],
      ['e-3', 2, 4],
    ])
  })

  it('sees by readings of other series that there is no next one', () => {
    open()
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    take(at(3, 0, 61, 'b'))
    assert.equal(out.length, 2)
    take(at(4, 0, 61.001, 'b'))
    assert.deepEqual(out[2], ['e-2', 2, 4])
  })

  it('waits on while readings that were logged are on their way', () => {
    let isBehind = true
    open({ slack: 0, isBehind: () => isBehind })
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    clock.tick(90_000)
    assert.equal(session.held, 1)
    isBehind = false
    clock.tick(1000)
    assert.deepEqual(out[1], ['e-2', 2, 4])
  })

  it('never waits longer than delivery does', () => {
    open({ isBehind: () => true })
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    clock.tick(260_000)
    assert.equal(session.held, 0)
  })

  it('gives a reading that comes again while it is held with the first one, and afterwards the same verdict', () => {
    open()
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    take(at(2, 50, 1))
    assert.equal(session.held, 2)
    take(at(3, 0, 2))
    take(at(2, 50, 1))
    assert.deepEqual(out.slice(1), Array(3).fill(['e-2', 4, 4]))
  })

  it('gives back what is held on a deploy, and goes on with it when it comes again', () => {
    open()
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    assert.deepEqual(session.detach(), ['e-2'])
    assert.equal(session.held, 0)
    clock.tick(100_000)
    assert.equal(out.length, 1)
    session.attach({ judged: (id, { flags }) => out.push([id, flags.spike, flags.change]) })
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    take(at(3, 0, 2))
    assert.deepEqual(out.slice(1), [
      ['e-1', 2, 1],
      ['e-2', 4, 4],
    ])
  })

  it('counts logged events that do not come again, and not those that do', () => {
    open({}, [change])
    session.prime([at(1, 0, 0)])
    session.expect([at(2, 50, 1), at(3, 51, 2), at(4, 52, 3)])
    take(at(3, 51, 2))
    take(at(4, 52, 3))
    take(at(5, 90, 4))
    assert.deepEqual(out, [
      ['e-3', undefined, 1],
      ['e-4', undefined, 1],
      ['e-5', undefined, 4],
    ])
  })

  it('judges an event from long ago by what was logged before it, beside the live ones', async () => {
    const asked: number[] = []
    let answer = (_events: FieldlogEvent[]) => {}
    const past: ReadPast = async (_from, to, reader) => {
      asked.push(to)
      const events = await new Promise<FieldlogEvent[]>((resolve) => {
        answer = resolve
      })
      for (const each of events) reader.event(each)
      return to
    }
    open({ past }, [change])
    session.prime([at(1000, 0, 1000)])
    take(at(10, 20, 10))
    take(at(11, 21, 11))
    take(at(1001, 1, 1001))
    assert.deepEqual(out, [['e-1001', undefined, 1]])
    answer([at(9, 0, 9)])
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(out.slice(1), [
      ['e-10', undefined, 4],
      ['e-11', undefined, 1],
    ])
    take(at(12, 99, 12))
    assert.deepEqual(out.at(-1), ['e-12', undefined, 4])
    assert.deepEqual(asked, [10])
    take(at(1002, 2, 1002))
    assert.deepEqual(out.at(-1), ['e-1002', undefined, 1])
  })

  /** What was logged, for a session that asks. */
  function pastOf(events: readonly FieldlogEvent[], asked: number[] = []): ReadPast {
    return async (from, to, reader) => {
      asked.push(from)
      for (const each of events) {
        if (each.seq < from) continue
        if (each.seq > to || !reader.event(each)) return each.seq
      }
      return events.at(-1)?.seq ?? from - 1
    }
  }

  async function waited(ms: number): Promise<void> {
    clock.tick(ms)
    await new Promise((resolve) => setImmediate(resolve))
  }

  it('gives the last event of a replay the verdict that the next one in the journal decides', async () => {
    const logged = [at(1, 0, 0), at(2, 50, 1), at(3, 0, 2), at(4, 50, 3), at(5, 51, 100)]
    open({ past: pastOf(logged) })
    session.prime([at(1000, 0, 1000)])
    take(logged[0]!)
    take(logged[1]!)
    await waited(61_000)
    take(logged[2]!)
    take(logged[3]!)
    await waited(61_000)
    assert.deepEqual(out, [
      ['e-1', 2, 1],
      ['e-2', 4, 4],
      ['e-3', 4, 4],
      ['e-4', 2, 4],
    ])
    assert.equal(session.held, 0)
  })

  it('lets go what a replay held when another replay came', async () => {
    open({ past: pastOf([at(1, 0, 0), at(2, 50, 1), at(3, 0, 2)]) })
    session.prime([at(90_000, 0, 90_000)])
    take(at(1, 0, 0))
    take(at(2, 50, 1))
    await waited(0)
    take(at(50_000, 0, 50_000))
    await waited(0)
    await waited(61_000)
    assert.deepEqual(
      out.find(([id]) => id === 'e-2'),
      ['e-2', 4, 4],
    )
    assert.equal(session.held, 0)
  })

  it('reads back as far as a replay needs, and no further', async () => {
    const isSure: boolean[] = []
    const asked: number[] = []
    const often = Array.from({ length: 30_000 }, (_, i) => at(i + 2, i % 3, i + 2, 'often'))
    const logged = [at(1, 0, 0, 'seldom'), ...often, at(30_002, 9, 30_002, 'seldom')]
    out = []
    session = new LabelSession((isWhole) => compilePredicates([change], [], {}, { isWhole }), clock)
    session.attach({
      judged: (id, { flags, unsure }) => {
        out.push([id, undefined, flags.change])
        isSure.push(unsure === undefined)
      },
      past: pastOf(logged, asked),
    })
    await session.begin({ seq: 90_000, part: 0 })
    take(often.at(-1)!)
    await waited(0)
    take(logged.at(-1)!)
    await waited(0)
    await waited(0)
    assert.deepEqual(out, [
      ['e-30001', undefined, 1],
      ['e-30002', undefined, 4],
    ])
    assert.deepEqual(isSure, [true, true])
    assert.deepEqual(asked, [80_000, 20_001, 1])
  })

  it('marks what was not waited for to the end, and what that decides', () => {
    const unsure: unknown[] = []
    open({ slack: 0, isBehind: () => true })
    session.attach({
      judged: (id, result) => unsure.push([id, result.unsure]),
      slack: 0,
      isBehind: () => true,
    })
    for (const each of [at(1, 0, 0), at(2, 50, 1)]) take(each)
    clock.tick(260_000)
    for (const each of [at(3, 0, 2), at(4, 0, 3), at(5, 0, 4)]) take(each)
    assert.deepEqual(unsure, [
      ['e-1', undefined],
      ['e-2', ['spike']],
      ['e-3', ['spike', 'change']],
      ['e-4', undefined],
    ])
  })

  it('knows the events of a line apart, however many there are', () => {
    open({}, [{ ...change, values: [0.5] }])
    const parts = Array.from({ length: 3_000 }, (_, i) => ({ ...at(7, i, 7), id: `e-7.${i + 1}` }))
    for (const each of parts) take(each)
    assert.equal(out.length, 3_000)
    assert.ok(out.slice(1).every(([, , flag]) => flag === 4))
  })

  it('does not let a receiver change the verdict of a repeat', () => {
    open({}, [change])
    const flags: Array<Record<string, number>> = []
    session.attach({ judged: (_id, result) => flags.push(result.flags) })
    for (let i = 0; i < 3; i++) {
      take(at(1, 0, 0))
      flags[1] && Object.assign(flags[1], { change: 4 })
    }
    assert.deepEqual(flags[2], { change: 1 })
  })
})
