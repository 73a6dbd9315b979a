import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LocalLog, type LocalLogSettings } from '../../../lib/time-events/local-log.ts'
import { printedReport } from '../../../lib/time-events/wire/printed-report.ts'
import { decodeReport } from '../../../lib/time-events/wire/report.ts'
import { FakeClock } from '../../support/fake-clock.ts'

interface Vectors {
  reports: Array<{ hex: string; local_log_lines?: string[] }>
}

const { reports } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/time-events.json'), 'utf8'),
) as Vectors
const [first, second] = reports.map(({ hex }) => decodeReport(Buffer.from(hex, 'hex')))

function open(settings: Partial<LocalLogSettings> = {}) {
  const clock = new FakeClock(first!.realTime - 5_000)
  const written: string[] = []
  const log = new LocalLog(
    { form: 'reports', interval: 5_000, identity: first!.identity, ...settings },
    { write: (text) => written.push(text), clock, monotonic: () => first!.monoTime },
  )
  return { log, clock, written }
}

const printed = `REPORT: 1
TIME REAL: Nov 25 13:21:25.520
TIME MONO: 02:08:45.371
LOC ID : LOC
NODE ID: NODE
FW VER : fw1
 02:08:43.892  shim[709] <DHCP_CLIENT> eth0: START: addr=1.2.3.4
 02:08:43.912  shim[710] <GENERAL> SINGLE
 02:08:43.955  shim[712] <ADDR_IPV4> wan: SINGLE: change 1.2.3.4 -> 5.6.7.8
 02:08:44.019  a[715] <> SINGLE
 02:08:44.039  é[717] <X> SINGLE: ünï`

describe('time events: the local log', () => {
  it('prints a report with the times and the identity, and leaves out what is not known', () => {
    assert.equal(printedReport(first!), printed)
    const anonymous = printedReport({ ...second!, identity: {}, realTime: Date.UTC(2026, 0, 3, 4, 5, 6, 7) })
    assert.equal(
      anonymous,
      `REPORT: 1
TIME REAL: Jan 03 04:05:06.007
TIME MONO: 02:08:47.732
 02:08:46.678  late[769] <LATE> SINGLE: queued while the server is away`,
    )
  })

  it('writes each event as the line that the usual server writes', () => {
    const { log, written } = open({ form: 'lines' })
    for (const event of first!.events) log.take(event)
    log.close()
    assert.deepEqual(written, reports[0]!.local_log_lines)
  })

  it('writes a report an interval after the first event, none where nothing came, and the rest at the end', async () => {
    const { log, clock, written } = open()
    for (const event of first!.events) log.take(event)
    await clock.advance(4_999)
    assert.deepEqual(written, [])
    await clock.advance(1)
    assert.deepEqual(written, [printed])
    await clock.advance(60_000)
    assert.equal(written.length, 1)
    log.take(second!.events[0]!)
    log.close()
    assert.match(written[1] ?? '', /^REPORT: 2\nTIME REAL: Nov 25 13:22:25\.520\n/)
    assert.match(written[1] ?? '', /\n 02:08:46\.678 {2}late\[769\] <LATE> SINGLE: queued while [^\n]*$/)
    assert.equal(clock.timers, 0)
  })

  it('keeps the newest 512 events of an interval, and says how many it left out', () => {
    const { log, written } = open({ identity: {} })
    for (let time = 0; time < 1_713; time++) log.take({ time, cat: 'A', source: 'b' })
    log.close()
    const lines = written[0]!.split('\n')
    assert.deepEqual([lines[3], lines.length], [' 00:00:01.201  b <A>', 3 + 512 + 1])
    assert.equal(lines.at(-1), ' (1,201 older events are left out)')
  })
})
