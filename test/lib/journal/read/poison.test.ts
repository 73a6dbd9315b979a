// What is promised of an entry that cannot be decoded although its batch is sound (another program's, a later version's):
// it has its seq, it is named and counted by everyone, and nothing behind it waits.
import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { auditJournal } from '../../../../lib/delivery/progress/audit.ts'
import { isEntry } from '../../../../lib/journal/format/entry.ts'
import { headerLine } from '../../../../lib/journal/format/line.ts'
import { queryJournal } from '../../../../lib/journal/read/query.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { readEntries } from '../../../../lib/labelling/history.ts'
import { recentReadings } from '../../../../lib/preview/recent.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { directory } from '../support/archived.ts'

const time = '12:00:00.000'
const poison: Array<[name: string, line: string | Buffer, reason: RegExp]> = [
  ['an E whose JSON does not parse', `E ${time} pump {"rpm":}`, /^its JSON cannot be parsed: /],
  ['an E without JSON', `E ${time} pump `, /^its JSON cannot be parsed: /],
  [
    'an E that is nested deeper than JSON.stringify gets through',
    `E ${time} pump ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    /^its JSON is nested deeper than 1,000 levels$/,
  ],
  ['an R with an impossible date', 'R 2026-02-30T12:00:00.000 tty x', /^its kind, its time or its source/],
  ['an L with an impossible time', 'L 25:00:00.000 tty x', /^its kind, its time or its source/],
  ['an L with a source that is none', `L ${time} a/b x`, /^its kind, its time or its source/],
  ['an L with a bare backslash', `L ${time} tty a\\b`, /^it has a backslash that starts no \\xhh$/],
  ['an L that is no UTF-8', Buffer.from(`L ${time} tty \xff`, 'latin1'), /^it is not valid UTF-8$/],
  ['a kind of a later version', `Z ${time} tty x`, /^its kind, its time or its source/],
  ['an empty line', '', /^its kind, its time or its source/],
]

/** One file of one batch: entries 1 and 3 are sound, 2 is this one; and notices whose JSON says nothing. */
function diskWith(line: string | Buffer, before: readonly string[] = []): MemoryDisk {
  const disk = new MemoryDisk()
  const epoch = 'testabcd'
  const head = headerLine({ time: 0, epoch, firstSeq: 1, previous: null, previousSize: 0, sha256: null })
  const notices = ['incomplete', 'hash', 'retention', 'open', 'gap'].map(
    (kind) => `N ${time} ${kind} null\nN ${time} ${kind} {\n`,
  )
  const body = Buffer.concat([
    Buffer.from(`${head}L ${time} tty one\n${before.map((notice) => `${notice}\n`).join('')}`),
    Buffer.from(line),
    Buffer.from(`\n${notices.join('')}L ${time} tty three\n`),
  ])
  const covered = Buffer.concat([body, Buffer.from(`C ${time} ${13 + before.length} 3`)])
  const crc = crc32(covered).toString(16).padStart(8, '0')
  disk.place(`${directory}/2026/20261121.txt`, Buffer.concat([covered, Buffer.from(` ${crc}\n`)]))
  return disk
}

describe('journal: an entry that cannot be decoded', () => {
  for (const [name, line, reason] of poison) {
    it(`is given by its seq and passed: ${name}`, async () => {
      const disk = diskWith(line)
      const texts: string[] = []
      for await (const reading of readJournal(disk, directory, 1)) {
        assert.equal(reading.kind, 'batch', JSON.stringify(reading))
        if (reading.kind !== 'batch') continue
        for (const item of reading.items) {
          if (isEntry(item)) texts.push(`${item.seq} ${item.text}`)
          else if (item.kind === 'poison') {
            assert.match(item.reason, reason)
            assert.equal(item.line, Buffer.from(line).toString('utf8'))
            texts.push(`${item.seq} poison`)
          }
        }
      }
      assert.deepEqual(texts, ['1 one', '2 poison', '3 three'])
    })
  }

  it('is so where it is a structured event of another day, which stands there as R', async () => {
    const notice = `N ${time} received {"at":1795305600004,"kind":"E"}`
    const line = 'R 2026-11-20T12:00:00.000 pump {"rpm":}'
    const found: string[] = []
    for await (const part of queryJournal(diskWith(line, [notice]), directory, {}))
      if (part.kind === 'poison') found.push(`${part.entry.seq} ${part.entry.reason}`)
    assert.equal(found.length, 1)
    assert.match(found[0]!, /^2 its JSON cannot be parsed: /)
  })

  const disk = diskWith(poison[0]![1])

  it('is reported by a query, between what stands before it and behind it', async () => {
    const found: unknown[] = []
    for await (const part of queryJournal(disk, directory, {}))
      found.push(
        part.kind === 'entries'
          ? part.entries.map(({ seq }) => seq)
          : [part.kind, part.kind === 'poison' && part.entry.seq],
      )
    assert.deepEqual(found, [[1], ['poison', 2], [3]])
  })

  it('is left out of previews, and counted', async () => {
    const { readings, leftOut } = await recentReadings(disk, directory, 10)
    assert.deepEqual([readings.map(({ seq }) => seq), leftOut], [[1, 3], 1])
  })

  it('is left out of the history of labels', async () => {
    const told: Array<number | 'gap'> = []
    await readEntries(disk, directory, 1, 3, {
      entry: ({ seq }) => told.push(seq) > 0,
      gap: () => void told.push('gap'),
    })
    assert.deepEqual(told, [1, 'gap', 3])
  })

  it('is damaged in the accounts, which balance', async () => {
    const { entries, damaged, balances } = await auditJournal(disk, directory)
    assert.deepEqual([entries, damaged, balances.every(({ balanced }) => balanced)], [3, 1, true])
  })
})
