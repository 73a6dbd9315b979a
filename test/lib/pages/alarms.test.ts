import assert from 'node:assert/strict'
import { alarmsOf, type Trends } from '../../../lib/pages/alarms.ts'
import type { Facts, SilentFacts } from '../../../lib/pages/facts.ts'
import { SourceError } from '../../../lib/serial/source/source.ts'
import type { SourceState } from '../../../lib/serial/supervisor.ts'
import {
  began,
  brokerFacts,
  deliveryState,
  factsOf,
  journalFacts,
  logState,
  portFacts,
  storeState,
} from './runtime.ts'

const now = began + 4 * 3_600_000
const calm: Trends = {
  disk: { free: 10e9, total: 30e9, perDay: 1e6, daysLeft: 10_000 },
  lines: new Map([['j1', { cleaned: 950, rejected: 50 }]]),
}
const alarms = (change: Partial<Facts> = {}, trends: Partial<Trends> = {}) =>
  alarmsOf(factsOf(change), { ...calm, ...trends }, now)
/** Id and level of each. */
const ids = (...given: Parameters<typeof alarms>) => alarms(...given).map(({ id, level }) => `${level} ${id}`)
const first = (...given: Parameters<typeof alarms>) => alarms(...given)[0]!

describe('alarms', () => {
  it('are none where all is well', () => {
    assert.deepEqual(ids(), [])
    assert.deepEqual(ids({ journals: [], brokers: [], ports: [], store: undefined }), [])
  })

  it('say what the last check of a journal found, and what to do', () => {
    const verified = { at: now, ok: false, says: '2026/20261120.txt: the checksum does not match' }
    const alarm = first({ journals: [journalFacts({ verified })] })
    assert.deepEqual([alarm.id, alarm.level], ['verified:j1', 'error'])
    assert.match(
      alarm.says,
      /found: 2026\/20261120\.txt: the checksum does not match\. Run fieldlog verify \/home\/journal: /,
    )
    assert.deepEqual(ids({ journals: [journalFacts({ verified: { ...verified, ok: true } })] }), [])
  })

  it('say that an update was taken back until its note is gone', () => {
    const rollback = { path: '/usr/lib/fieldlog/rolled-back', says: 'version 1.1.0 did not come up healthy' }
    const alarm = first({ rollback })
    assert.deepEqual([alarm.id, alarm.level], ['rolled-back', 'warning'])
    assert.match(alarm.says, /^an update was taken back: version 1\.1\.0 did not come up healthy\. /)
    assert.match(alarm.says, /When you have seen it: sudo rm \/usr\/lib\/fieldlog\/rolled-back;/)
  })

  it('name silent devices, the first twenty one by one', () => {
    const silent: SilentFacts = {
      device: 'kitchen',
      type: 'room',
      lastHeard: now - 3 * 3_600_000,
      interval: 64,
    }
    const alarm = first({ silent: [silent] })
    assert.deepEqual(
      [alarm.id, alarm.level, alarm.since],
      ['silent:room/kitchen', 'warning', now - 3 * 3_600_000],
    )
    assert.match(
      alarm.says,
      /^kitchen was last heard 3 h ago, usually it is every 64 s\. Is its battery empty/,
    )
    const never = first({ silent: [{ ...silent, lastHeard: undefined }] })
    assert.match(never.says, /^kitchen was never heard, usually it is every 64 s\./)
    assert.equal('since' in never, false)
    const many = Array.from({ length: 25 }, (_, i) => ({ ...silent, device: `d${i}` }))
    const found = alarms({ silent: many })
    assert.equal(found.length, 21)
    assert.match(found.at(-1)!.says, /^Silent, too: 5 more devices\./)
  })

  it('tell of rejected lines above 5 %, where there are enough to say so', () => {
    const share = (cleaned: number, rejected: number) =>
      alarms({}, { lines: new Map([['j1', { cleaned, rejected }]]) })
    assert.equal(share(95, 5).length, 0)
    assert.equal(share(0, 19).length, 0)
    const [alarm] = share(94, 6)
    assert.deepEqual([alarm?.id, alarm?.level, alarm?.link], ['rejected:j1', 'warning', '#/rejects'])
    assert.match(alarm!.says, /^log: 6\.0 % of the lines of the last hour were rejected \(6 of 100\)/)
  })

  it('tell that the broker is away, and what waits', () => {
    const problem = { kind: 'unreachable', text: 'cannot be reached: nothing listens there' } as const
    const alarm = first({ brokers: [brokerFacts({ phase: 'connecting', problem, waiting: 1_204 })] })
    assert.deepEqual([alarm.id, alarm.level], ['broker:b1', 'error'])
    assert.equal(
      alarm.says,
      'The broker mqtt://broker.local:1883 cannot be reached: nothing listens there. It is tried again by itself. ' +
        'On disk, to follow in order: 1,204 messages.',
    )
    // before the first attempt has ended nothing is wrong yet
    assert.deepEqual(ids({ brokers: [brokerFacts({ phase: 'connecting' })] }), [])
  })

  it('tell of a broker that does not take everything', () => {
    const closure = { since: now - 1_000, reason: 'not authorised' }
    const all = first({ brokers: [brokerFacts({ closedBroker: closure })] })
    assert.deepEqual([all.id, all.level, all.since], ['takes-nothing:b1', 'error', now - 1_000])
    const topics = first({
      brokers: [brokerFacts({ closedCount: 3, closedTopics: [{ ...closure, topic: 'a/b', waiting: 2 }] })],
    })
    assert.deepEqual([topics.id, topics.level], ['topics:b1', 'warning'])
    assert.match(topics.says, /does not take 3 topics, a\/b for one \(not authorised\)/)
    assert.deepEqual(ids({ brokers: [brokerFacts({ refused: 2, diskProblem: 'outbox: disk full' })] }), [
      'error outbox:b1',
      'warning refused:b1',
    ])
  })

  it('tell that the disk is full within a week, and within a day', () => {
    const disk = (daysLeft: number | null) =>
      alarms({}, { disk: { free: 3.4e9, total: 3e10, perDay: 1.2e9, daysLeft } })
    assert.deepEqual(disk(null), [])
    assert.deepEqual(disk(7), [])
    const [soon] = disk(2.9)
    assert.deepEqual([soon?.id, soon?.level], ['disk', 'warning'])
    assert.match(
      soon!.says,
      /^The disk is full in about 2 days at the present rate \(3\.4 GB free, 1\.2 GB a day\)\./,
    )
    const [now] = disk(0.25)
    assert.equal(now?.level, 'error')
    assert.match(now!.says, /in about 6 h /)
  })

  it('tell that a port is away, silent, wrong, or not itself', () => {
    const reason = new SourceError('there is no such device', 'no device')
    const away: SourceState = { state: 'waiting', reason, retryIn: 1_000 }
    assert.match(
      first({ ports: [portFacts({ state: away })] }).says,
      /^\/dev\/ttyUSB0: cannot be opened \(no device\)/,
    )
    const cases = [
      [portFacts({ state: away }), 'error port:p1'],
      [portFacts({ wrong: 'baudRate: must be a number' }), 'error port:p1'],
      [portFacts({ isSilent: true, trouble: 'no byte for 400 s' }), 'warning port:p1'],
      [portFacts({ trouble: 'not text: another baud rate?' }), 'warning port:p1'],
    ] as const
    for (const [port, expected] of cases) assert.deepEqual(ids({ ports: [port] }), [expected])
    assert.deepEqual(ids({ ports: [portFacts({ state: { state: 'closed' } })] }), [])
  })

  it('tell of a store that cannot be written, and of verdicts of earlier rules', () => {
    const says = 'the disk is full: the history is filled from the journal when there is room'
    const alarm = first({ store: storeState({ state: 'not stored', says }) })
    assert.deepEqual([alarm.id, alarm.level, alarm.says], ['store', 'error', says])
    const old = first({ store: storeState({ oldVerdicts: 1_204_311 }) })
    assert.deepEqual([old.id, old.level], ['verdicts', 'warning'])
    assert.match(old.says, /of the earlier ones: 1,204,311 events in the history\. Press Rebuild/)
    for (const state of ['start', 'rebuilding', 'ready'] as const)
      assert.deepEqual(ids({ store: storeState({ state }) }), [], state)
  })

  it('tell what is wrong with a journal, the worst first', () => {
    const state = logState({
      problem: 'journal: cannot write: the disk is full',
      clockDoubt: 'the clock is a year behind the journal',
      delivery: deliveryState({ damaged: 2, complete: 988 }),
    })
    state.journal.dropped = 7
    assert.deepEqual(ids({ journals: [journalFacts({ state })], silent: [] }), [
      'error journal:j1',
      'error dropped:j1',
      'warning clock:j1',
      'warning damaged:j1',
    ])
  })
})
