// A table of what can befall the bytes of a journal, and exactly what is left of it: for a reader as it stands, and
// after a writer has opened it.
import assert from 'node:assert/strict'
import type { Salvage } from '../../../lib/journal/recovery.ts'
import { directory, type Found } from './machine.ts'
import { batchesOf, days, flipped, linesOf, machineWith, type Sample, sampleJournal } from './sample.ts'

const [first, second, third] = days
type Files = Map<string, Buffer>

/** Entries that a reader does not get, and what it says of them: `to` < `from` where none is missing. */
type Report = [file: string, from: number, to: number]

interface Row {
  what: string
  damage(files: Files): void
  reports: Report[]
  /** entries that are missing although no report says so */
  silent?: number[]
  /** the same after a writer has opened the journal; default: no change */
  opened?: Report[]
  silentOpened?: number[]
  salvages?: Array<Partial<Salvage>>
  /** kept, with a wrong byte */
  altered?: number[]
}

/** Changes a line of a file; the nth that begins so. */
function change(files: Files, path: string, start: string, n: number, edit: (line: string) => string): void {
  const bytes = files.get(path)!
  const line = linesOf(bytes).filter(({ text }) => text.startsWith(start))[n]!
  const text = bytes.toString('latin1', line.at, line.end)
  files.set(
    path,
    Buffer.concat([bytes.subarray(0, line.at), Buffer.from(edit(text), 'latin1'), bytes.subarray(line.end)]),
  )
}

const batch = (files: Files, path: string, n: number) => batchesOf(files.get(path)!)[n]!

function zero(files: Files, path: string, from: number, to: number): void {
  files.get(path)!.fill(0, from, to)
}

/** Takes bytes out of a file. */
function cutOut(files: Files, path: string, from: number, to: number): void {
  const bytes = files.get(path)!
  files.set(path, Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]))
}

const wrong = (line: string) => line.replace(/.(?=\n)/, (digit) => (digit === '0' ? '1' : '0'))

// the sample: `first` has entries 1…6, `second` 7…12, `third` 13…18, two in each batch
const table: Row[] = [
  { what: 'nothing', damage: () => {}, reports: [] },
  {
    what: 'a byte of an entry in the middle of a file',
    damage: (files) => change(files, second, 'L', 1, (line) => line.replace('line', 'lime')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the source of an entry, so that it is no line any more',
    damage: (files) => change(files, second, 'L', 1, (line) => line.replace('tty', 't y')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the checksum of a C',
    damage: (files) => change(files, second, 'C', 1, wrong),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the seq of a C, upward',
    damage: (files) => change(files, second, 'C', 1, (line) => line.replace(' 10 ', ' 90 ')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the seq of a C, downward',
    damage: (files) => change(files, second, 'C', 1, (line) => line.replace(' 10 ', ' 8 ')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the count of a C',
    damage: (files) => change(files, second, 'C', 1, (line) => line.replace(' 3 10 ', ' 4 10 ')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the letter of a C: its batch runs into the next',
    damage: (files) => change(files, second, 'C', 0, (line) => line.replace('C ', 'D ')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the LF in front of a C',
    damage: (files) => change(files, second, 'E', 0, (line) => line.replace('\n', 'J')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the LF behind a C: nothing else of it is wrong',
    damage: (files) => change(files, second, 'C', 0, (line) => line.replace('\n', 'J')),
    reports: [],
  },
  {
    what: 'the LF behind a C, and its checksum',
    damage: (files) => change(files, second, 'C', 0, (line) => wrong(line).replace('\n', 'J')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the LF between two entries',
    damage: (files) => change(files, second, 'L', 0, (line) => line.replace('\n', 'J')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'two batches in a row',
    damage: (files) => {
      change(files, second, 'C', 1, wrong)
      change(files, second, 'C', 2, wrong)
    },
    reports: [
      [second, 9, 12],
      [second, 13, 12],
    ],
  },
  {
    what: 'a batch of zeros, up to its last LF',
    damage: (files) => zero(files, second, batch(files, second, 1).at, batch(files, second, 1).end - 1),
    reports: [[second, 9, 10]],
  },
  {
    what: 'a batch of zeros with its LF: where the next one begins cannot be told',
    damage: (files) => zero(files, second, batch(files, second, 1).at, batch(files, second, 1).end),
    reports: [[second, 9, 12]],
  },
  {
    what: 'zeros over the end of one batch and the start of the next',
    damage: (files) => zero(files, second, batch(files, second, 1).at - 10, batch(files, second, 1).at + 10),
    reports: [[second, 7, 10]],
  },
  {
    what: 'a whole file of zeros',
    damage: (files) => zero(files, second, 0, files.get(second)!.length),
    reports: [[second, 7, 12]],
  },
  {
    what: 'a batch that is not there',
    damage: (files) => cutOut(files, second, batch(files, second, 1).at, batch(files, second, 1).end),
    reports: [[second, 9, 10]],
  },
  {
    what: 'an entry that is not there',
    damage: (files) => change(files, second, 'L', 1, () => ''),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the end of a file that is not the last',
    damage: (files) => cutOut(files, second, batch(files, second, 2).at + 30, batch(files, second, 2).end),
    reports: [[second, 11, 12]],
  },
  {
    what: 'the H of a file in the middle: unreadable',
    damage: (files) => change(files, second, 'H', 0, (line) => line.replace('fieldlog', 'fieldl0g')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the H of a file in the middle: another epoch',
    damage: (files) => change(files, second, 'H', 0, (line) => line.replace('epoch000', 'epoch0x0')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the H of a file in the middle: another first seq',
    damage: (files) => change(files, second, 'H', 0, (line) => line.replace(' 7 ', ' 9 ')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the H of a file in the middle: the file before is shorter',
    damage: (files) => change(files, second, 'H', 0, (line) => line.replace(/txt \d/, 'txt 1')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the H of the first file',
    damage: (files) => change(files, first, 'H', 0, (line) => line.replace('fieldlog', 'fieldl0g')),
    // its first batch holds the notice of the start only
    reports: [[first, 1, 0]],
  },
  {
    what: 'a file in the middle that is not there',
    damage: (files) => {
      files.delete(second)
    },
    reports: [[second, 7, 12]],
  },
  {
    what: 'the last file that is not there: nothing says that there was one',
    damage: (files) => {
      files.delete(third)
    },
    reports: [],
    silent: [13, 14, 15, 16, 17, 18],
  },
  {
    what: 'a last file that is empty',
    damage: (files) => {
      files.set('2026/20261124.txt', Buffer.alloc(0))
    },
    reports: [],
    salvages: [{ file: '2026/20261124.txt', entries: 0, tornBytes: 0, torn: '2026/20261124.txt.torn' }],
  },
  {
    what: 'a last file of zeros',
    damage: (files) => {
      files.set('2026/20261124.txt', Buffer.alloc(700))
    },
    reports: [],
    salvages: [{ file: '2026/20261124.txt', entries: 0, tornBytes: 700, torn: '2026/20261124.txt.torn' }],
  },
  {
    what: 'the last batch twice',
    damage: (files) => {
      const { at, end } = batch(files, third, 2)
      files.set(third, Buffer.concat([files.get(third)!, files.get(third)!.subarray(at, end)]))
    },
    reports: [[third, 19, 18]],
  },
  {
    what: 'the last two batches, and the one before again',
    damage: (files) => {
      const { at, end } = batch(files, third, 1)
      files.set(third, Buffer.concat([files.get(third)!, files.get(third)!.subarray(at, end)]))
    },
    reports: [[third, 19, 18]],
  },
  {
    what: 'the checksum of the last batch: a start takes its whole lines',
    damage: (files) => change(files, third, 'C', 2, wrong),
    reports: [[third, 17, 18]],
    opened: [],
    salvages: [{ file: third, entries: 2, torn: `${third}.torn`, suspect: true }],
  },
  {
    what: 'an entry of the last batch: a start takes what stands in front of it',
    damage: (files) => change(files, third, 'E', 2, (line) => line.replace('{', '[')),
    reports: [[third, 17, 18]],
    opened: [],
    silentOpened: [18],
    salvages: [{ file: third, entries: 1, torn: `${third}.torn` }],
  },
  {
    what: 'the H of a last file with several batches',
    damage: (files) => change(files, third, 'H', 0, (line) => line.replace('fieldlog', 'fieldl0g')),
    reports: [[third, 13, 14]],
  },
]

const again = { file: third, entries: 2, torn: `${third}.torn`, suspect: true } as const

/** The same with one batch only in the last file: 13 and 14, and no C that could be sound without its H. */
const shortTable: Row[] = [
  {
    what: 'an unreadable H',
    damage: (files) => change(files, third, 'H', 0, (line) => line.replace('fieldlog', 'fieldl0g')),
    reports: [],
    silent: [13, 14],
    silentOpened: [],
    salvages: [again],
  },
  {
    what: 'an H of zeros',
    damage: (files) => zero(files, third, 0, linesOf(files.get(third)!)[0]!.end - 1),
    reports: [],
    silent: [13, 14],
    silentOpened: [],
    salvages: [again],
  },
  {
    what: 'an H that lost its LF',
    damage: (files) => change(files, third, 'H', 0, (line) => line.replace('\n', 'J')),
    reports: [],
    silent: [13, 14],
    silentOpened: [],
    salvages: [again],
  },
  {
    what: 'no H at all',
    damage: (files) => change(files, third, 'H', 0, () => ''),
    reports: [],
    silent: [13, 14],
    silentOpened: [],
    salvages: [again],
  },
  ...(
    [
      ['another epoch', 'epoch000', 'epoch0x0'],
      ['a higher first seq', ' 13 ', ' 93 '],
      ['the file before shorter', /txt \d/, 'txt 1'],
      ['another hash', / (?=.{64}\n)./, ' e'],
    ] as const
  ).map(
    ([what, from, to]): Row => ({
      what: `an H with ${what}`,
      damage: (files) => change(files, third, 'H', 0, (line) => line.replace(from, to)),
      reports: [[third, 13, 14]],
      opened: [],
      salvages: [again],
    }),
  ),
  {
    what: 'an H with another time, which changes no entry',
    damage: (files) => change(files, third, 'H', 0, (line) => line.replace('12:00', '12:01')),
    reports: [[third, 13, 14]],
    opened: [],
    salvages: [again],
  },
  {
    what: 'a C with another seq',
    damage: (files) => change(files, third, 'C', 0, (line) => line.replace(' 14 ', ' 12 ')),
    reports: [[third, 13, 12]],
    silent: [13, 14],
    opened: [],
    silentOpened: [],
    salvages: [again],
  },
]

function check(title: string, batches: number, rows: readonly Row[]): void {
  describe(title, () => {
    let sample: Sample
    before(async () => {
      sample = await sampleJournal(batches)
    })
    for (const row of rows) {
      it(row.what, async () => {
        const files: Files = new Map([...sample.files].map(([path, bytes]) => [path, Buffer.from(bytes)]))
        row.damage(files)
        const machine = machineWith(files)
        checkReading(sample, await machine.read(), row.reports, row.silent ?? [], [])
        const process = machine.boot()
        let salvages: Salvage[] = []
        await machine.during(process, async () => {
          salvages = (await process.journal.start()).salvages
        })
        const silent = row.silentOpened ?? row.silent ?? []
        checkReading(sample, await machine.read(), row.opened ?? row.reports, silent, row.altered ?? [])
        assert.equal(salvages.length, row.salvages?.length ?? 0)
        for (const [i, part] of (row.salvages ?? []).entries())
          assert.deepEqual({ ...salvages[i], ...part }, salvages[i])
      })
    }
  })
}

type Reading = Awaited<ReturnType<ReturnType<typeof machineWith>['read']>>

function checkReading(
  sample: Sample,
  { entries, damage }: Reading,
  reports: Report[],
  silent: readonly number[],
  altered: readonly number[],
): void {
  assert.deepEqual(
    damage.map(({ file, from, to }) => [file, from, to]),
    reports,
  )
  const missing = (seq: number) =>
    silent.includes(seq) || reports.some(([, from, to]) => from <= seq && seq <= to)
  const expected = sample.entries.filter((_, index) => !missing(index + 1))
  assert.deepEqual(
    entries.map(({ id }) => id),
    expected.map(({ id }) => id),
  )
  for (const [i, entry] of entries.entries())
    if (!altered.includes(seqOf(entry))) assert.deepEqual(entry, expected[i])
}

const seqOf = ({ id }: Found) => Number(id.slice(9))

describe('journal: corruption', () => {
  check('of files with three batches', 3, table)
  check('of a last file with one batch', 1, shortTable)

  it('of any bit costs a reader one batch at most, and it says which', async () => {
    const sample = await sampleJournal()
    for (const [path, bytes] of sample.files) {
      const batches = batchesOf(bytes)
      for (let at = 0; at < bytes.length; at++) {
        const bit = (at * 5) % 8
        const machine = machineWith(sample.files)
        machine.disk.place(`${directory}/${path}`, flipped(bytes, at, bit))
        const { entries, damage } = await machine.read()
        const where = `${path} byte ${at} bit ${bit}`
        const { seqs } = batches.find(({ end }) => at < end)!
        const lost = sample.entries.map(seqOf).filter((seq) => !entries.some((entry) => seqOf(entry) === seq))
        // a bit of the only notice that says the epoch may change it
        const known = linesOf(bytes).every(
          (line) => !line.text.includes(' open ') || at < line.at || at >= line.end,
        )
        const shown = (entry: Found) => (known ? entry : { ...entry, id: seqOf(entry) })
        assert.deepEqual(
          entries.map(shown),
          sample.entries.filter((entry) => !lost.includes(seqOf(entry))).map(shown),
          where,
        )
        if (lost.length === 0) continue
        assert.deepEqual(lost, seqs, where)
        // lines at the end that no C closes may be the writer's, who is about to
        if (damage.length === 0) assert.equal(seqs.at(-1), 18, where)
        else
          assert.ok(
            damage.some((one) => one.file === path && one.offset <= at && at < one.end),
            where,
          )
      }
    }
  })

  it('of any bit of H or C costs a last file with one batch nothing, and of another line only what follows', async () => {
    const sample = await sampleJournal(1)
    const bytes = sample.files.get(third)!
    for (const { at: start, end, text } of linesOf(bytes)) {
      for (let at = start; at < end; at++) {
        for (const bit of [at % 8, (at + 3) % 8]) {
          const where = `${third} byte ${at} bit ${bit}: ${text}`
          const machine = machineWith(sample.files)
          machine.disk.place(`${directory}/${third}`, flipped(bytes, at, bit))
          const process = await machine.open()
          const { entries } = await machine.read()
          const whole = /^[HC]/.test(text) ? 14 : text.startsWith('L') ? 12 : 13
          assert.deepEqual(entries.slice(0, whole), sample.entries.slice(0, whole), where)
          assert.ok(entries.length <= 14, where)
          assert.equal(process.journal.lastSeq, entries.length, where)
          // it goes on behind them
          machine.log(process, 'next')
          await machine.during(process, () => process.journal.flush())
          const last = (await machine.read()).entries.at(-1)
          assert.equal(last && seqOf(last), entries.length + 1, where)
        }
      }
    }
  })
})
