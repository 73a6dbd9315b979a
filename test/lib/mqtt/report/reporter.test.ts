// The promises and failures of lib/mqtt/report/README.md, with a session whose answers the test gives.
import assert from 'node:assert/strict'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import { withCode } from '../../../../lib/kit/errors.ts'
import { DiskOutbox } from '../../../../lib/mqtt/outbox/disk-outbox.ts'
import { mostEvents, reportLimits } from '../../../../lib/mqtt/report/report-limits.ts'
import { ReportStore } from '../../../../lib/mqtt/report/report-store.ts'
import { Reporter, type ReportSettings } from '../../../../lib/mqtt/report/reporter.ts'
import type { Session } from '../../../../lib/mqtt/session/session.ts'
import { decodeReport } from '../../../../lib/time-events/wire/report.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { ModelBroker } from '../model-broker.ts'
import { startModelSession } from '../support.ts'
import { boot, ScriptedSession, type Sent, timeEvent } from './helper.ts'

const directory = '/outbox/broker/reports/node'
const settings: ReportSettings = {
  topic: 'reports/pi-4',
  qos: 1,
  retain: false,
  expiry: undefined,
  identity: { nodeId: 'NODE', firmware: 'fw1', locationId: 'LOC' },
  compressed: false,
}
const lock = () => ({ release() {} })
const full = withCode('OUTBOX_FULL', new Error('no room'))
const refused = withCode('MESSAGE_REFUSED', new Error('too large'))

/** One process's reporter. */
interface Opened {
  reporter: Reporter
  session: ScriptedSession
  disk: FaultDisk
  warnings: string[]
  /** by the seq of the event: how it was settled */
  done: Map<number, string>
  take(event: FieldlogEvent, again?: boolean): void
}

describe('reports of time events', () => {
  let medium: MemoryDisk
  let time: FakeClock

  beforeEach(() => {
    medium = new MemoryDisk()
    time = new FakeClock('2026-11-21T12:00:00.000Z')
  })

  async function open(
    over: Partial<ReportSettings> = {},
    limits = reportLimits(5),
    shared?: Session,
  ): Promise<Opened> {
    const disk = new FaultDisk(medium)
    const warnings: string[] = []
    const session = new ScriptedSession()
    const store = new ReportStore(
      { directory, disk, clock: time, lock, reserve: 0 },
      { problem: (text) => warnings.push(`${text}`) },
    )
    const reporter = new Reporter({ ...settings, ...over }, limits, {
      ...{ session: shared ?? session, store, clock: time },
      now: () => ({ wall: time.wall(), monotonic: time.monotonic() }),
      warn: (text) => warnings.push(text),
    })
    const done = new Map<number, string>()
    const take = (event: FieldlogEvent, again = false) =>
      reporter.take(event, (error) => done.set(event.seq, error?.message ?? 'ok'), again)
    await reporter.open()
    return { reporter, session, disk, warnings, done, take }
  }

  /** The ids in a report, and its number. */
  function contentOf({ payload }: Sent): { seqNo: number; events: string[] } {
    const { seqNo, events } = decodeReport(payload as Buffer)
    return { seqNo, events: events.map(({ msg }) => msg!.replace('k3x9a7qd-', '')) }
  }

  const untilSent = async ({ session }: Opened, count: number) => {
    for (let i = 0; i < 1_000 && session.reports.length < count; i++) await settle(1)
    assert.equal(session.reports.length, count)
  }

  it('hold the events of one interval, which are done at the answer and not before', async () => {
    const one = await open()
    one.take(timeEvent(1, 100))
    await time.advance(3_000)
    one.take(timeEvent(2, 3_500))
    await time.advance(1_999)
    assert.equal(one.session.reports.length, 0)
    await time.advance(1)
    await untilSent(one, 1)
    const [sent] = one.session.reports
    assert.deepEqual(decodeReport(sent!.payload as Buffer), {
      identity: settings.identity,
      seqNo: 1,
      realTime: boot + 6_000,
      monoTime: 6_000,
      events: [
        { time: 100, cat: 'BOOT', source: 'init[7]', seq: 'SINGLE', msg: 'k3x9a7qd-1' },
        { time: 3_500, cat: 'BOOT', source: 'init[7]', seq: 'SINGLE', msg: 'k3x9a7qd-2' },
      ],
    })
    assert.deepEqual(
      [sent!.topic, sent!.qos, sent!.retain, sent!.contentType, sent!.late],
      ['reports/pi-4', 1, false, 'application/x-protobuf', undefined],
    )
    assert.match(sent!.id, /^[a-z0-9]{8}-1$/)
    assert.equal(one.done.size, 0)
    sent!.answer()
    assert.deepEqual(
      [...one.done],
      [
        [1, 'ok'],
        [2, 'ok'],
      ],
    )
    assert.equal(one.reporter.waiting, 0)
    await one.reporter.close()
  })

  it('are on disk before they are sent', async () => {
    const one = await open()
    one.disk.fault = ({ name }) => (name === 'sync' || name === 'write-durably' ? 'hang' : undefined)
    one.take(timeEvent(1))
    await time.advance(6_000)
    await settle(50)
    assert.deepEqual(one.session.reports, [])
    one.disk.fault = undefined
    one.disk.release()
    await untilSent(one, 1)
    await one.reporter.close()
  })

  it('are none at all while nothing comes', async () => {
    const one = await open()
    await time.advance(60_000)
    assert.deepEqual([one.session.sent, time.timers], [[], 0])
    await one.reporter.close()
  })

  it('are closed early at 500 events, at half of a small window, and at 100 kB', async () => {
    const one = await open()
    for (let seq = 1; seq <= mostEvents + 3; seq++) one.take(timeEvent(seq))
    await untilSent(one, 1)
    assert.equal(contentOf(one.session.reports[0]!).events.length, mostEvents)
    one.session.reports[0]!.answer()
    one.reporter.limit(reportLimits(5, { window: 8 }))
    one.take(timeEvent(504))
    await untilSent(one, 2)
    assert.deepEqual(contentOf(one.session.reports[1]!), { seqNo: 2, events: ['501', '502', '503', '504'] })
    one.session.reports[1]!.answer()
    one.reporter.limit(reportLimits(5))
    const { data } = timeEvent(1)
    for (let seq = 601; seq <= 615; seq++)
      one.take(timeEvent(seq, 500, { data: { ...data!, msg: 'x'.repeat(8_000) } }))
    await untilSent(one, 3)
    const bytes = (one.session.reports[2]!.payload as Buffer).length
    assert.ok(bytes > 90_000 && bytes <= 100_000, `${bytes}`)
    await one.reporter.close()
  })

  it('are closed when half of the log’s time limit is over, also where that becomes known later', async () => {
    const one = await open({}, reportLimits(3_600))
    one.take(timeEvent(1))
    await time.advance(1_000)
    one.reporter.limit(reportLimits(3_600, { timeLimit: 300 }))
    await time.advance(148_999)
    assert.deepEqual(one.session.reports, [])
    await time.advance(1)
    await untilSent(one, 1)
    await one.reporter.close()
  })

  it('do not let a replay wait for the interval with each hundred of its events', async () => {
    const one = await open({}, reportLimits(3_600))
    for (let seq = 1; seq <= 100; seq++) one.take(timeEvent(seq), true)
    await untilSent(one, 1)
    one.session.reports[0]!.answer()
    await untilSent(one, 2)
    await one.reporter.close()
  })

  it('go one at a time, numbered in the order in which they go', async () => {
    const one = await open()
    one.take(timeEvent(1))
    await time.advance(5_000)
    one.take(timeEvent(2))
    await time.advance(20_000)
    await untilSent(one, 1)
    one.session.reports[0]!.answer()
    await untilSent(one, 2)
    assert.deepEqual(one.session.reports.map(contentOf), [
      { seqNo: 1, events: ['1'] },
      { seqNo: 2, events: ['2'] },
    ])
    await one.reporter.close()
  })

  it('take an event once: a repeat is done with its report, or at once; a replay for this node is reported again', async () => {
    const one = await open()
    one.take(timeEvent(1))
    const twice: string[] = []
    one.reporter.take(timeEvent(1), () => twice.push('collected'))
    await time.advance(5_000)
    await untilSent(one, 1)
    one.reporter.take(timeEvent(1), () => twice.push('sent'))
    assert.equal(twice.length, 0)
    one.session.reports[0]!.answer()
    assert.deepEqual(twice, ['collected', 'sent'])
    one.reporter.take(timeEvent(1), () => twice.push('reported'))
    assert.equal(twice.at(-1), 'reported')
    one.take(timeEvent(1), true)
    await time.advance(5_000)
    await untilSent(one, 2)
    assert.deepEqual(contentOf(one.session.reports[1]!), { seqNo: 2, events: ['1'] })
    await one.reporter.close()
  })

  it('are the same byte for byte after a kill, and come before others; their events are done with them', async () => {
    const one = await open({ compressed: true })
    one.take(timeEvent(1))
    await time.advance(5_000)
    await untilSent(one, 1)
    one.disk.kill()
    time.forget()
    await time.advance(60_000)
    const two = await open({ topic: 'reports/elsewhere' })
    // the log sends again what was not done
    two.take(timeEvent(1))
    two.take(timeEvent(2))
    await time.advance(10_000)
    await untilSent(two, 1)
    const [first] = one.session.reports
    const { answer: _, ...before } = first!
    const { answer, ...after } = two.session.reports[0]!
    assert.deepEqual(after, before)
    answer()
    assert.deepEqual([...two.done], [[1, 'ok']])
    await untilSent(two, 2)
    assert.deepEqual(contentOf(two.session.reports[1]!), { seqNo: 2, events: ['2'] })
    two.session.reports[1]!.answer()
    await two.reporter.close()
    const three = await open()
    three.take(timeEvent(1))
    three.take(timeEvent(2))
    assert.deepEqual([...three.done.keys()], [1, 2], 'both were reported')
    await time.advance(60_000)
    assert.deepEqual(three.session.reports, [])
    await three.reporter.close()
  })

  it('settle nothing after a close: what was collected is with the log, what was handed over in the store', async () => {
    const one = await open()
    one.take(timeEvent(1))
    await time.advance(5_000)
    await untilSent(one, 1)
    one.take(timeEvent(2))
    await one.reporter.close()
    one.session.reports[0]!.answer()
    await time.advance(60_000)
    assert.deepEqual([[...one.done], one.session.reports.length], [[], 1])
    const two = await open()
    assert.deepEqual(two.session.reports.map(contentOf), [{ seqNo: 1, events: ['1'] }])
    await two.reporter.close()
  })

  it('are one message when a deploy comes between, as the session outlives it', async () => {
    const broker = new ModelBroker()
    // the answer is late
    broker.judge = () => 'ignore'
    const outbox = new DiskOutbox({
      directory: '/outbox/broker',
      disk: medium,
      clock: time,
      lock,
      reserve: 0,
    })
    const session = await startModelSession({ broker, time, reports: [] }, {}, { outbox })
    const one = await open({}, reportLimits(1), session)
    one.take(timeEvent(1))
    await time.advance(1_000)
    await settle(50)
    assert.equal(broker.sent.filter(({ name }) => name !== 'status').length, 1)
    await one.reporter.close()
    const two = await open({}, reportLimits(1), session)
    two.take(timeEvent(1))
    two.take(timeEvent(2))
    broker.judge = () => 'take'
    broker.drop()
    await time.advance(20_000)
    const arrived = broker.arrived.filter(({ topic }) => topic === 'reports/pi-4')
    assert.equal(new Set(arrived.map(({ id }) => id)).size, 2)
    assert.equal(arrived.length, 2)
    assert.deepEqual(
      [...one.done, ...two.done],
      [
        [1, 'ok'],
        [2, 'ok'],
      ],
    )
    await two.reporter.close()
    await time.run(session.close())
  })

  it('fail with their events; a number that no broker has seen is given again, also after a kill', async () => {
    const one = await open()
    const next = async (seq: number, error?: Error) => {
      one.take(timeEvent(seq))
      const count = one.session.reports.length
      await time.advance(5_000)
      await untilSent(one, count + 1)
      one.session.reports[count]!.answer(error)
    }
    await next(1)
    await next(2, full)
    await next(3, refused)
    await next(4, full)
    assert.deepEqual([...one.done.values()], ['ok', 'no room', 'too large', 'no room'])
    assert.deepEqual(
      one.session.reports.map((sent) => contentOf(sent).seqNo),
      [1, 2, 2, 3],
    )
    assert.equal(new Set(one.session.reports.map(({ id }) => id)).size, 4)
    const counts = { seqNo: 2, received: 4, reported: 1, lost: 3, since: boot + 1_000 }
    assert.deepEqual(one.reporter.counts, counts)
    await settle(50)
    one.disk.kill()
    time.forget()
    const two = await open()
    assert.deepEqual(two.reporter.counts, counts)
    // what failed may be asked for again
    two.take(timeEvent(2))
    await time.advance(5_000)
    await untilSent(two, 1)
    assert.deepEqual(contentOf(two.session.reports[0]!), { seqNo: 3, events: ['2'] })
    await two.reporter.close()
  })

  it('wait while the disk fails, and lose nothing', async () => {
    const one = await open()
    one.disk.fault = ({ name }) => (/write|sync/.test(name) ? 'fail' : undefined)
    one.take(timeEvent(1))
    await time.advance(20_000)
    assert.deepEqual([one.session.reports, one.done.size], [[], 0])
    assert.match(one.warnings[0]!, /the medium fails/)
    one.disk.fault = undefined
    await time.advance(60_000)
    await untilSent(one, 1)
    assert.deepEqual(contentOf(one.session.reports[0]!), { seqNo: 1, events: ['1'] })
    await one.reporter.close()
  })

  it('wait for a folder that cannot be opened, with the events that come meanwhile', async () => {
    medium.place('/outbox/broker/reports', Buffer.from('a file'))
    const one = await open()
    one.take(timeEvent(1))
    assert.match(one.warnings[0]!, /^mqtt out: reports wait, their folder cannot be opened: /)
    medium.drop('/outbox/broker/reports')
    await time.advance(5_000)
    await settle(50)
    await time.advance(5_000)
    await untilSent(one, 1)
    await one.reporter.close()
  })

  it('leave the folder to the next one when they are closed while it is opened', async () => {
    const make = () => {
      const store = new ReportStore(
        { directory, disk: medium, clock: time, reserve: 0, lock: takeLock },
        { problem() {} },
      )
      const now = () => ({ wall: time.wall(), monotonic: time.monotonic() })
      const parts = {
        session: new ScriptedSession(),
        store,
        clock: time,
        now,
        warn: (text: string) => warnings.push(text),
      }
      return new Reporter(settings, reportLimits(5), parts)
    }
    const warnings: string[] = []
    let holders = 0
    const takeLock = () => {
      assert.equal(++holders, 1)
      return {
        release() {
          holders--
        },
      }
    }
    const one = make()
    const opening = one.open()
    await time.run(one.close())
    await opening
    const two = make()
    await two.open()
    assert.deepEqual(warnings, [])
    await time.run(two.close())
    assert.equal(holders, 0)
  })

  it('keep the number of one that cannot be read any more', async () => {
    const one = await open()
    one.session.answers = () => true
    for (const seq of [1, 2]) {
      one.take(timeEvent(seq))
      await time.advance(5_000)
      await untilSent(one, seq)
    }
    await time.run(one.reporter.close())
    const [path] = medium.paths(directory).filter((each) => each.endsWith('.txt'))
    const bytes = Buffer.from(medium.peek(path!)!)
    const place = bytes.indexOf('{"seqNo":2,')
    assert.ok(place > 0)
    bytes[place + 20]! ^= 1
    medium.drop(path!)
    medium.place(path!, bytes)
    const two = await open()
    two.take(timeEvent(1))
    two.take(timeEvent(3))
    assert.deepEqual([...two.done.keys()], [1])
    await time.advance(5_000)
    await untilSent(two, 1)
    assert.deepEqual(contentOf(two.session.reports[0]!), { seqNo: 3, events: ['3'] })
    await two.reporter.close()
  })

  it('refuse what is no time event at once', async () => {
    const one = await open()
    assert.throws(() => one.take(timeEvent(1, 1, { data: { temp: 1 } })), { code: 'NO_TIME_EVENT' })
    assert.equal(one.reporter.waiting, 0)
    await one.reporter.close()
  })

  it('have retained counts beside them, while there is a connection, one message at a time', async () => {
    const one = await open({ qos: 2 })
    const report = async (seq: number) => {
      one.take(timeEvent(seq))
      const count = one.session.reports.length
      await time.advance(5_000)
      await untilSent(one, count + 1)
      one.session.reports[count]!.answer()
    }
    await report(1)
    one.take(timeEvent(2))
    const since = boot + 1_000
    const first = { seqNo: 1, received: 1, reported: 1, lost: 0, since }
    assert.deepEqual(one.session.stats, [first])
    const { topic, retain, qos, contentType, id, answer } = one.session.sent.at(-1)!
    assert.deepEqual([topic, retain, qos, contentType], ['reports/pi-4/stats', true, 2, 'application/json'])
    assert.equal(id, `${one.session.reports[0]!.id}:stats`)
    await report(3)
    await report(4)
    assert.equal(one.session.stats.length, 1)
    one.session.phase = 'connecting'
    answer()
    assert.equal(one.session.stats.length, 1)
    one.session.connect()
    assert.deepEqual(one.session.stats[1], { seqNo: 3, received: 4, reported: 4, lost: 0, since })
    await one.reporter.close()
    const two = await open()
    assert.deepEqual(two.session.stats, [{ seqNo: 3, received: 4, reported: 4, lost: 0, since }])
    await two.reporter.close()
  })

  it('are forgotten on disk when 20,000 events were reported since, and numbers go on', async function () {
    this.timeout(20_000)
    const one = await open()
    one.session.answers = () => true
    for (let seq = 1; seq <= 42_000; seq++) {
      one.take(timeEvent(seq))
      if (seq % mostEvents === 0) await untilSent(one, seq / mostEvents)
    }
    assert.equal(one.done.size, 42_000)
    await time.advance(2_000)
    await one.reporter.close()
    const two = await open()
    for (const seq of [20_000, 22_001, 42_000]) two.take(timeEvent(seq))
    assert.deepEqual([...two.done.keys()], [22_001, 42_000])
    assert.equal(two.reporter.counts.reported, 42_000)
    await time.advance(5_000)
    await untilSent(two, 1)
    assert.deepEqual(contentOf(two.session.reports[0]!), { seqNo: 85, events: ['20000'] })
    await two.reporter.close()
  })
})
