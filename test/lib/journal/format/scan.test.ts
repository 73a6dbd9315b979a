// Walking the bytes of a file: whatever pieces they come in, however long a line is.
import assert from 'node:assert/strict'
import type { DiskFile } from '../../../../lib/journal/disk/disk.ts'
import {
  closeBatch,
  encodeBatches,
  type NewEntry,
  type NewNotice,
} from '../../../../lib/journal/format/batch.ts'
import { decodeBatch, type Item } from '../../../../lib/journal/format/entry.ts'
import { headerLine } from '../../../../lib/journal/format/line.ts'
import { scanBytes, scanFile } from '../../../../lib/journal/format/scan.ts'
import { escapeText } from '../../../../lib/journal/format/text.ts'
import { findBatch } from '../../../../lib/journal/read/find-batch.ts'
import { findEnd } from '../../../../lib/journal/recover/recovery.ts'
import { fc } from '../../../support/random.ts'

const day = 20_778
const noon = day * 86_400_000 + 43_200_000
const head = headerLine({
  time: noon,
  epoch: 'k3x9a7qd',
  firstSeq: 1,
  previous: null,
  previousSize: 0,
  sha256: null,
})

/** Bytes as a file; reads give `piece` bytes at most, as a disk may. */
function fileOf(bytes: Buffer, piece = Number.POSITIVE_INFINITY): DiskFile & { reads: number } {
  const refuse = () => Promise.reject(new Error('only for reading'))
  return {
    reads: 0,
    async read(position, length) {
      this.reads += Math.min(length, bytes.length - position)
      return bytes.subarray(position, position + Math.min(length, piece))
    },
    size: async () => bytes.length,
    write: refuse,
    sync: refuse,
    truncate: refuse,
    close: async () => {},
  }
}

interface Shape {
  kind: string
  offset: number
  end: number
  /** of a batch */
  entries?: number
}

async function spansOf(bytes: Buffer, piece?: number): Promise<Shape[]> {
  const spans: Shape[] = []
  for await (const span of scanFile(fileOf(bytes, piece), 0, bytes.length)) {
    const { kind, offset, end } = span
    spans.push(kind === 'batch' ? { kind, offset, end, entries: span.entries } : { kind, offset, end })
  }
  return spans
}

const record: fc.Arbitrary<NewEntry | NewNotice> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('L' as const, 'R' as const),
    received: fc.integer({ min: noon, max: noon + 40_000_000 }),
    time: fc.integer({ min: 0, max: noon }),
    source: fc.constantFrom('tty', 'tcp:10.0.0.5:2000', 'a@b-c.d_e'),
    text: fc
      .oneof(fc.string({ unit: 'binary' }), fc.constant('C 12:00:00.000 3 2 4528fddd'), fc.uint8Array())
      .map(escapeText),
  }),
  fc.record({
    kind: fc.constant('E' as const),
    received: fc.integer({ min: noon, max: noon + 40_000_000 }),
    source: fc.constant('pump'),
    text: fc.json(),
  }),
  fc.record({
    kind: fc.constant('N' as const),
    notice: fc.constantFrom('gap', 'long-line'),
    json: fc.json(),
  }),
)

/** A file of batches with these records. */
function fileWith(batches: ReadonlyArray<ReadonlyArray<NewEntry | NewNotice>>): Buffer {
  const parts: Buffer[] = []
  let lastSeq = 0
  for (const [index, records] of batches.entries()) {
    const encoded = encodeBatches(records, lastSeq, noon, index === 0 ? head : '')
    parts.push(encoded.bytes)
    lastSeq = encoded.lastSeq
  }
  return Buffer.concat(parts)
}

/** Not a notice that the encoder added. */
const isOwn = (item: Item) => item.kind !== 'N' || item.notice !== 'received'

describe('journal: batches', () => {
  it('are decoded to what was encoded, in whatever pieces they are read', async () => {
    const batches = fc.array(fc.array(record, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 300 }), async (records, piece) => {
        const bytes = fileWith(records)
        const found: unknown[] = []
        const place = { day, epoch: '' }
        for await (const span of scanFile(fileOf(bytes, piece), 0, bytes.length)) {
          if (span.kind === 'batch') found.push(...[...decodeBatch(span, place)].flat().filter(isOwn))
          else assert.deepEqual(span, { kind: 'tail', offset: bytes.length, end: bytes.length })
        }
        let seq = 0
        const expected = records.flat().map((one) => {
          if (one.kind === 'N')
            return { kind: 'N', notice: one.notice, time: noon, json: one.json, after: seq }
          const { received } = one
          const time = one.kind === 'R' ? one.time : received
          return {
            kind: one.kind,
            seq: ++seq,
            epoch: 'k3x9a7qd',
            received,
            time,
            source: one.source,
            text: one.text,
          }
        })
        assert.deepEqual(found, expected)
      }),
      { numRuns: 500 },
    )
  })

  it('give the same spans in whatever pieces a damaged file is read', async () => {
    const bytes = fileWith(Array.from({ length: 6 }, (_, i) => [line(`${i} some text`), line(`${i} more`)]))
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.nat(7),
        fc.integer({ min: 1, max: 100 }),
        async (at, bit, piece) => {
          const damaged = Buffer.from(bytes)
          damaged[at] = damaged[at]! ^ (1 << bit)
          const whole = await spansOf(damaged)
          assert.deepEqual(await spansOf(damaged, piece), whole)
          // every byte belongs to one span
          assert.deepEqual(
            whole.map(({ offset }) => offset),
            [0, ...whole.slice(0, -1).map(({ end }) => end)],
          )
          assert.equal(whole.at(-1)!.end, bytes.length)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('count a line that a later version wrote as the scan does', () => {
    const bytes = closeBatch(
      `${head}N 12:00:00.000 New2 {}\nX 12:00:00.000 new\nL 12:00:00.000 tty old\n`,
      3,
      2,
      noon,
    )
    const [span] = scanBytes(bytes)
    assert.ok(span?.kind === 'batch')
    assert.equal(span.entries, 2)
    assert.deepEqual(
      [...decodeBatch(span, { day, epoch: '' })]
        .flat()
        .map((item) => (item.kind === 'N' ? item.notice : `${item.kind} ${item.seq}`)),
      ['poison 1', 'L 2'],
    )
  })

  it('may hold a line of 10 MB', async () => {
    const text = 'é'.repeat(5 << 20)
    const bytes = fileWith([[line('before')], [line('same batch'), line(text)], [line('after')]])
    const spans = await spansOf(bytes)
    assert.deepEqual(
      spans.map(({ entries }) => entries),
      [1, 2, 1, undefined],
    )
    const place = await findBatch(fileOf(bytes), bytes.length, 4, 1)
    assert.deepEqual(place, { offset: spans[2]!.offset, lastSeq: 3 })
    assert.equal((await findEnd(fileOf(bytes), bytes.length, 1)).lastSeq, 4)
    // cut off in the long line, the last C is far from the end
    const cut = bytes.subarray(0, spans[1]!.end - 100)
    assert.deepEqual(await findEnd(fileOf(cut), cut.length, 1), {
      size: spans[0]!.end,
      lastSeq: 1,
      lastFlush: 0,
    })
  })
})

describe('journal: finding a place in a file', () => {
  const bytes = fileWith(
    Array.from({ length: 5_000 }, (_, i) => [line(`${i} ${'x'.repeat(i % 97)}`), line('y')]),
  )

  it('finds the batch that holds a seq, or one not far before, with a few reads', async () => {
    for (let seq = 1; seq <= 10_000; seq += 333) {
      const file = fileOf(bytes)
      const { offset, lastSeq } = await findBatch(file, bytes.length, seq, 1)
      assert.ok(lastSeq < seq)
      const [next] = scanBytes(bytes.subarray(offset), offset)
      assert.ok(next?.kind === 'batch')
      assert.equal(next.commit.lastSeq - next.entries, lastSeq)
      assert.ok(file.reads < 400_000, `${file.reads} bytes read`)
      // not far: 64 kB
      const between = [...scanBytes(bytes.subarray(offset), offset)].find(
        (span) => span.kind === 'batch' && span.commit.lastSeq >= seq,
      )
      assert.ok(between!.offset - offset <= 1 << 16)
    }
  })

  it('is not led astray by a C whose seq is damaged', async () => {
    // the very C lines that the bisection looks at first
    for (const part of [0.5, 0.25, 0.75]) {
      const text = bytes.toString('latin1')
      const mark = text.indexOf('\nC ', Math.floor(bytes.length * part)) + 1
      const seq = Number(text.slice(mark).split(' ')[3])
      for (const digit of ['1', '9']) {
        const damaged = Buffer.from(bytes)
        damaged.write(digit, mark + 'C 12:00:00.000 2 '.length)
        for (const wanted of [seq - 1000, seq - 100, seq - 1, seq, seq + 1, seq + 100]) {
          const { offset, lastSeq } = await findBatch(fileOf(damaged), damaged.length, wanted, 1)
          const before = [...scanBytes(bytes.subarray(0, offset))].findLast((span) => span.kind === 'batch')
          assert.equal(
            before?.kind === 'batch' ? before.commit.lastSeq : 0,
            lastSeq,
            `${wanted} beside ${seq}`,
          )
          assert.ok(lastSeq < wanted, `${wanted} beside ${seq}`)
        }
      }
    }
  })

  it('finds the end of a large file by looking at its end', async () => {
    for (const look of [100, 1_000, 10_000, 1 << 30]) {
      const end = await findEnd(fileOf(bytes), bytes.length, 1, look)
      assert.deepEqual([end.size, end.lastSeq], [bytes.length, 10_000])
      const torn = bytes.subarray(0, bytes.length - 5)
      assert.equal((await findEnd(fileOf(torn), torn.length, 1, look)).lastSeq, 9_998)
      // zeros behind it, more than the first look
      const zeros = Buffer.concat([torn, Buffer.alloc(20_000)])
      assert.equal((await findEnd(fileOf(zeros), zeros.length, 1, look)).lastSeq, 9_998)
    }
    const file = fileOf(bytes)
    await findEnd(file, bytes.length, 1, 10_000)
    assert.ok(file.reads < 40_000, `${file.reads} bytes read`)
  })
})

function line(text: string): NewEntry {
  return { kind: 'L', received: noon, source: 'tty', text }
}
