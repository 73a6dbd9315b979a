import assert from 'node:assert/strict'
import { EventStream, type PostedEntries } from '../../../lib/pages/event-stream.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { Page } from './page.ts'

function newStream(limits = {}) {
  const clock = new FakeClock()
  let ticks = 0
  const stream = new EventStream({ clock, limits, tick: () => ticks++ })
  const page = () => {
    const made = new Page()
    stream.open(made)
    made.writes.length = 0
    return made
  }
  return { clock, stream, page, ticks: () => ticks }
}

const list = (...entries: Array<[key: number, value: string]>): PostedEntries => ({
  event: 'list',
  entries: new Map(entries),
  most: 3,
  wrap: (texts) => `[${texts.join(',')}]`,
})

describe('the event stream', () => {
  it('says how soon to come again, and tells a new page what only it has to know', () => {
    const { stream } = newStream()
    const page = new Page()
    stream.open(page, [{ event: 'ready', data: {} }])
    assert.equal(page.writes[0], 'retry: 3000\n\n')
    assert.deepEqual(page.heard(), [{ event: 'ready', data: {} }])
  })

  it('sends twice a second at most, of each event the newest', () => {
    const { clock, stream, page } = newStream()
    const one = page()
    for (let i = 0; i < 100; i++) {
      stream.post({ event: 'status', data: i })
      clock.tick(20)
    }
    assert.equal(one.writes.length, 4)
    assert.deepEqual(
      one.heard().map(({ data }) => data),
      [24, 49, 74, 99].map((last) => Math.min(last, 99)),
    )
  })

  it('puts entries together, and keeps the newest of each and no more than allowed', () => {
    const { clock, stream, page } = newStream()
    const one = page()
    stream.post(list([1, 'a'], [2, 'b']))
    stream.post(list([1, 'c'], [3, 'd']))
    clock.tick(500)
    assert.deepEqual(one.heard(), [{ event: 'list', data: ['b', 'c', 'd'] }])
    for (let i = 0; i < 50; i++) stream.post(list([i, String(i)]))
    clock.tick(500)
    assert.deepEqual(one.heard(), [{ event: 'list', data: ['47', '48', '49'] }])
  })

  it('lets pages that wait share nothing that changes', () => {
    const { clock, stream, page } = newStream()
    const [slow, fast] = [page(), page()]
    slow.isStuck = true
    stream.post(list([1, 'a']))
    clock.tick(500)
    stream.post(list([2, 'b']))
    clock.tick(500)
    slow.isStuck = false
    clock.tick(500)
    assert.deepEqual(
      fast.heard().map(({ data }) => data),
      [['a'], ['b']],
    )
    assert.deepEqual(
      slow.heard().map(({ data }) => data),
      [['a', 'b']],
    )
  })

  it('writes nothing to a page that is stuck, and gives it up after a time', () => {
    const { clock, stream, page } = newStream({ patience: 2_000 })
    const [stuck, other] = [page(), page()]
    stuck.isStuck = true
    for (let i = 0; i < 4; i++) {
      stream.post({ event: 'status', data: i })
      clock.tick(500)
    }
    assert.deepEqual([stuck.writes.length, stuck.isGone, stream.size], [0, false, 2])
    clock.tick(500)
    assert.deepEqual([stuck.isGone, stream.size, other.heard().length], [true, 1, 4])
  })

  it('has patience with one that takes something now and then', () => {
    const { clock, stream, page } = newStream({ patience: 2_000 })
    const slow = page()
    for (let i = 0; i < 20; i++) {
      slow.isStuck = i % 3 !== 0
      stream.post({ event: 'status', data: i })
      clock.tick(500)
    }
    assert.deepEqual([slow.isGone, slow.heard().length], [false, 7])
  })

  it('sends a comment where there is nothing to tell', () => {
    const { clock, page } = newStream()
    const one = page()
    clock.tick(14_500)
    assert.deepEqual(one.writes, [])
    clock.tick(500)
    assert.deepEqual(one.writes, [':\n\n'])
  })

  it('has no timer without a page, and forgets those that go', () => {
    const { clock, stream, page, ticks } = newStream()
    assert.equal(clock.timers, 0)
    const [one, two] = [page(), page()]
    assert.equal(clock.timers, 1)
    one.destroy()
    clock.tick(500)
    assert.deepEqual([stream.size, ticks()], [1, 1])
    two.destroy()
    clock.tick(500)
    assert.deepEqual([stream.size, clock.timers, ticks()], [0, 0, 1])
    stream.post({ event: 'status', data: 1 })
    page()
    assert.deepEqual([stream.size, clock.timers], [1, 1])
  })

  it('is full at its limit, and closes all at its end', () => {
    const { clock, stream, page } = newStream({ clients: 2 })
    const pages = [page(), page()]
    assert.equal(stream.isFull, true)
    stream.close()
    assert.deepEqual(
      pages.map(({ isGone }) => isGone),
      [true, true],
    )
    assert.deepEqual([stream.size, stream.isFull, clock.timers], [0, false, 0])
  })
})
