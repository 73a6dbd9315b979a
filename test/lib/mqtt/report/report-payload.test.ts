import assert from 'node:assert/strict'
import { inflateSync } from 'node:zlib'
import { type DatedEvent, datedEventOf } from '../../../../lib/mqtt/report/report-event.ts'
import { reportLimits } from '../../../../lib/mqtt/report/report-limits.ts'
import { contentTypeOf, reportPayload } from '../../../../lib/mqtt/report/report-payload.ts'
import { decodeReport, utcOf } from '../../../../lib/time-events/wire/report.ts'
import type { TimeEvent } from '../../../../lib/time-events/wire/time-event.ts'
import vectors from '../../../fixtures/time-events.json' with { type: 'json' }
import { boot, timeEvent } from './helper.ts'

const identity = { nodeId: 'NODE', firmware: 'fw1', locationId: 'LOC' }

describe('payload of a report', () => {
  it('is byte for byte that of the usual server, and in a zlib stream where that is wanted', () => {
    for (const { hex, deviceID, seqNo, realTime, monoTime, ...vector } of vectors.reports) {
      const events: TimeEvent[] = vector.events
      const { node_id: nodeId, firmware_version: firmware, location_id: locationId } = deviceID
      const form = { identity: { nodeId, firmware, locationId }, compressed: false }
      const dated = events.map((event): DatedEvent => ({ event, utc: realTime - (monoTime - event.time) }))
      const now = { wall: realTime, monotonic: monoTime }
      assert.equal(reportPayload(form, seqNo, now, dated).toString('hex'), hex)
      const compressed = reportPayload({ ...form, compressed: true }, seqNo, now, dated)
      // RFC 1950: the header of a stream of the default level
      assert.equal(compressed.toString('hex', 0, 2), '789c')
      assert.equal(inflateSync(compressed).toString('hex'), hex)
    }
    assert.equal(contentTypeOf({ compressed: false }), 'application/x-protobuf')
    assert.equal(contentTypeOf({ compressed: true }), 'application/zlib')
  })

  const now = { wall: boot + 60_000, monotonic: 60_000 }
  const decoded = (events: DatedEvent[]) =>
    decodeReport(reportPayload({ identity, compressed: false }, 1, now, events))

  it('leaves the time of this boot as its sender has it, although the clocks have moved apart a little', () => {
    const report = decoded([
      { event: { time: 59_000, cat: 'A', source: 'a' }, utc: boot + 59_003 },
      { event: { time: 59_500, cat: 'A', source: 'a' }, utc: boot + 59_495 },
    ])
    assert.deepEqual([report.realTime, report.monoTime], [now.wall, now.monotonic])
    assert.deepEqual(
      report.events.map(({ time }) => time),
      [59_000, 59_500],
    )
  })

  it('tells the UTC of events of another boot and of other clocks, also from before this boot', () => {
    const day = 24 * 3_600_000
    const events: Array<[time: number, utc: number]> = [
      // of an earlier boot, which lasted for longer than this one
      [700_000, boot - 3 * day],
      // of this boot
      [59_000, boot + 59_000],
      // of another machine
      [4_000_000_000, boot + 58_000],
      // the wall clock was set back since
      [58_500, boot + 90_000],
    ]
    const report = decoded(events.map(([time, utc]) => ({ event: { time, cat: 'A', source: 'a' }, utc })))
    assert.deepEqual(
      report.events.map((event) => utcOf(event, report)),
      events.map(([, utc]) => utc),
    )
    assert.equal(report.realTime, now.wall)
    assert.equal(report.monoTime, 60_000 + 3 * day)
    assert.deepEqual(
      report.events.map(({ time }) => time),
      [0, 59_000 + 3 * day, 58_000 + 3 * day, 90_000 + 3 * day],
    )
  })
})

describe('time events for a report', () => {
  it('are those whose fields say so, with the process in their source', () => {
    const full = timeEvent(3, 1_500)
    assert.deepEqual(datedEventOf(full), {
      event: { time: 1_500, cat: 'BOOT', source: 'init[7]', seq: 'SINGLE', msg: 'k3x9a7qd-3' },
      utc: boot + 1_500,
    })
    const data = { cat: 'X', source: 'a', subject: 'eth0', pid: null, time: boot, msec: 0 }
    assert.deepEqual(datedEventOf(timeEvent(4, 0, { data })), {
      event: { time: 0, cat: 'X', source: 'a', subject: 'eth0' },
      utc: boot,
    })
  })

  it('are not other events: the error says what is missing', () => {
    const { data } = timeEvent(1)
    const cases: Array<[over: object, what: RegExp]> = [
      [{ data: { temp: 18.2 } }, /cat or source is no text/],
      [{ data: undefined }, /no decoded fields/],
      [{ verdict: 'rejected' }, /no decoded fields/],
      [{ data: { ...data, msec: 1.5 } }, /time or msec is no whole number of milliseconds/],
      [{ data: { ...data, time: -1 } }, /time or msec/],
    ]
    for (const [over, message] of cases) {
      const thrown = { code: 'NO_TIME_EVENT', message }
      assert.throws(() => datedEventOf(timeEvent(1, 500, over)), thrown)
    }
  })
})

describe('limits of a report', () => {
  it('are 500 events and the interval, or half of what the log node allows', () => {
    assert.deepEqual(reportLimits(5), { events: 500, age: 5_000 })
    assert.deepEqual(reportLimits(3_600, { window: 1_000, timeLimit: 300 }), { events: 500, age: 150_000 })
    assert.deepEqual(reportLimits(5, { window: 101, timeLimit: 4 }), { events: 50, age: 2_000 })
    assert.deepEqual(reportLimits(1, { window: 1 }), { events: 1, age: 1_000 })
  })
})
