import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../lib/event.ts'
import type { HistoryQueries } from '../../../lib/history/query/history.ts'
import type { LatestSeries, RejectAnswer } from '../../../lib/history/query/read/answers.ts'
import { withCode } from '../../../lib/kit/errors.ts'
import { LiveFeed, type LiveStore, waitingFor } from '../../../lib/pages/live-feed.ts'
import type { Status } from '../../../lib/pages/status.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { Page } from './page.ts'
import { storeState } from './runtime.ts'

const series = (id: number, value: number): LatestSeries => ({
  id,
  type: 'room',
  source: 'ttyUSB0',
  key: String(id),
  name: `room ${id}`,
  place: null,
  named: false,
  time: 1_000 + value,
  verdict: 'good',
  reasons: [],
  usual: 64,
  silent: false,
  fields: [
    { id: 1, name: 'temp', kind: 'number', unit: '°C', decimals: 1, value, low: false, spark: [value, null] },
  ],
})
const reject = (seq: number): RejectAnswer => ({
  seq,
  sub: 0,
  time: seq,
  type: null,
  source: 'ttyUSB0',
  raw: 'x',
  reasons: ['too short'],
})
const event = (verdict: FieldlogEvent['verdict']) => ({ verdict }) as FieldlogEvent

/** A store and what answers for it, both by hand. */
function newFeed() {
  const clock = new FakeClock()
  const world = {
    store: storeState() as ReturnType<typeof storeState> | undefined,
    latest: [series(1, 20), series(2, 21)],
    rejects: [] as RejectAnswer[],
    asked: [] as string[],
    /** ms that an answer takes */
    takes: 0,
    problem: undefined as Error | undefined,
    status: { rest: 1 } as unknown,
    /** before the status is answered */
    statusWaits: undefined as Promise<void> | undefined,
    listeners: new Set<(events: readonly FieldlogEvent[]) => void>(),
  }
  const answer = async <Answer>(name: string, value: Answer): Promise<Answer> => {
    world.asked.push(name)
    clock.tick(world.takes)
    if (world.problem) throw world.problem
    return value
  }
  const history = {
    latest: () => answer('latest', { now: clock.wall(), series: world.latest }),
    rejects: () => answer('rejects', world.rejects),
  } as unknown as HistoryQueries
  const subscribe: LiveStore['subscribe'] = (listener) => {
    world.listeners.add(listener)
    return () => world.listeners.delete(listener)
  }
  const deployed = { subscribe }
  const feed = new LiveFeed({
    store: () => world.store && Object.assign(deployed, { state: world.store }),
    history: () => history,
    status: async () => {
      const { status } = world
      await world.statusWaits
      return { now: clock.wall(), ...(status as object) } as Status
    },
    clock,
  })
  const commit = (...events: FieldlogEvent[]) => {
    for (const listener of world.listeners) listener(events)
  }
  const page = () => {
    const made = new Page()
    feed.open(made)
    return made
  }
  /** The events of a page since the last time, with their data by event. */
  const heard = async (made: Page, ms: number) => {
    await clock.advance(ms)
    return made.heard()
  }
  return { clock, world, feed, commit, page, heard }
}

const names = (told: Array<{ event: string }>) => told.map((each) => each.event)
const of = (told: Array<{ event: string; data: unknown }>, event: string) =>
  told.filter((each) => each.event === event).map(({ data }) => data)

describe('the live feed', () => {
  it('tells a new page everything, and then only what changes', async () => {
    const { world, commit, page, heard } = newFeed()
    const one = page()
    const first = await heard(one, 500)
    assert.deepEqual(names(first).sort(), ['readings', 'ready', 'status'])
    const [readings] = of(first, 'readings') as Array<{ series: LatestSeries[] }>
    assert.deepEqual(
      readings?.series.map(({ id, fields }) => [id, fields[0]?.value, 'spark' in fields[0]!]),
      [
        [1, 20, false],
        [2, 21, false],
      ],
    )
    world.latest = [series(1, 20), series(2, 25)]
    assert.deepEqual(of(await heard(one, 2_000), 'readings'), [], 'nothing was committed')
    commit(event('good'))
    const [next] = of(await heard(one, 1_000), 'readings') as Array<{ series: LatestSeries[] }>
    assert.deepEqual(
      next?.series.map(({ id, fields }) => [id, fields[0]?.value]),
      [[2, 25]],
    )
  })

  it('asks the store only while a page listens, and never for more than a fifth of the time', async () => {
    const { clock, world, commit, page, heard } = newFeed()
    commit(event('good'))
    await clock.advance(5_000)
    assert.deepEqual([world.asked, world.listeners.size, clock.timers], [[], 0, 0])
    const one = page()
    await heard(one, 1_000)
    world.asked = []
    world.takes = 400
    for (let i = 0; i < 40; i++) {
      commit(event('good'))
      await clock.advance(500)
    }
    // 400 ms of each 2,000
    assert.ok(world.asked.length >= 8 && world.asked.length <= 11, String(world.asked.length))
    one.destroy()
    assert.equal(world.listeners.size, 0)
    await clock.advance(1_000)
    assert.equal(clock.timers, 0)
  })

  it('tells new rejects, the newest first, and not those of before', async () => {
    const { world, commit, page, heard } = newFeed()
    world.rejects = [reject(7)]
    const one = page()
    assert.deepEqual(of(await heard(one, 1_000), 'rejects'), [])
    world.rejects = [reject(9), reject(8), reject(7)]
    commit(event('good'))
    assert.deepEqual(of(await heard(one, 1_000), 'rejects'), [], 'none of those was rejected')
    commit(event('rejected'))
    const [told] = of(await heard(one, 1_000), 'rejects') as RejectAnswer[][]
    assert.deepEqual(
      told?.map(({ seq }) => seq),
      [9, 8],
    )
  })

  it('tells the status when it changed, and every ten seconds', async () => {
    const { world, page, heard } = newFeed()
    const one = page()
    assert.equal(of(await heard(one, 500), 'status').length, 1)
    assert.deepEqual(of(await heard(one, 8_000), 'status'), [])
    assert.equal(of(await heard(one, 4_000), 'status').length, 1)
    world.status = { rest: 2 }
    const [told] = of(await heard(one, 3_000), 'status') as Array<{ rest: number }>
    assert.equal(told?.rest, 2)
  })

  it('tells a new page at once what the others know already', async () => {
    const { clock, page, heard } = newFeed()
    const one = page()
    await heard(one, 1_000)
    const two = page()
    assert.deepEqual(names(two.heard()), ['ready', 'status'])
    one.destroy()
    two.destroy()
    await clock.advance(60_000)
    assert.deepEqual(names(page().heard()), ['ready'], 'what was known a minute ago is told to nobody')
  })

  it('says that there is nothing to read yet, and when there is', async () => {
    const { world, page, heard } = newFeed()
    world.store = storeState({ state: 'rebuilding', isReadable: false, done: 0.34, left: 41 })
    const one = page()
    const first = await heard(one, 1_000)
    assert.deepEqual(of(first, 'waiting'), [{ waiting: 'rebuild', done: 0.34, left: 41 }])
    assert.deepEqual([of(first, 'readings'), world.asked], [[], []])
    world.store = { ...world.store, done: 0.5, left: 30 }
    assert.deepEqual(of(await heard(one, 500), 'waiting'), [{ waiting: 'rebuild', done: 0.5, left: 30 }])
    world.store = storeState({ generation: 2 })
    assert.deepEqual(
      names(await heard(one, 1_000)).filter((name) => name !== 'status'),
      ['ready', 'readings'],
    )
  })

  it('tells all readings again when another file took the place of the store', async () => {
    const { world, page, heard } = newFeed()
    const one = page()
    await heard(one, 1_000)
    world.store = storeState({ generation: 2 })
    const told = await heard(one, 1_000)
    assert.deepEqual(
      names(told).filter((name) => name !== 'status'),
      ['ready', 'readings'],
    )
  })

  it('does not tell a new page a status that was asked for when the last page left', async () => {
    const { world, page, heard } = newFeed()
    const answer = Promise.withResolvers<void>()
    world.status = { rest: 'old' }
    world.statusWaits = answer.promise
    const one = page()
    one.destroy()
    answer.resolve()
    await settle()
    world.status = { rest: 'new' }
    world.statusWaits = undefined
    const told = await heard(page(), 1_000)
    assert.deepEqual(
      of(told, 'status').map((status) => (status as { rest: string }).rest),
      ['new'],
    )
  })

  it('asks again later where the store does not answer', async () => {
    const { world, commit, page, heard } = newFeed()
    const one = page()
    await heard(one, 1_000)
    world.problem = withCode('TOO_LONG', new Error('latest: took more than 5 s'))
    world.latest = [series(1, 30)]
    world.asked = []
    commit(event('good'))
    assert.deepEqual(of(await heard(one, 4_000), 'readings'), [])
    assert.deepEqual(world.asked, ['latest'])
    world.problem = undefined
    assert.equal(of(await heard(one, 2_000), 'readings').length, 1)
  })
})

describe('what pages wait for', () => {
  it('is the start, a rebuild, or a store node', () => {
    const unread = { isReadable: false, done: 0.2, left: null }
    assert.deepEqual(waitingFor(undefined), { waiting: 'none', done: 0, left: null })
    assert.deepEqual(waitingFor(storeState({ ...unread, state: 'start' })), {
      waiting: 'start',
      done: 0.2,
      left: null,
    })
    assert.deepEqual(waitingFor(storeState({ ...unread, state: 'rebuilding', left: 9 })), {
      waiting: 'rebuild',
      done: 0.2,
      left: 9,
    })
    for (const state of ['rebuilding', 'not stored', 'ready'] as const)
      assert.equal(waitingFor(storeState({ state })), undefined, state)
  })
})
