// The example in docs/journal-format.md is a contract: these bytes are read and written as they stand there.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeBatch, encodeBatches } from '../../../../lib/journal/format/batch.ts'
import { decodeBatch, type Entry, type Notice } from '../../../../lib/journal/format/entry.ts'
import { commitStart, headerLine } from '../../../../lib/journal/format/line.ts'
import { scanBytes } from '../../../../lib/journal/format/scan.ts'
import { dayOf } from '../../../../lib/journal/format/time.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { verifyFormat } from '../support/format.ts'
import { directory, Machine, readEntries } from '../support/machine.ts'

const first = `H 23:59:30.000 fieldlog 1 k3x9a7qd 1 - 0 -
N 23:59:30.000 open {"epoch":"k3x9a7qd","software":"1.0.0"}
L 23:59:31.062 ttyUSB0 OK 12 1 118 182 0
E 23:59:31.101 pump {"eventId":7,"data":{"rpm":1400}}
C 23:59:35.004 3 2 4528fddd
L 23:59:58.500 ttyUSB0 a\\x00b \\x5c café \\xff
L 23:59:59.999 ttyUSB0 \nC 00:00:00.003 2 4 d6a461b0
`
const second = `H 00:00:00.004 fieldlog 1 k3x9a7qd 5 2026/20261121.txt 324 4ed2b03a1da8ed5f8b0f934c24ef9aee68fe82584ad818d89aa2b69794786a1f
N 00:00:01.005 received {"at":1795305600004}
R 2026-11-21T20:15:01.000 ttyUSB0 OK 9 14 11 67 235 163 65 28 235 141 166 77 40
L 00:00:00.020 ttyUSB0 ? 4 254 249
C 00:00:01.005 3 6 0a18fc22
`
const at = (text: string) => Date.parse(`2026-11-${text}Z`)
const files = { '2026/20261121.txt': first, '2026/20261122.txt': second }

/** @param time of an R the moment it belongs to; of others the same as `received` */
const line = (
  kind: 'L' | 'R' | 'E',
  seq: number,
  received: number,
  source: string,
  text: string,
  time = received,
) => ({ id: `k3x9a7qd-${seq}`, kind, received, time, source, text })
const entries = [
  line('L', 1, at('21T23:59:31.062'), 'ttyUSB0', 'OK 12 1 118 182 0'),
  line('E', 2, at('21T23:59:31.101'), 'pump', '{"eventId":7,"data":{"rpm":1400}}'),
  line('L', 3, at('21T23:59:58.500'), 'ttyUSB0', 'a\\x00b \\x5c café \\xff'),
  line('L', 4, at('21T23:59:59.999'), 'ttyUSB0', ''),
  line(
    'R',
    5,
    at('22T00:00:00.004'),
    'ttyUSB0',
    'OK 9 14 11 67 235 163 65 28 235 141 166 77 40',
    at('21T20:15:01.000'),
  ),
  line('L', 6, at('22T00:00:00.020'), 'ttyUSB0', '? 4 254 249'),
]

function exampleDisk(): MemoryDisk {
  const disk = new MemoryDisk()
  for (const [path, text] of Object.entries(files)) disk.place(`${directory}/${path}`, text)
  return disk
}

/** The files of the document's example: its code blocks whose first line ends in a path. */
function documentedFiles(): Record<string, string> {
  const document = readFileSync(join(import.meta.dirname, '../../../../docs/journal-format.md'), 'utf8')
  const blocks = document.matchAll(/^```text (\S+)\n([\s\S]*?)^```$/gm)
  return Object.fromEntries([...blocks].map(([, path, text]) => [path, text]))
}

describe('journal: the example of the format', () => {
  it('stands in the document, byte for byte', () => {
    assert.deepEqual(documentedFiles(), files)
  })

  it('has the sizes and the hash that it says', () => {
    assert.deepEqual([Buffer.byteLength(first), Buffer.byteLength(second)], [324, 312])
    assert.ok(second.includes(createHash('sha256').update(first).digest('hex')))
    verifyFormat(exampleDisk(), 'the example')
  })

  it('is read', async () => {
    assert.deepEqual(await readEntries(exampleDisk()), { entries, damage: [] })
  })

  it('is read without the notice of when an R came, as earlier versions wrote it', async () => {
    const disk = exampleDisk()
    const body = second.replace(/^N .*\n/m, '').replace(/C .*\n$/, '')
    const bytes = closeBatch(body, 2, 6, at('22T00:00:01.005'))
    assert.match(bytes.toString(), /\nC 00:00:01\.005 2 6 c0e90177\n$/)
    disk.place(`${directory}/2026/20261122.txt`, bytes)
    const found = await readEntries(disk)
    assert.deepEqual(found.damage, [])
    assert.deepEqual(found.entries[4], { ...entries[4], received: at('21T20:15:01.000') })
    assert.deepEqual(found.entries.slice(5), entries.slice(5))
  })

  it('is written back to the same bytes', () => {
    for (const text of Object.values(files)) assert.equal(rewritten(Buffer.from(text)).toString(), text)
  })

  it('is written so by the real writer', async () => {
    const machine = new Machine('2026-11-21T23:59:30.000Z')
    const process = machine.boot({ drawEpoch: () => 'k3x9a7qd', software: '1.0.0' })
    const { journal, disk } = process
    const log = ({ kind, received, time, source, text }: (typeof entries)[number]) =>
      journal.append({ kind, received, time, source, text })
    // it took the disk some seconds to make the files
    disk.fault = ({ name }) => {
      if (name === 'create')
        machine.time.moveTo(
          machine.time.wall() < at('22T00:00:00.000')
            ? '2026-11-21T23:59:35.004Z'
            : '2026-11-22T00:00:01.005Z',
        )
      return undefined
    }
    for (const entry of entries.slice(0, 2)) log(entry)
    await machine.during(process, () => journal.start())
    machine.time.moveTo('2026-11-22T00:00:00.003Z')
    for (const entry of entries.slice(2, 4)) log(entry)
    await machine.during(process, () => journal.flush())
    machine.time.moveTo('2026-11-22T00:00:00.004Z')
    for (const entry of entries.slice(4)) log(entry)
    await machine.during(process, () => journal.stop())
    for (const [path, text] of Object.entries(files))
      assert.equal(machine.disk.peek(`${directory}/${path}`)?.toString(), text)
  })
})

/** Decodes a file and encodes what was decoded. */
function rewritten(bytes: Buffer): Buffer {
  const day = dayOf(at(bytes.includes('fieldlog 1 k3x9a7qd 1') ? '21T00:00:00' : '22T00:00:00'))
  const parts: Buffer[] = []
  for (const span of scanBytes(bytes)) {
    if (span.kind !== 'batch') {
      assert.equal(span.end, span.offset, 'nothing but batches')
      continue
    }
    const items = [...decodeBatch(span, { day, epoch: '' })].flat()
    const { time, count, lastSeq } = span.commit
    const head = span.header ? headerLine(span.header) : ''
    const records = items.filter((item) => item.kind !== 'poison').flatMap(recordOf)
    const encoded = encodeBatches(records, lastSeq - span.entries, time, head)
    assert.equal(encoded.lastSeq, lastSeq)
    assert.ok(encoded.bytes.includes(commitStart(time, count, lastSeq)))
    assert.deepEqual(closeBatch(span.body.toString(), count, lastSeq, time), encoded.bytes)
    parts.push(encoded.bytes)
  }
  return Buffer.concat(parts)
}

/** What `received` notices say stands in the entries. */
function recordOf(item: Entry | Notice): Array<Entry | Notice> {
  return item.kind === 'N' && item.notice === 'received' ? [] : [item]
}
