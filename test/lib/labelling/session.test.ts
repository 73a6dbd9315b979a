import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../lib/event.ts'
import type { ReadPast } from '../../../lib/labelling/lane.ts'
import { LabelSession, type SessionParts } from '../../../lib/labelling/session.ts'
import { compilePredicates } from '../../../lib/predicates/judge/compile.ts'
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
