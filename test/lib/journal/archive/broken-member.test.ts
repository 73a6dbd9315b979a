// What a broken gzip member costs: the entries in it, and none of another one.
import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { openText } from '../../../../lib/journal/archive/open-text.ts'
import { hasSoundHeader, readCatalog } from '../../../../lib/journal/read/catalog.ts'
import { buildJournal, lines } from '../../../support/build-journal.ts'
import { directory, diskWith, readAll } from '../support/archived.ts'
import { batchesOf, flipped } from '../support/sample.ts'

/** Entries 1 | 2 | 3, 4 | 5 of the archive, each part a member, and 6 in the next file. */
const [archived, following] = buildJournal([
  {
    date: '20261120',
    batches: [[['one']], [['two']], [['three'], ['four']], [['five']]].map((batch) =>
      batch.flatMap(([text = '']) => lines('20261120', 1, () => text)),
    ),
  },
  { date: '20261121', batches: [lines('20261121', 1)] },
]) as [ReturnType<typeof buildJournal>[number], ReturnType<typeof buildJournal>[number]]
const members = batchesOf(archived.bytes).map(({ at, end }) => gzipSync(archived.bytes.subarray(at, end)))
const [first, second, third, fourth] = members as [Buffer, Buffer, Buffer, Buffer]
const stored = `${archived.path}.gz`

function diskOf(parts: readonly Uint8Array[]) {
  const disk = diskWith([following])
  disk.place(`${directory}/${stored}`, Buffer.concat(parts))
  return disk
}

const junk = Buffer.from('junk')
const cases: Array<[name: string, parts: Buffer[], seqs: number[]]> = [
  ['a flipped bit in the data', [first, second, flipped(third, 20, 0), fourth], [1, 2, 5, 6]],
  [
    'a member that is cut, so that its data go on in the next one',
    [first, second, third.subarray(0, -12), fourth],
    [1, 2, 5, 6],
  ],
  [
    'a wrong checksum: what can be decompressed counts',
    [first, second, flipped(third, third.length - 8, 0), fourth],
    [1, 2, 3, 4, 5, 6],
  ],
  ['a wrong length', [first, second, flipped(third, third.length - 1, 0), fourth], [1, 2, 3, 4, 5, 6]],
  ['bytes between two members', [first, second, junk, third, fourth], [1, 2, 3, 4, 5, 6]],
  ['zeros between two members', [first, second, Buffer.alloc(16), third, fourth], [1, 2, 3, 4, 5, 6]],
  ['bytes in front of all', [junk, first, second, third, fourth], [1, 2, 3, 4, 5, 6]],
  ['a first member that is broken', [flipped(first, 30, 0), second, third, fourth], [2, 3, 4, 5, 6]],
]

describe('a broken gzip member without an index', () => {
  for (const [name, parts, seqs] of cases) {
    it(`costs its own entries only: ${name}`, async () => {
      const disk = diskOf(parts)
      // the second time with the index that the first one has made
      for (const round of ['without an index', 'with an index']) {
        const { entries } = await readAll(disk)
        assert.deepEqual(
          entries.map(({ seq }) => seq),
          seqs,
          round,
        )
      }
    })
  }

  it('leaves the H behind it what it is', async () => {
    const open = openText(diskOf([junk, first, second]), directory)
    const text = await open(stored)
    assert.equal(text.head, archived.bytes.toString('latin1', 0, archived.bytes.indexOf(10)))
    assert.ok(await hasSoundHeader(text))
  })

  it('lets no H make bytes void behind it, as nobody knows their offsets', async () => {
    const { files } = await readCatalog(
      diskOf([first, junk, second, third, fourth]),
      directory,
      openText(diskOf([first, junk, second, third, fourth]), directory),
    )
    assert.deepEqual(
      files.map(({ validSize }) => validSize),
      [undefined, undefined],
    )
  })

  it('is one of known length where an index was made before', async () => {
    const disk = diskOf(members)
    await readAll(disk)
    disk.place(`${directory}/${stored}`, Buffer.concat([first, second, flipped(third, 20, 0), fourth]))
    const { entries, damages } = await readAll(disk)
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      [1, 2, 5, 6],
    )
    const broken = batchesOf(archived.bytes)[2]!
    assert.deepEqual(damages, [`${archived.path} ${broken.at}-${broken.end} seqs 3-4`])
  })
})
