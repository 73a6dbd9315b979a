import assert from 'node:assert/strict'
import type { Facts } from '../../../lib/pages/facts.ts'
import { StatusBook } from '../../../lib/pages/status-book.ts'
import { SourceError } from '../../../lib/serial/source/source.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { began, brokerFacts, factsOf, journalFacts, portFacts, storeState } from './runtime.ts'

const hour = 3_600_000

/** A book of a runtime that a test changes. */
function newBook() {
  const clock = new FakeClock(began + hour)
  const start = clock.monotonic() - hour
  const world = { facts: factsOf(), free: 20e9, spaceAsked: 0, spaceWaits: Promise.resolve() }
  const book = new StatusBook({
    facts: () => world.facts,
    async space() {
      world.spaceAsked++
      await world.spaceWaits
      return { free: world.free, total: 30e9 }
    },
    files: async (directory) => ({ first: directory === '/home/journal' ? began : null, bytes: 4_096 }),
    machine: async () => ({ temperature: 48.2, rss: 150e6, load: 0.4 }),
    uptime: () => clock.monotonic() - start,
    clock,
  })
  const change = (facts: Partial<Facts>) => {
    world.facts = { ...world.facts, ...facts }
  }
  /** Time passes as in a gateway, which looks every five seconds. */
  const pass = async (ms: number, each: (i: number) => void = () => {}) => {
    for (let i = 0; i < ms / 5_000; i++) {
      clock.tick(5_000)
      each(i)
      await book.look()
    }
  }
  return { clock, world, book, change, pass }
}

describe('the status', () => {
  it('does not wait for a disk that hangs, and does not ask it again before it has answered', async () => {
    const { clock, book, world } = newBook()
    await book.look()
    const answer = Promise.withResolvers<void>()
    world.spaceWaits = answer.promise
    world.spaceAsked = 0
    const looks = [book.look(), book.look()]
    const status = book.status()
    await clock.advance(2_000)
    assert.equal((await status).disk.free, 20e9)
    await Promise.all(looks)
    const again = book.look()
    assert.equal(world.spaceAsked, 1)
    world.free = 5e9
    answer.resolve()
    await again
    assert.equal((await book.status()).disk.free, 5e9)
    assert.equal(clock.timers, 0)
  })

  it('says all that the runtime knows', async () => {
    const { book } = newBook()
    const status = await book.status()
    const { accounts, ...rest } = status
    assert.deepEqual(rest, {
      now: began + hour,
      gateway: { name: 'pi', version: '1.0.0', started: began },
      brokers: [
        {
          id: 'b1',
          name: 'house',
          address: 'mqtt://broker.local:1883',
          connected: true,
          since: null,
          waiting: 3,
          refused: 0,
          problem: null,
        },
      ],
      ports: [
        {
          id: 'p1',
          name: 'JeeLink',
          address: '/dev/ttyUSB0',
          state: 'open',
          lastLine: began + 3_500_000,
          perMinute: 0,
          problem: null,
        },
      ],
      disk: { free: 20e9, total: 30e9, perDay: null, daysLeft: null },
      journal: [{ id: 'j1', name: 'log', first: began, lastSeq: 1_000, bytes: 4_096, verified: null }],
      store: {
        state: 'ready',
        says: '1,000 events',
        upTo: 990,
        last: 1_000,
        rate: null,
        left: null,
        oldVerdicts: 0,
        bytes: 80_000,
      },
      machine: { temperature: 48.2, rss: 150e6, load: 0.4 },
      alarms: [],
      nodes: { devices: 'd1', store: 's1', formats: { room: 'f1' } },
    })
    assert.deepEqual(
      accounts.map(({ journal, says, boxes }) => [journal, says, boxes.length]),
      [['j1', 'all accounted for', 13]],
    )
  })

  it('says which node is missing where there is no store', async () => {
    const { book, change } = newBook()
    change({ store: undefined, journals: [], brokers: [], ports: [] })
    const { store, accounts, alarms } = await book.status()
    assert.deepEqual([store.state, accounts, alarms], ['none', [], []])
    assert.match(store.says, /add a store node behind a label node/)
  })

  it('counts the lines of a port of the last minute', async () => {
    const { book, change, pass } = newBook()
    let lines = 0
    const read = (count: number) => () => {
      lines += count
      change({ ports: [portFacts({ lines })] })
    }
    await pass(300_000, read(2))
    assert.equal((await book.status()).ports[0]?.perMinute, 24)
    await pass(60_000, read(10))
    assert.equal((await book.status()).ports[0]?.perMinute, 120)
    await pass(120_000)
    assert.equal((await book.status()).ports[0]?.perMinute, 0)
  })

  it('remembers since when a broker is away, and an alarm is raised', async () => {
    const { clock, book, change, pass } = newBook()
    await pass(10_000)
    const problem = { kind: 'unreachable', text: 'cannot be reached: it does not answer' } as const
    change({ brokers: [brokerFacts({ phase: 'connecting', problem })] })
    const away = clock.wall() + 5_000
    await pass(20_000)
    const seen = await book.status()
    assert.deepEqual(
      [seen.brokers[0]?.connected, seen.brokers[0]?.since, seen.brokers[0]?.problem],
      [false, away, problem.text],
    )
    assert.deepEqual(
      seen.alarms.map(({ id, since }) => [id, since]),
      [['broker:b1', clock.wall()]],
    )
    const raised = clock.wall()
    await pass(60_000)
    assert.equal((await book.status()).alarms[0]?.since, raised)
    change({ brokers: [brokerFacts()] })
    await pass(5_000)
    const back = await book.status()
    assert.deepEqual([back.brokers[0]?.since, back.alarms], [clock.wall(), []])
    change({ brokers: [brokerFacts({ phase: 'connecting', problem })] })
    assert.equal((await book.status()).alarms[0]?.since, clock.wall(), 'another one')
  })

  it('looks at the rejected lines of the last hour, over a deploy that begins to count anew', async () => {
    const { book, change, pass } = newBook()
    const counts = { since: began, clean: 0, rejected: 0, unknown: 0, suppressed: 0, part: 0 }
    const count = (clean: number, rejected: number) => () => {
      counts.clean += clean
      counts.rejected += rejected
      change({ journals: [journalFacts({ cleaning: { ...counts } })] })
    }
    await pass(hour, count(10, 0))
    await pass(hour / 2, count(9, 1))
    assert.deepEqual((await book.status()).alarms, [], 'one in twenty')
    Object.assign(counts, { clean: 0, rejected: 0 })
    await pass(hour / 2, count(9, 1))
    const [alarm] = (await book.status()).alarms
    assert.equal(alarm?.id, 'rejected:j1')
    assert.match(alarm!.says, /^log: 9\.8 % of the lines of the last hour were rejected \(719 of 7,300\)/)
    await pass(hour + 60_000, count(10, 0))
    assert.deepEqual((await book.status()).alarms, [])
  })

  it('warns of a disk that is full soon', async () => {
    const { world, book, pass } = newBook()
    await pass(2 * hour, () => {
      world.free -= 2e9 / 1_440
    })
    const { disk, alarms } = await book.status()
    assert.deepEqual([Math.round(disk.perDay! / 1e8), Math.round(disk.daysLeft! * 100)], [240, 75])
    assert.deepEqual(
      alarms.map(({ id, level }) => [id, level]),
      [['disk', 'error']],
    )
  })

  it('says how each port is', async () => {
    const { book, change } = newBook()
    const reason = new SourceError('/dev/ttyUSB0: there is no such device', 'no device')
    change({
      ports: [
        portFacts({ id: '1', state: { state: 'waiting', reason, retryIn: 1_000 } }),
        portFacts({ id: '2', isSilent: true, trouble: 'no byte for 400 s' }),
        portFacts({ id: '3', wrong: 'path: is empty', state: { state: 'closed' } }),
        portFacts({ id: '4', state: { state: 'closed' }, lastLine: undefined }),
        portFacts({ id: '5', state: { state: 'opening' } }),
        portFacts({ id: '6', trouble: 'not text: another baud rate?' }),
      ],
    })
    const { ports } = await book.status()
    assert.deepEqual(
      ports.map(({ state, problem }) => [state, problem]),
      [
        ['away', reason.message],
        ['silent', 'no byte for 400 s'],
        ['wrong', 'path: is empty'],
        ['closed', null],
        ['opening', null],
        ['open', 'not text: another baud rate?'],
      ],
    )
    assert.equal(ports[3]?.lastLine, null)
  })

  it('does not put messages of a broker down to one of several journals', async () => {
    const { book, change } = newBook()
    change({
      journals: [journalFacts(), journalFacts({ id: 'j2', name: 'other', directory: '/home/other' })],
    })
    const { accounts, journal } = await book.status()
    assert.deepEqual(
      accounts.map(({ boxes }) => boxes.some(({ name }) => name === 'published')),
      [false, false],
    )
    assert.deepEqual(
      journal.map(({ first }) => first),
      [began, null],
    )
  })

  it('passes on what the store says, a rebuild for example', async () => {
    const { book, change } = newBook()
    change({
      store: storeState({ state: 'rebuilding', done: 0.5, rate: 40_000, left: 12, says: 'half of it' }),
    })
    const { store } = await book.status()
    assert.deepEqual(
      [store.state, store.rate, store.left, store.says],
      ['rebuilding', 40_000, 12, 'half of it'],
    )
  })
})
