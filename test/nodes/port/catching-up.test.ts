// Lines wait at a port's filter until it is known what the journal has of its device, and no longer.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FilterContext, LineFilter, LoggedTo } from '../../../lib/serial/line-filter.ts'
import type { PortLine } from '../../../lib/serial/port-line.ts'
import { catchingUp } from '../../../nodes/port/catching-up.ts'
import { readPortOptions } from '../../../nodes/port/options.ts'
import { type BuiltFile, buildJournal, inBatches, writeJournal } from '../../support/build-journal.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'

const start = Date.parse('2026-11-21T12:00:00Z')

describe('The filter of a port with a collector', () => {
  let directory: string
  let files: BuiltFile[]
  let clock: FakeClock
  let given: PortLine[]
  let sent: string[]
  let reports: string[]
  /** resolves each request for where the lines are logged */
  let requests: Array<(place: LoggedTo | undefined) => void>
  let filter: LineFilter

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-filter-'))
    const text = ['OK 12 1', 'DF S 600 7 1000', 'OK 12 2']
    const entries = text.map((one) => ({ kind: 'L' as const, received: start, source: 'jee', text: one }))
    files = buildJournal([{ date: '20261121', batches: inBatches(entries, 10) }])
    writeJournal(directory, files)
    clock = new FakeClock(start + 200_000)
    given = []
    sent = []
    reports = []
    requests = []
    const context: FilterContext = {
      give: (line) => given.push(line),
      send: async (data) => {
        sent.push(String(data))
      },
      changed: () => undefined,
      tell: () => undefined,
      report: (_level, text) => reports.push(text),
      logged: () => new Promise((resolve) => requests.push(resolve)),
    }
    filter = catchingUp('jee', clock, readPortOptions({}))!(context)
    filter.connected()
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  function says(...texts: string[]): void {
    for (const payload of texts)
      filter.line({ payload, received: clock.wall(), bytes: payload.length, source: 'jee' })
  }

  const texts = () => given.map(({ payload }) => payload)
  const place = (): LoggedTo => ({ directory, lastSeq: files.at(-1)!.lastSeq })

  /** The disk takes its own time, whatever the clock says. */
  async function until(isTrue: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000
    while (!isTrue() && performance.now() < deadline) await pause(2)
    await settle()
  }

  const untilRead = () => until(() => filter.isCollector)

  it('lets the first lines wait until the journal is read, and then notes what is due', async () => {
    says('OK 12 3')
    await settle()
    assert.deepEqual(texts(), [])
    requests.shift()!(place())
    await untilRead()
    assert.deepEqual(texts(), ['OK 12 3'])
    assert.deepEqual(given[0]!.notice, {
      kind: 'catchup',
      source: 'jee',
      state: 'due',
      marker: [600, 7, 1000],
    })
    // not reset by the opening: it asks behind the next page
    await clock.advance(6_000)
    says('OK 12 4', 'DF S 601 7 1199')
    assert.equal(sent.length, 1)
    assert.equal(typeof filter.busy, 'string')
  })

  it('lets them go where the journal does not come, and looks again when it has', async () => {
    says('OK 12 3')
    await clock.advance(10_000)
    assert.deepEqual(texts(), ['OK 12 3'])
    says('OK 12 4')
    assert.deepEqual(texts(), ['OK 12 3', 'OK 12 4'])
    requests.shift()!(place())
    await settle()
    says('OK 12 5')
    assert.deepEqual(texts(), ['OK 12 3', 'OK 12 4'], 'it waits until all that came before is in the journal')
    requests.shift()!(place())
    await untilRead()
    assert.deepEqual(texts(), ['OK 12 3', 'OK 12 4', 'OK 12 5'])
  })

  it('does not read again for a port that is closed, and does when it is open again', async () => {
    // a file in the place of the journal's folder
    const wrong = { directory: join(directory, files[0]!.path), lastSeq: 3 }
    requests.shift()!(wrong)
    await until(() => reports.length === 1)
    filter.disconnected()
    assert.equal(clock.timers, 0)
    await clock.advance(600_000)
    assert.deepEqual([requests.length, reports.length], [0, 1])
    filter.connected()
    requests.shift()!(wrong)
    filter.disconnected()
    await settle()
    assert.deepEqual(
      [requests.length, reports.length, clock.timers],
      [0, 1, 0],
      'nor where it is closed meanwhile',
    )
    filter.connected()
    requests.shift()!(place())
    await untilRead()
    assert.equal(filter.isCollector, true)
  })

  it('reads the journal at the next connection where there was none', async () => {
    requests.shift()!(undefined)
    await settle()
    filter.disconnected()
    filter.connected()
    assert.equal(requests.length, 1)
    requests.shift()!(place())
    await untilRead()
    assert.equal(filter.isCollector, true)
  })

  it('holds no more than 2,000 lines', async () => {
    for (let i = 0; i < 2_000; i++) says(`OK 12 ${i}`)
    assert.equal(given.length, 2_000)
  })

  it('does not begin with what the journal had before lines that went on, and reads again later', async () => {
    says('OK 12 3')
    requests.shift()!(place())
    // the promise goes on, and the disk has not answered: more comes than it holds
    for (let i = 0; i < 5; i++) await Promise.resolve()
    for (let i = 0; i < 2_000; i++) says(`OK 12 ${i}`)
    assert.equal(given.length, 2_001)
    await until(() => reports.length > 0)
    assert.equal(filter.isCollector, false)
    assert.match(reports.at(-1)!, /it took too long to read; it is tried again$/)
    await clock.advance(60_000)
    requests.shift()!(place())
    await untilRead()
    assert.equal(filter.isCollector, true)
  })

  it('lets them go where the connection ends, as at the end of the process', () => {
    says('OK 12 3', 'OK 12 4')
    assert.deepEqual(texts(), [])
    filter.disconnected()
    assert.deepEqual(texts(), ['OK 12 3', 'OK 12 4'])
  })

  it('lets all lines pass where nothing is logged', async () => {
    says('OK 12 3', 'DF S 601 7 1199')
    requests.shift()!(undefined)
    await settle()
    says('OK 12 4', 'DF S 602 7 1399')
    await clock.advance(60_000)
    assert.equal(given.length, 4)
    assert.deepEqual(sent, [])
  })
})
