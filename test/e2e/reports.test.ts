// Reports of time events through the whole gateway, which is killed, with a broker that is away meanwhile: at the broker every event of
// the journal is in one report, and numbers have no gap.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inflateSync } from 'node:zlib'
import { timeEvent } from '../../lib/formats/library/general.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { isEntry } from '../../lib/journal/format/entry.ts'
import { readJournal } from '../../lib/journal/read/reader.ts'
import { decodeReport, utcOf } from '../../lib/time-events/wire/report.ts'
import { Gateway } from '../support/gateway.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { ReportCollector } from '../support/reports/report-collector.ts'
import { portOpened } from '../support/serial-open.ts'

interface FlowNode {
  id: string
  type: string
  wires?: string[][]
  [property: string]: unknown
}

const root = join(import.meta.dirname, '../..')
const shipped = JSON.parse(readFileSync(join(root, 'flows/gateway.json'), 'utf8')) as FlowNode[]
/** UTC of a boot long ago: each event must be told so that this comes out */
const boot = 1_480_000_000_000
const topic = 'reports/test-gateway'

/** The flow that ships, with the format of time events, and reports of what is clean. @param window of the log node */
function flow(reportInterval: number, window: number): FlowNode[] {
  const clean = shipped.find(({ type }) => type === 'fieldlog-clean')!
  const good = shipped.find(({ type, name }) => type === 'fieldlog-mqtt-out' && name === 'good')!
  const reports = {
    ...{ ...good, id: 'reports', name: 'reports', topic: 'reports/{gateway}' },
    ...{ payload: 'report', reportInterval, compressed: true, nodeId: 'NODE' },
  }
  const changed = shipped.map((node) => {
    if (node.id === clean.id) return { ...node, wires: [[reports.id], ...node.wires!.slice(1)] }
    if (node.type === 'fieldlog-log') return { ...node, window }
    return node.type === 'fieldlog-format' ? { ...node, definition: timeEvent } : node
  })
  return [...changed, reports]
}

describe('reports of time events', function () {
  this.timeout(120_000)
  let home: string
  let broker: Mosquitto
  let pty: Pty
  let gateway: Gateway
  let collector: ReportCollector
  let sent = 0

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-reports-'))
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow(1, 1_000)))
    broker = await startMosquitto({ lines: ['persistence true'] })
    pty = await createPty()
    collector = await ReportCollector.open(broker.url, topic, { clean: false, clientId: 'reports' })
    await startGateway()
  })
  after(async () => {
    await (gateway as Gateway | undefined)?.remove()
    await (collector as ReportCollector | undefined)?.close()
    await (pty as Pty | undefined)?.close()
    await (broker as Mosquitto | undefined)?.remove()
    rmSync(home, { recursive: true, force: true })
  })

  async function startGateway(): Promise<void> {
    const env = { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url, FIELDLOG_FLUSH_INTERVAL: '0' }
    gateway = await Gateway.start({ home, env })
    await portOpened(gateway.child, pty)
    // the first line behind the opening may have lost its beginning
    await pty.write('noise\r\n')
  }

  async function send(count: number): Promise<void> {
    for (const end = sent + count; sent < end; ) {
      const msec = 1_000 + ++sent
      const data = {
        cat: 'BOOT',
        source: 'init',
        pid: 7,
        seq: 'SINGLE',
        msg: `e${sent}`,
        time: boot + msec,
        msec,
      }
      await pty.write(`${JSON.stringify({ ...data, transport: 'queue', known: true })}\r\n`)
    }
  }

  const decoded = () => collector.reports.map(({ payload }) => decodeReport(inflateSync(payload)))
  const isReported = (seq: number) =>
    decoded().some(({ events }) => events.some(({ msg }) => msg === `e${seq}`))

  /** The events that the log holds, by their messages. */
  async function logged(): Promise<string[]> {
    const found: string[] = []
    for await (const reading of readJournal(systemDisk, join(home, 'journal'), 1)) {
      if (reading.kind !== 'batch') continue
      for (const { text } of reading.items.filter(isEntry)) {
        if (text.startsWith('{"cat":"BOOT"')) found.push((JSON.parse(text) as { msg: string }).msg)
      }
    }
    return found
  }

  /** Resolves when the log has the event: a kill before that may lose what the port has not read. */
  async function untilLogged(seq: number): Promise<void> {
    while (!(await logged()).includes(`e${seq}`)) await pause(50)
  }

  it('have each event once and no gap in their numbers, over kills and with the broker away', async () => {
    await send(60)
    await collector.until(() => isReported(60), 30_000)
    // in the middle of what is collected
    await send(40)
    await untilLogged(100)
    await gateway.stop('SIGKILL')
    await startGateway()
    await send(40)
    await collector.until(() => isReported(140), 30_000)
    await broker.stop()
    await send(40)
    await untilLogged(180)
    await gateway.stop('SIGKILL')
    await startGateway()
    await send(20)
    await broker.start()
    await collector.until(() => isReported(200) && collector.stats.length > 0, 60_000)

    const events = new Map<string, number>()
    const bytes = new Map<number, string>()
    for (const [n, report] of decoded().entries()) {
      const hex = collector.reports[n]!.payload.toString('hex')
      assert.equal(bytes.get(report.seqNo) ?? hex, hex, `report ${report.seqNo} came twice, and differs`)
      if (bytes.has(report.seqNo)) continue
      bytes.set(report.seqNo, hex)
      assert.deepEqual(report.identity, { nodeId: 'NODE', firmware: '(null)', locationId: '(null)' })
      for (const event of report.events) {
        assert.equal(events.has(event.msg!), false, `${event.msg} is in two reports`)
        events.set(event.msg!, utcOf(event, report))
      }
    }
    assert.deepEqual(
      [...bytes.keys()],
      [...bytes.keys()].map((_, n) => n + 1),
    )
    const inLog = await logged()
    assert.equal(inLog.length, 200)
    assert.deepEqual([...events.keys()].sort(), [...inLog].sort())
    for (const [msg, utc] of events) assert.equal(utc, boot + 1_000 + Number(msg.slice(1)), msg)
  })

  it('are closed early where the log’s window or time limit would hold up the flow, which is told', async () => {
    await gateway.stop()
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow(3_600, 20)))
    const before = decoded().length
    await startGateway()
    await gateway.line(/reports are closed after 150 s instead of 3600, because the log node gives up/)
    await send(25)
    await collector.until(() => isReported(220), 30_000)
    assert.deepEqual(
      decoded()
        .slice(before)
        .map(({ events }) => events.length),
      [10, 10],
    )
    assert.equal(isReported(221), false)
  })
})
