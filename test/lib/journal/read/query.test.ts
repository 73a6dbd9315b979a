import assert from 'node:assert/strict'
import type { NewEntry } from '../../../../lib/journal/format/batch.ts'
import { followJournal } from '../../../../lib/journal/read/follow.ts'
import { type Query, queryJournal } from '../../../../lib/journal/read/query.ts'
import { type BuiltFile, buildJournal, inBatches, lines } from '../../../support/build-journal.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import { archive, directory, diskWith, threeDays } from '../support/archived.ts'

const utc = (text: string) => Date.parse(`${text}Z`)

/** The third day also has two lines of 2012, as an import leaves them. */
const imported: NewEntry[] = ['2012-11-30T10:00:00.000', '2012-11-30T11:00:00.000'].map((time) => ({
  kind: 'R',
  received: utc('2026-11-21T00:00:00.000'),
  time: utc(time),
  source: 'usb-A40117UK',
  text: 'OK 3 1',
}))
const files = buildJournal([
  { date: '20261119', batches: inBatches(lines('20261119', 60), 7) },
  {
    date: '20261120',
    batches: inBatches([...lines('20261120', 30), ...lines('20261120', 30, (n) => `b${n}`, 'usb0')], 7),
  },
  { date: '20261121', batches: [lines('20261121', 4), imported] },
])

async function seqs(query: Query, archived: number[] = [], own: BuiltFile[] = files): Promise<number[]> {
  const disk = diskWith(own)
  for (const index of archived) await archive(disk, own, index)
  const found: number[] = []
  for await (const part of queryJournal(disk, directory, query)) {
    assert.equal(part.kind, 'entries')
    if (part.kind === 'entries') found.push(...part.entries.map(({ seq }) => seq))
  }
  assert.equal(disk.openFiles, 0)
  return found
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('queryJournal', () => {
  for (const archived of [[], [0, 1]]) {
    const form = archived.length === 0 ? 'plain' : 'archived'

    it(`finds by seq, both ends included (${form})`, async () => {
      assert.deepEqual(await seqs({}, archived), range(1, 126))
      assert.deepEqual(await seqs({ fromSeq: 59, toSeq: 63 }, archived), range(59, 63))
      assert.deepEqual(await seqs({ fromSeq: 126 }, archived), [126])
      assert.deepEqual(await seqs({ fromSeq: 127 }, archived), [])
      assert.deepEqual(await seqs({ toSeq: 2 }, archived), [1, 2])
    })

    it(`finds by time, both ends included (${form})`, async () => {
      const fromTime = utc('2026-11-19T00:00:58.000')
      assert.deepEqual(await seqs({ fromTime, toTime: utc('2026-11-20T00:00:02.000') }, archived), [
        ...range(58, 60),
        61,
        62,
        91,
        92,
      ])
      assert.deepEqual(await seqs({ fromTime: utc('2026-11-21T00:00:03.000') }, archived), [123, 124])
      assert.deepEqual(await seqs({ toTime: utc('2026-11-19T00:00:01.999') }, archived), [1, 125, 126])
    })

    it(`finds what came later than the moment it belongs to (${form})`, async () => {
      const query = { fromTime: utc('2012-11-30T00:00:00.000'), toTime: utc('2012-11-30T10:30:00.000') }
      assert.deepEqual(await seqs(query, archived), [125])
    })

    it(`finds by source, and by all conditions together (${form})`, async () => {
      assert.deepEqual(await seqs({ sources: new Set(['usb0']) }, archived), range(91, 120))
      assert.deepEqual(
        await seqs({ sources: new Set(['usb0', 'usb-A40117UK']), fromSeq: 119, toSeq: 125 }, archived),
        [119, 120, 125],
      )
    })
  }

  it('reads only the blocks of an archive that may hold the time', async () => {
    const disk = diskWith(threeDays)
    await archive(disk, threeDays, 1)
    const counting = new FaultDisk(disk)
    const found: number[] = []
    // entry 40,000 of the day: in the last block
    const time = utc('2026-11-20T00:00:00.000') + 40_000_000
    for await (const part of queryJournal(counting, directory, { fromTime: time, toTime: time })) {
      if (part.kind === 'entries') found.push(...part.entries.map(({ seq }) => seq))
    }
    assert.deepEqual(found, [40_030])
  })

  it('gives what is damaged in the range, and not what is before it', async () => {
    const disk = diskWith(files)
    const bytes = disk.peek(`${directory}/${files[0]!.path}`)!
    bytes.write('X', bytes.indexOf('line 10'))
    disk.drop(`${directory}/${files[0]!.path}`)
    disk.place(`${directory}/${files[0]!.path}`, bytes)
    const found = async (query: Query) => {
      const parts: string[] = []
      for await (const part of queryJournal(disk, directory, query)) {
        if (part.kind === 'damage') parts.push(`damage ${part.from}-${part.to}`)
        else if (part.kind === 'poison') parts.push(`poison ${part.entry.seq}`)
        else parts.push(`${part.entries[0]!.seq}-${part.entries.at(-1)!.seq}`)
      }
      return parts
    }
    assert.deepEqual(await found({ fromSeq: 6, toSeq: 16 }), ['6-7', 'damage 8-14', '15-16'])
    assert.deepEqual(await found({ fromSeq: 10, toSeq: 16 }), ['damage 8-14', '15-16'])
    assert.deepEqual(await found({ fromSeq: 15, toSeq: 16 }), ['15-16'])
    assert.deepEqual(await found({ fromSeq: 1, toSeq: 7 }), ['1-7'])
  })
})

describe('followJournal', () => {
  it('gives what is there, then what is written, over the end of a file, until it is stopped', async () => {
    const disk = diskWith(files.slice(0, 1))
    const time = new FakeClock()
    const stop = new AbortController()
    const found: number[] = []
    const done = (async () => {
      const options = { signal: stop.signal, clock: time }
      for await (const part of followJournal(disk, directory, { fromSeq: 59 }, options)) {
        if (part.kind === 'entries') found.push(...part.entries.map(({ seq }) => seq))
      }
    })()
    const reach = async (seq: number) => {
      for (let turn = 0; found.at(-1) !== seq; turn++) {
        assert.ok(turn < 1000, `${found.at(-1)} after a thousand looks, not ${seq}`)
        await time.advance(250)
      }
    }
    await reach(60)
    const second = files[1]!
    // the first part of a batch that is being written, behind some that are closed
    const open = second.bytes.subarray(0, second.bytes.indexOf('\nC ', 1000) + 5)
    disk.place(`${directory}/${second.path}`, open)
    await reach(60 + closedIn(open))
    disk.drop(`${directory}/${second.path}`)
    disk.place(`${directory}/${second.path}`, second.bytes)
    await reach(120)
    disk.place(`${directory}/${files[2]!.path}`, files[2]!.bytes)
    await reach(126)
    stop.abort()
    await done
    assert.deepEqual(found, range(59, 126))
    assert.equal(time.timers, 0)
  })

  it('goes by source and ends at a seq', async () => {
    const found: number[] = []
    const query = { sources: new Set(['usb0']), toSeq: 100 }
    for await (const part of followJournal(diskWith(files), directory, query, {
      signal: new AbortController().signal,
    })) {
      if (part.kind === 'entries') found.push(...part.entries.map(({ seq }) => seq))
    }
    assert.deepEqual(found, range(91, 100))
  })
})

/** Entries in the closed batches of a text. */
function closedIn(text: Buffer): number {
  const marks = [...text.toString('latin1').matchAll(/\nC \S+ (\d+) /g)]
  return marks.reduce((sum, [, count]) => sum + Number(count), 0)
}
