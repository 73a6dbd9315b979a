// Reports of time events with a real broker: what a subscriber gets, and when an event is done.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { machineMonotonic } from '../../../lib/time-events/wire/monotonic.ts'
import { decodeReport, type TimeEventsReport, utcOf } from '../../../lib/time-events/wire/report.ts'
import { type Mosquitto, startMosquitto } from '../../support/programs/mosquitto.ts'
import { ReportCollector } from '../../support/reports/report-collector.ts'
import helper, { nodeRedName } from '../helper.ts'
import { brokerNode, deliver, message, out, statusWhen, tab, types } from './helper.ts'

describe(`nodes: mqtt-out, reports of time events (${nodeRedName})`, () => {
  let broker: Mosquitto
  let collector: ReportCollector
  let userDir: string
  /** ms of the monotonic clock at 1970 */
  const boot = Date.now() - machineMonotonic()

  before(async () => {
    broker = await startMosquitto({ lines: ['persistence true'] })
    await new Promise<void>((resolve) => helper.startServer(() => resolve()))
  })
  beforeEach(async () => {
    userDir = mkdtempSync(join(tmpdir(), 'fieldlog-mqtt-out-'))
    helper.settings({ userDir })
    collector = await ReportCollector.open(broker.url, 'fieldlog/pi-4/time-events')
  })
  afterEach(async () => {
    await helper.unload()
    await collector.close()
    rmSync(userDir, { recursive: true })
  })
  after(async () => {
    await broker.remove()
    await new Promise<void>((resolve) => helper.stopServer(() => resolve()))
    helper.settings({})
  })

  const report = (over: object = {}) =>
    out('out', { version: 4, payload: 'report', reportInterval: 1, ...over })
  const load = (node: object & { id: string }) =>
    helper.load(types, [tab, { ...brokerNode, port: String(broker.port) }, node])

  /** A time event, by default of now. */
  function event(seq: number, msec = machineMonotonic(), time = boot + msec) {
    const data = { cat: 'BOOT', source: 'init', pid: 7, seq: 'SINGLE', msg: `e${seq}`, time, msec }
    return message(seq, { type: 'timeevent', source: 'telog', time, data })
  }

  for (const qos of [0, 1, 2] as const) {
    it(`publishes the events of an interval, and completes them with their report (QoS ${qos})`, async () => {
      await load(report({ qos, nodeId: 'NODE', firmware: 'fw1', location: 'LOC' }))
      const moments = [machineMonotonic(), machineMonotonic() - 40]
      const completed = moments.map((moment, n) => deliver('out', event(n + 1, moment)))
      assert.deepEqual(await Promise.all(completed), [undefined, undefined])
      await collector.until(() => collector.reports.length === 1 && collector.stats.length > 0)
      const [{ payload, qos: came, contentType }] = collector.reports as [(typeof collector.reports)[0]]
      assert.deepEqual([came, contentType], [qos, 'application/x-protobuf'])
      const decoded = decodeReport(payload)
      assert.deepEqual(decoded.identity, { nodeId: 'NODE', firmware: 'fw1', locationId: 'LOC' })
      assert.equal(decoded.seqNo, 1)
      assert.deepEqual(
        decoded.events,
        moments.map((time, n) => ({ time, cat: 'BOOT', source: 'init[7]', seq: 'SINGLE', msg: `e${n + 1}` })),
      )
      // one instant by both clocks
      assert.ok(Math.abs(decoded.realTime - decoded.monoTime - boot) <= 5)
      const { since, ...stats } = collector.stats.at(-1)!
      assert.deepEqual(stats, { seqNo: 1, received: 2, reported: 2, lost: 0 })
      assert.ok(Math.abs(Number(since) - Date.now()) < 60_000)
    })
  }

  it('is a zlib stream where that is wanted, with what is unknown as (null) and the gateway as node', async () => {
    await load(report({ compressed: true, topic: 'fieldlog/{gateway}/{verdict}/{type}/{device}' }))
    const yesterday = boot - 86_400_000
    assert.equal(await deliver('out', event(1, 5_000, yesterday)), undefined)
    await collector.until(() => collector.reports.length === 1)
    const [{ payload, contentType }] = collector.reports as [(typeof collector.reports)[0]]
    assert.equal(contentType, 'application/zlib')
    const decoded: TimeEventsReport = decodeReport(inflateSync(payload))
    assert.deepEqual(decoded.identity, { nodeId: 'pi-4', firmware: '(null)', locationId: '(null)' })
    assert.equal(utcOf(decoded.events[0]!, decoded), yesterday)
  })

  it('refuses an event that is no time event, on its message alone', async () => {
    await load(report())
    const error = await deliver('out', message(1))
    assert.match(String(error?.message), /^mqtt out: a report takes time events only, and this event is none/)
    assert.equal(await deliver('out', event(2)), undefined)
  })

  it('takes no topic that differs from event to event', async () => {
    await load(report({ topic: 'reports/{type}' }))
    const error = await deliver('out', event(1))
    assert.match(String(error?.message), /the topic names \{type\}, but a report holds many events/)
  })

  it('goes on with its numbers when it is made anew, and knows what was reported', async () => {
    await load(report())
    assert.equal(await deliver('out', event(1)), undefined)
    await helper.unload()
    await load(report())
    assert.equal(await deliver('out', event(1)), undefined)
    assert.equal(await deliver('out', event(2)), undefined)
    await collector.until(() => collector.reports.length === 2)
    const decoded = collector.reports.map(({ payload }) => decodeReport(payload))
    assert.deepEqual(
      decoded.map(({ seqNo, events }) => [seqNo, events.map(({ msg }) => msg)]),
      [
        [1, ['e1']],
        [2, ['e2']],
      ],
    )
  })

  it('completes events by the outbox while the broker is away, and sends the reports in order when it is back', async () => {
    // the broker keeps for it what comes before it is connected again
    await collector.close()
    const kept = { clean: false, clientId: 'reports' }
    collector = await ReportCollector.open(broker.url, 'fieldlog/pi-4/time-events', kept)
    await load(report())
    assert.equal(await deliver('out', event(1)), undefined)
    const away = statusWhen('out', (text) => /^(connection lost|broker unreachable)/.test(text))
    await broker.stop()
    await away
    assert.equal(await deliver('out', event(2)), undefined)
    assert.equal(await deliver('out', event(3)), undefined)
    await broker.start()
    await collector.until(() => collector.reports.length >= 3, 60_000)
    const numbers = new Set(collector.reports.map(({ payload }) => decodeReport(payload).seqNo))
    assert.deepEqual([...numbers], [1, 2, 3])
  }).timeout(70_000)
})
