import assert from 'node:assert/strict'
import type { Finding } from '../../../../lib/journal/inspect/findings.ts'
import { verifyJournal } from '../../../../lib/journal/inspect/verify.ts'
import {
  type BuiltFile,
  buildJournal,
  type FilePlan,
  inBatches,
  lines,
} from '../../../support/build-journal.ts'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { archive, directory, diskWith } from '../support/archived.ts'

const dates = ['20261118', '20261119', '20261120', '20261121']
const plan = (date: string): FilePlan => ({ date, batches: inBatches(lines(date, 10), 4) })
const notice = (kind: string, value: unknown) => [
  { kind: 'N' as const, notice: kind, json: JSON.stringify(value) },
]
/** Four days of ten entries in batches of 4, 4 and 2. */
const files = buildJournal(dates.map(plan))
const [first, second, third, last] = files as [BuiltFile, BuiltFile, BuiltFile, BuiltFile]
const at = (file: BuiltFile) => `${directory}/${file.path}`

/** Where a batch of a file begins. */
function batchAt(file: BuiltFile, number: number): number {
  let offset = 0
  for (let i = 0; i < number; i++) {
    const mark = file.bytes.indexOf('\nC ', offset)
    offset = file.bytes.indexOf('\n', mark + 1) + 1
  }
  return offset
}

function flip(disk: MemoryDisk, path: string, offset: number): void {
  const bytes = disk.peek(path)!
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset)
  disk.drop(path)
  disk.place(path, bytes)
}

function cut(disk: MemoryDisk, path: string, size: number): void {
  const bytes = disk.peek(path)!.subarray(0, size)
  disk.drop(path)
  disk.place(path, bytes)
}

interface Case {
  name: string
  files?: BuiltFile[]
  /** files that are archived before */
  archived?: number[]
  spoil(disk: MemoryDisk): void
  /** the first problem */
  first: Partial<Finding>
  text: RegExp
}

const cases: Case[] = [
  {
    name: 'a flipped bit in an entry',
    spoil: (disk) => flip(disk, at(second), batchAt(second, 1) + 20),
    first: {
      file: second.path,
      kind: 'damage',
      offset: batchAt(second, 1),
      end: batchAt(second, 2),
      from: 15,
      to: 18,
    },
    text: /^bytes \d+ to \d+: the checksum does not match; entries 15 to 18 cannot be read$/,
  },
  {
    name: 'a flipped bit in the last batch of a finished file',
    spoil: (disk) => flip(disk, at(second), batchAt(second, 2) + 20),
    first: { file: second.path, kind: 'damage', from: 19, to: 20 },
    text: /entries 19 to 20 cannot be read/,
  },
  {
    name: 'a flipped bit in H',
    spoil: (disk) => flip(disk, at(third), 30),
    first: { file: third.path, kind: 'damage', offset: 0, from: 21, to: 24 },
    text: /entries 21 to 24 cannot be read/,
  },
  {
    name: 'a batch that was cut out',
    spoil(disk) {
      const bytes = disk.peek(at(second))!
      disk.drop(at(second))
      disk.place(
        at(second),
        Buffer.concat([bytes.subarray(0, batchAt(second, 1)), bytes.subarray(batchAt(second, 2))]),
      )
    },
    first: { file: second.path, kind: 'seq', from: 15, to: 18 },
    text: /^at byte \d+ entries 15 to 18 are missing$/,
  },
  {
    name: 'a batch that is there twice',
    spoil(disk) {
      const bytes = disk.peek(at(last))!
      disk.drop(at(last))
      disk.place(
        at(last),
        Buffer.concat([bytes.subarray(0, batchAt(last, 2)), bytes.subarray(batchAt(last, 1))]),
      )
    },
    first: { file: last.path, kind: 'seq', offset: batchAt(last, 2) },
    text: /^at byte \d+ entries 35 to 38 follow entry 38$/,
  },
  {
    name: 'a file in the middle that is missing',
    spoil: (disk) => disk.drop(at(second)),
    first: { file: second.path, kind: 'missing', from: 11, to: 20 },
    text: /^the file is missing; entries 11 to 20 are lost$/,
  },
  {
    name: 'a first file that is missing without a notice',
    spoil: (disk) => disk.drop(at(first)),
    first: { file: first.path, kind: 'missing', from: 1, to: 10 },
    text: /^the file is missing; entries 1 to 10 are lost, and no retention notice covers them$/,
  },
  {
    name: 'more missing in front than the notice says',
    files: buildJournal([
      ...dates.slice(0, 3).map(plan),
      { date: '20261121', batches: [notice('retention', { upTo: first.path, lastSeq: 10 })] },
    ]),
    spoil(disk) {
      disk.drop(at(first))
      disk.drop(at(second))
    },
    first: { file: second.path, kind: 'missing', from: 11, to: 20 },
    text: /no retention notice covers them/,
  },
  {
    name: 'damage at the start of what retention left',
    files: buildJournal([
      ...dates.slice(0, 3).map(plan),
      { date: '20261121', batches: [notice('retention', { upTo: first.path, lastSeq: 10 })] },
    ]),
    spoil(disk) {
      disk.drop(at(first))
      flip(disk, at(second), batchAt(second, 1) - 60)
    },
    first: { file: second.path, kind: 'damage', offset: 0, end: batchAt(second, 1) },
    text: /the checksum does not match$/,
  },
  {
    name: 'a finished file that lost its end',
    spoil: (disk) => cut(disk, at(second), batchAt(second, 2)),
    first: { file: second.path, kind: 'missing', offset: batchAt(second, 2), from: 19, to: 20 },
    text: /its end is missing; entries 19 to 20 are lost$/,
  },
  {
    name: 'a finished file that was emptied',
    spoil: (disk) => cut(disk, at(second), 0),
    first: { file: second.path, kind: 'unreadable', from: 11, to: 20 },
    text: /^nothing in it can be read; entries 11 to 20 are lost$/,
  },
  {
    name: 'a batch that was replaced by another with a right checksum',
    spoil(disk) {
      const forged = buildJournal([
        plan('20261118'),
        {
          date: '20261119',
          batches: inBatches(
            lines('20261119', 10, (n) => `LINE ${n}`),
            4,
          ),
        },
      ])
      disk.drop(at(second))
      disk.place(at(second), forged[1]!.bytes)
    },
    first: { file: second.path, kind: 'chain' },
    text: /^its SHA-256 is [0-9a-f]{64}, but the chain says [0-9a-f]{64}: its bytes are not those/,
  },
  {
    name: 'a hash in a notice that is not the file’s',
    files: buildJournal([
      plan('20261118'),
      {
        date: '20261119',
        unhashed: true,
        batches: [notice('hash', { file: '2026/20261118.txt', sha256: 'a'.repeat(64) })],
      },
    ]),
    spoil: () => {},
    first: { file: first.path, kind: 'chain' },
    text: /the chain says a{64}/,
  },
  {
    name: 'two files that changed places',
    spoil(disk) {
      const [a, b] = [disk.peek(at(second))!, disk.peek(at(third))!]
      for (const file of [second, third]) disk.drop(at(file))
      disk.place(at(second), b)
      disk.place(at(third), a)
    },
    first: { file: second.path, kind: 'chain' },
    text: /^its H names 2026\/20261119.txt as the one before it, not 2026\/20261120.txt$/,
  },
  {
    name: 'an archive with a broken member',
    archived: [1],
    spoil: (disk) => flip(disk, `${at(second)}.gz`, 60),
    first: { file: `${second.path}.gz`, kind: 'gzip', offset: 0 },
    text: /^the gzip member at byte 0 cannot be decompressed$/,
  },
  {
    name: 'an archive with a broken member, and no index',
    archived: [1],
    spoil(disk) {
      flip(disk, `${at(second)}.gz`, 60)
      disk.drop(at(second).replace('.txt', '.idx'))
    },
    first: { file: `${second.path}.gz`, kind: 'unreadable', from: 11, to: 20 },
    text: /nothing in it can be read/,
  },
  {
    name: 'an archive that was cut off',
    archived: [1],
    spoil: (disk) => cut(disk, `${at(second)}.gz`, 100),
    first: { file: `${second.path}.gz`, kind: 'gzip' },
    text: /cannot be decompressed/,
  },
]

describe('verifyJournal', () => {
  it('accepts a whole journal and counts it', async () => {
    const { problems, notes, ...counts } = await verifyJournal(diskWith(files), directory)
    assert.deepEqual(problems, [])
    assert.deepEqual(notes, [])
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
    assert.deepEqual(counts, { files: 4, bytes, entries: 40, firstSeq: 1, lastSeq: 40 })
  })

  it('accepts archives as it accepts plain files', async () => {
    const disk = diskWith(files)
    for (const index of [0, 1, 2]) await archive(disk, files, index)
    const { problems, entries } = await verifyJournal(disk, directory)
    assert.deepEqual(problems, [])
    assert.equal(entries, 40)
  })

  for (const { name, files: own = files, archived = [], spoil, first, text } of cases) {
    it(`names the file and the reason: ${name}`, async () => {
      const disk = diskWith(own)
      for (const index of archived) await archive(disk, own, index)
      spoil(disk)
      const { problems } = await verifyJournal(disk, directory)
      const [problem] = problems
      assert.ok(problem, 'nothing was found')
      const named = Object.fromEntries(Object.keys(first).map((key) => [key, problem[key as keyof Finding]]))
      assert.deepEqual(named, first, JSON.stringify(problems, null, 1))
      assert.match(problem.text, text)
      assert.equal(disk.openFiles, 0)
    })
  }

  it('names every flipped bit of a finished file, and the file that it is in', async () => {
    for (let offset = 0; offset < second.bytes.length; offset += 3) {
      const disk = diskWith(files)
      flip(disk, at(second), offset)
      const { problems } = await verifyJournal(disk, directory)
      assert.equal(problems[0]?.file, second.path, `byte ${offset}: ${JSON.stringify(problems)}`)
    }
  })

  it('names every flipped bit of the last file', async () => {
    for (let offset = 0; offset < last.bytes.length; offset++) {
      const disk = diskWith(files)
      flip(disk, at(last), offset)
      const { problems } = await verifyJournal(disk, directory)
      assert.equal(problems[0]?.file, last.path, `byte ${offset}`)
    }
  })

  it('accepts the first part of a batch that is being written, at any byte', async () => {
    for (let size = batchAt(last, 2); size < last.bytes.length; size++) {
      const disk = diskWith(files)
      cut(disk, at(last), size)
      const { problems, notes } = await verifyJournal(disk, directory)
      assert.deepEqual(problems, [], `${size} bytes`)
      assert.equal(notes.length, size > batchAt(last, 2) ? 1 : 0)
    }
  })

  it('accepts exactly the missing front that a notice covers', async () => {
    const noted = buildJournal([
      ...dates.slice(0, 3).map(plan),
      { date: '20261121', batches: [notice('retention', { upTo: second.path, lastSeq: 20 })] },
    ])
    const disk = diskWith(noted)
    disk.drop(at(first))
    assert.deepEqual((await verifyJournal(disk, directory)).problems, [], 'the removal was cut short')
    disk.drop(at(second))
    const { problems, firstSeq, lastSeq, entries } = await verifyJournal(disk, directory)
    assert.deepEqual(
      { problems, firstSeq, lastSeq, entries },
      { problems: [], firstSeq: 21, lastSeq: 30, entries: 10 },
    )
  })

  it('notes what is not an error: void bytes, an end that is not closed, a hash that is still to come', async () => {
    const disk = diskWith(buildJournal([plan('20261118'), { ...plan('20261119'), unhashed: true }]))
    for (const [file, more] of [
      [first, 'half a batch'],
      [second, 'L 12:00:00.000 tty not closed'],
    ] as const) {
      const bytes = disk.peek(at(file))!
      disk.drop(at(file))
      disk.place(at(file), Buffer.concat([bytes, Buffer.from(more)]))
    }
    const { problems, notes } = await verifyJournal(disk, directory)
    assert.deepEqual(problems, [])
    assert.deepEqual(
      notes.map(({ file, kind }) => [file, kind]),
      [
        [first.path, 'void'],
        [second.path, 'unclosed'],
        [first.path, 'unhashed'],
      ],
    )
  })

  it('accepts a hash that a notice gives', async () => {
    const disk = diskWith(
      buildJournal([
        plan('20261118'),
        {
          date: '20261119',
          unhashed: true,
          batches: [notice('hash', { file: first.path, sha256: first.sha256 })],
        },
      ]),
    )
    const { problems, notes } = await verifyJournal(disk, directory)
    assert.deepEqual([problems, notes], [[], []])
  })

  it('does not believe the sidecar `.catalog`', async () => {
    const disk = diskWith(files)
    disk.place(`${directory}/.catalog`, 'nonsense')
    flip(disk, at(last), 40)
    const { problems } = await verifyJournal(disk, directory)
    assert.equal(problems[0]!.file, last.path)
  })
})
