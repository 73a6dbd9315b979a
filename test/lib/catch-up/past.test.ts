// What a gateway knows of its devices after a start: the journal's files, as they are really written.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anyDeviceDefaults } from '../../../lib/catch-up/any-device-settings.ts'
import { CollectorMemory } from '../../../lib/catch-up/memory.ts'
import type { Notice } from '../../../lib/catch-up/notice.ts'
import { readAnyPast, readPast } from '../../../lib/catch-up/past.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import type { NewEntry, NewNotice } from '../../../lib/journal/format/batch.ts'
import { escapeText } from '../../../lib/journal/format/text.ts'
import { buildJournal, inBatches, writeJournal } from '../../support/build-journal.ts'
import { hour, live, untilAsking } from './acts.ts'
import { House, startOfTime } from './house.ts'

const date = '20261121'

describe('the past of a collector', () => {
  let directory: string
  let written: Array<NewEntry | NewNotice>

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-past-'))
    written = []
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  /** A line so many seconds after midnight. */
  function line(second: number, text: string, more: Partial<NewEntry> = {}): void {
    written.push({
      kind: 'L',
      received: startOfTime + second * 1000,
      source: 'jee',
      text: escapeText(text),
      ...more,
    })
  }

  function notice({ kind, ...value }: Notice): void {
    written.push({ kind: 'N', notice: kind, json: JSON.stringify(value) })
  }

  function write(): number {
    const files = buildJournal([{ date, batches: inBatches(written, 100) }])
    writeJournal(directory, files)
    return files.at(-1)!.lastSeq
  }

  const pastOf = (lastSeq: number) => ({ directory, lastSeq, source: 'jee', missing: 60_000 })
  const read = (lastSeq: number) => readPast(systemDisk, pastOf(lastSeq))

  it('has a gap where the gateway was away, and none where the device paused', async () => {
    const started = (second: number) =>
      written.push({
        kind: 'N',
        notice: 'open',
        time: startOfTime + second * 1000,
        json: '{"epoch":"aaaaaaaa","software":"1"}',
      })
    line(1, 'OK 12 1')
    line(1.1, 'DF S 600 7 1000')
    line(400, 'OK 12 2')
    assert.equal((await read(write())).due, undefined)
    started(420)
    line(430, 'OK 12 3')
    line(430.1, 'DF S 601 7 1429')
    assert.equal((await read(write())).due, undefined)
    started(700)
    line(800, 'DF S 603 7 1799')
    assert.deepEqual((await read(write())).due, { page: 601, seq: 7, time: 1429 })
  })

  it('is what its lines and our notices say, and those of nobody else', async () => {
    line(1, 'OK 12 1 2 3')
    line(1.1, 'DF S 600 7 1000')
    line(200, 'OK 12 4', { source: 'other' })
    line(210, 'DF S 700 9 4000', { source: 'other' })
    notice({ kind: 'catchup', source: 'other', state: 'due', marker: [1, 2, 3] })
    line(300, 'OK 12 1 2 3 (-42)')
    line(300.1, 'DF S 601 7 1299')
    notice({ kind: 'catchup', source: 'jee', state: 'due', marker: [601, 7, 1299] })
    line(400, 'OK 12 9', { kind: 'R', time: startOfTime + 310_000 })
    line(400, 'OK 12 10', { kind: 'R', time: startOfTime + 311_000 })
    const memory = await read(write())
    assert.deepEqual(memory.newest, { page: 601, seq: 7, time: 1299 })
    assert.deepEqual(memory.due, { page: 601, seq: 7, time: 1299 })
    assert.deepEqual(memory.unfinished, ['12 9', '12 10'])
    assert.equal(memory.lastLine, startOfTime + 400_000)
    assert.equal(memory.hasFlash, true)
    // the pair of the first page and the second one's time
    assert.equal(memory.clocks.current?.wallOf(1299), startOfTime + 1_100)
    assert.deepEqual(memory.heard.unheard([{ packet: '12 1 2 3', time: startOfTime + 300_500 }]), [])
    assert.equal(memory.heard.unheard([{ packet: '12 4', time: startOfTime + 200_000 }]).length, 1)
  })

  it('does not count what is behind the end that it is given', async () => {
    line(1, 'DF S 600 7 1000')
    line(300, 'DF S 601 7 1299')
    line(600, 'DF S 602 7 1599')
    write()
    const memory = await read(2)
    assert.deepEqual(memory.newest, { page: 601, seq: 7, time: 1299 })
  })

  it('takes no numbers from a line that was cut', async () => {
    line(1, 'DF S 600 7 1000')
    line(300, 'DF S 601 7 12', { cut: 'end' })
    line(300, 'F S 601 7 1299', { cut: 'start' })
    const memory = await read(write())
    assert.deepEqual(memory.newest, { page: 600, seq: 7, time: 1000 })
  })

  it('is over where a notice says that it ended, and bytes that are no text are passed over', async () => {
    line(1, 'DF S 600 7 1000')
    notice({ kind: 'catchup', source: 'jee', state: 'due', marker: [600, 7, 1000] })
    line(2, 'DF R 601 7 1255')
    written.push({
      kind: 'L',
      received: startOfTime + 3_000,
      source: 'jee',
      text: escapeText(Buffer.from([0xff, 0, 1])),
    })
    notice({ kind: 'catchup', source: 'jee', state: 'ended', marker: [601, 7, 1255] })
    notice({ kind: 'gap', source: 'jee', from: null, to: 5 })
    const memory = await read(write())
    assert.deepEqual([memory.due, memory.newest], [undefined, { page: 601, seq: 7, time: 1255 }])
  })

  it('is that it has a flash memory where only a notice names a page of it', async () => {
    notice({ kind: 'catchup', source: 'jee', state: 'ended', marker: [601, 7, 1255] })
    line(3, 'OK 12 1')
    const memory = await read(write())
    assert.deepEqual([memory.hasFlash, memory.newest], [true, { page: 601, seq: 7, time: 1255 }])
  })

  it('is read farther back where the last 30,000 entries do not tell, and not beyond 300,000', async function () {
    this.timeout(60_000)
    line(1, 'DF S 600 7 1000')
    for (let i = 0; i < 40_000; i++) line(2 + i / 10_000, `${i}`, { source: 'other' })
    const memory = await read(write())
    assert.deepEqual([memory.newest?.page, memory.readSince], [600, undefined])
    for (let i = 0; i < 262_000; i++) line(10 + i / 10_000, `${i}`, { source: 'other' })
    const lastSeq = write()
    const later = await read(lastSeq)
    assert.deepEqual([later.newest, later.lastLine], [undefined, undefined])
    assert.equal(later.readSince, startOfTime + 2_000 + Math.floor((lastSeq - 300_000 - 1) / 10))
  })

  it('is read farther back where it is not known what was logged since the page that is due', async function () {
    this.timeout(60_000)
    line(1, 'DF S 600 7 1000')
    line(5, 'OK 12 1')
    for (let i = 0; i < 40_000; i++) line(10 + i / 10_000, `${i}`, { source: 'other' })
    notice({ kind: 'catchup', source: 'jee', state: 'due', marker: [600, 7, 1000] })
    line(20, 'OK 12 2')
    const memory = await read(write())
    assert.equal(memory.heard.size, 2)
  })

  it('is the same as was seen live, wherever the gateway was killed in the midst of an answer', async () => {
    for (const count of [1, 2, 17, 18, 40, 200]) {
      const house = new House()
      house.startGateway()
      live(house, hour)
      house.stopGateway()
      live(house, hour)
      house.startGateway()
      untilAsking(house)
      house.killAfter(count)
      live(house, 60_000)
      const seen = new CollectorMemory()
      written = []
      for (const item of house.journal) {
        if (item.kind === 'notice') {
          notice(item.notice)
          if ('marker' in item.notice) seen.noted(item.notice)
          continue
        }
        const { kind, text, received, time } = item
        line((received - startOfTime) / 1000, text, { kind, ...(kind === 'R' && { time }) })
        seen.observe({ text, received, ...(kind === 'R' && { time }) })
      }
      const memory = await read(write())
      assert.deepEqual(of(memory), of(seen))
      assert.ok(memory.due)
    }
  })

  it('of any other device is its last line, its last number, and what is due', async () => {
    const settings = {
      ...anyDeviceDefaults,
      replayed: '^(?<time>\\d+) (?<text>.*)',
      number: '^#(?<seq>\\d+)',
    }
    line(1, '#17 21.5')
    line(2, 'no number')
    notice({ kind: 'catchup', source: 'jee', state: 'due', since: startOfTime + 2_000, number: '17' })
    line(9, '#18 21.6', { kind: 'R', time: startOfTime + 3_000 })
    line(10, '#99 22')
    const memory = await readAnyPast(settings, systemDisk, pastOf(write()))
    assert.deepEqual(memory.due, { since: startOfTime + 2_000, number: '17' })
    assert.deepEqual([memory.number, memory.lastLine], ['99', startOfTime + 10_000])
    assert.deepEqual(memory.heard.unheard([{ packet: '#18 21.6', time: startOfTime + 3_000 }]), [])
  })
})

function of({ due, newest, saidNewest, lastLine, unfinished, pages, heard, clocks }: CollectorMemory) {
  return {
    due,
    newest,
    saidNewest,
    lastLine,
    unfinished,
    pages,
    heard: heard.size,
    now: clocks.current?.wallOf(5_000),
  }
}
