// Checks a journal against its description alone, byte for byte: the chain, the checksums, the counts, the seqs.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { directory } from './machine.ts'

interface File {
  path: string
  bytes: Buffer
  firstSeq: number
  previous: string
  previousSize: number
  hash: string
}

/** Without the zeros at the end: room that was taken ahead. */
export function written(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}

/** All files of the chain, from its first to its last. */
export function chain(disk: MemoryDisk): File[] {
  const files = disk
    .paths(directory)
    .map((path) => path.slice(directory.length + 1))
    .filter((path) => /^\d{4}\/\d{8}(-\d+)?\.txt$/.test(path))
    .map((path): File => {
      const bytes = written(disk.peek(`${directory}/${path}`)!)
      const head = bytes.toString('utf8', 0, bytes.indexOf(10))
      const match =
        /^H \d\d:\d\d:\d\d\.\d{3} fieldlog 1 [a-z0-9]{8} ([1-9]\d*) (\S+) (\d+) ([0-9a-f]{64}|-|\?)$/.exec(
          head,
        )
      assert.ok(match, `${path} has no H: ${head}`)
      const [, firstSeq, previous, previousSize, hash] = match
      return {
        path,
        bytes,
        firstSeq: Number(firstSeq),
        previous: previous!,
        previousSize: Number(previousSize),
        hash: hash!,
      }
    })
  const ordered: File[] = []
  for (let file = files.find(({ previous }) => previous === '-'); file; ) {
    ordered.push(file)
    const { path } = file
    const following = files.filter(({ previous }) => previous === path)
    assert.ok(following.length <= 1, `${path} is followed by ${following.map((next) => next.path)}`)
    file = following[0]
  }
  assert.equal(ordered.length, files.length, `all files are in the chain: ${files.map(({ path }) => path)}`)
  return ordered
}

/** Asserts that every byte that the chain says is valid keeps to the format. */
export function verifyFormat(disk: MemoryDisk, where: string): void {
  const files = chain(disk)
  let seq = 0
  for (const [index, { path, bytes, firstSeq }] of files.entries()) {
    assert.equal(firstSeq, seq + 1, `${where}: first seq of ${path}`)
    const next = files[index + 1]
    const valid = bytes.subarray(0, next?.previousSize ?? bytes.length)
    if (next && next.hash !== '?')
      assert.equal(next.hash, createHash('sha256').update(valid).digest('hex'), `${where}: hash of ${path}`)
    seq = verifyBatches(valid, seq, `${where}: ${path}`)
  }
}

function verifyBatches(bytes: Buffer, before: number, where: string): number {
  const text = bytes.toString('latin1')
  let seq = before
  let start = 0
  let lines: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    assert.notEqual(end, -1, `${where}: ends in LF`)
    const line = text.slice(at, end)
    if (line.startsWith('C ')) {
      const match = /^C \d\d:\d\d:\d\d\.\d{3} (\d+) (\d+) ([0-9a-f]{8})$/.exec(line)
      assert.ok(match, `${where}: ${line}`)
      const own = start === 0 ? lines.slice(1) : lines
      assert.equal(Number(match[1]), own.length, `${where}: lines in a batch at ${start}`)
      seq += own.filter((one) => !one.startsWith('N ')).length
      assert.equal(Number(match[2]), seq, `${where}: last seq at ${at}`)
      const crc = crc32(bytes.subarray(start, end - 9))
      assert.equal(match[3], crc.toString(16).padStart(8, '0'), `${where}: checksum at ${at}`)
      start = end + 1
      lines = []
    } else lines.push(line)
    at = end + 1
  }
  assert.equal(start, text.length, `${where}: every line is closed`)
  return seq
}
