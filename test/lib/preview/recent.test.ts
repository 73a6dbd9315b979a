import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { Journal } from '../../../lib/journal/journal.ts'
import { payloadOf } from '../../../lib/preview/reading.ts'
import { recentReadings } from '../../../lib/preview/recent.ts'

/** noon of today, by the clock that the journal goes by: so all of it stands in one file */
const day = Math.floor(Date.now() / 86_400_000) * 86_400_000 + 43_200_000

describe('preview: the last readings of a journal', () => {
  let directory: string
  let journal: Journal

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-recent-'))
    journal = new Journal({ directory, flushInterval: 0 })
    await journal.start()
  })
  afterEach(async () => {
    await journal.stop()
    rmSync(directory, { recursive: true })
  })

  async function write(count: number, from = 0): Promise<void> {
    for (let i = from; i < from + count; i++) {
      journal.append({ kind: 'L', source: 'ttyUSB0', text: `line ${i}`, received: day + i })
      if (i % 7 === 0) await journal.flush()
    }
    await journal.flush()
  }

  it('is empty for an empty journal', async () => {
    assert.deepEqual(await recentReadings(systemDisk, directory, 10), {
      lastSeq: 0,
      readings: [],
      leftOut: 0,
    })
    const missing = await recentReadings(systemDisk, join(directory, 'none'), 10)
    assert.deepEqual(missing, { lastSeq: 0, readings: [], leftOut: 0 })
  })

  it('gives the last ones in order, with their ids and what was received', async () => {
    await write(40)
    const { lastSeq, readings, leftOut } = await recentReadings(systemDisk, directory, 3)
    assert.deepEqual([lastSeq, leftOut], [40, 0])
    assert.deepEqual(
      readings.map(({ seq, text }) => [seq, text]),
      [
        [38, 'line 37'],
        [39, 'line 38'],
        [40, 'line 39'],
      ],
    )
    assert.deepEqual(readings[0], {
      seq: 38,
      id: `${journal.epoch}-38`,
      kind: 'L',
      source: 'ttyUSB0',
      received: day + 37,
      time: day + 37,
      text: 'line 37',
    })
    assert.equal((await recentReadings(systemDisk, directory, 9_999)).readings.length, 40)
  })

  it('gives those from a moment on, and says where earlier ones of them do not fit', async () => {
    await write(40)
    const seqs = async (limit: number, since: number) => {
      const { readings, leftOut, isCut } = await recentReadings(systemDisk, directory, limit, { since })
      return [readings[0]?.seq, readings.length, leftOut, isCut]
    }
    assert.deepEqual(await seqs(100, day + 30), [31, 10, 0, undefined])
    assert.deepEqual(await seqs(5, day + 30), [36, 5, 0, true])
    assert.deepEqual(await seqs(100, 0), [1, 40, 0, undefined])
    assert.deepEqual(await seqs(100, day + 1_000), [undefined, 0, 0, undefined])
  })

  it('ends where nobody wants it any more', async () => {
    await write(40)
    const { readings } = await recentReadings(systemDisk, directory, 40, { signal: AbortSignal.abort() })
    assert.deepEqual(readings, [])
  })

  it('reaches over the days', async () => {
    await write(5)
    journal.append({ kind: 'L', source: 'a', text: 'tomorrow', received: day + 86_400_000 })
    await journal.flush()
    const { readings } = await recentReadings(systemDisk, directory, 2)
    assert.deepEqual(
      readings.map(({ text }) => text),
      ['line 4', 'tomorrow'],
    )
  })

  it('gives bytes that are no text, escaped text, and structured events as nodes get them', async () => {
    journal.append({ kind: 'L', source: 'a', text: '\\xff\\x00', received: day })
    journal.append({ kind: 'L', source: 'a', text: 'tab\\x09 \\x5c', received: day })
    journal.append({ kind: 'E', source: 'a', text: '{"eventId":7,"data":{"rpm":1400}}', received: day })
    await journal.flush()
    const { readings } = await recentReadings(systemDisk, directory, 3)
    assert.deepEqual(readings.map(payloadOf), [
      Uint8Array.of(255, 0),
      'tab\t \\',
      { eventId: 7, data: { rpm: 1400 } },
    ])
  })

  it('does not look at what no C line closes', async () => {
    await write(3)
    appendFileSync(join(directory, '2026/20261121.txt'), 'L 12:00:09.000 a unfinished\n')
    const { lastSeq, readings } = await recentReadings(systemDisk, directory, 10)
    assert.equal(lastSeq, 3)
    assert.equal(readings.at(-1)?.text, 'line 2')
  })

  it('keeps to its limit of memory: the newest long lines stay', async () => {
    const long = 'x'.repeat(1_000_000)
    for (let i = 0; i < 6; i++) journal.append({ kind: 'L', source: 'a', text: long, received: day })
    journal.append({ kind: 'L', source: 'a', text: 'last', received: day })
    await journal.flush()
    const { readings, leftOut } = await recentReadings(systemDisk, directory, 10)
    assert.deepEqual(
      readings.map(({ seq }) => seq),
      [4, 5, 6, 7],
    )
    assert.equal(leftOut, 3)
  })
})
