// A small journal as the writer leaves it, to be damaged: three days, 18 entries, three batches a day and more.
import type { MemoryDisk } from '../../../support/memory-disk.ts'
import { directory, type Found, Machine, readEntries } from './machine.ts'

export interface Sample {
  /** by path in the journal */
  files: Map<string, Buffer>
  entries: Found[]
}

export const days = ['2026/20261121.txt', '2026/20261122.txt', '2026/20261123.txt'] as const

/** @param batches of two entries each, on the last day */
export async function sampleJournal(batches = 3): Promise<Sample> {
  const machine = new Machine('2026-11-21T08:00:00.000Z')
  const process = await machine.open()
  for (const [index, count] of [3, 3, batches].entries()) {
    machine.time.moveTo(`2026-11-${21 + index}T12:00:00.000Z`)
    for (let batch = 0; batch < count; batch++) {
      machine.log(process, `line ${index} ${batch} café \\xff`)
      machine.log(process, `{"value":${batch}}`, { kind: 'E' })
      if (batch === 1) process.journal.notice('incomplete', { seq: 1, node: 'n' })
      await machine.during(process, () => process.journal.flush())
    }
  }
  await machine.during(process, () => process.journal.stop())
  const { entries } = await readEntries(machine.disk)
  return { files: filesOf(machine.disk), entries }
}

/** All files of a journal, by path. */
export function filesOf(disk: MemoryDisk): Map<string, Buffer> {
  return new Map(disk.paths(directory).map((path) => [path.slice(directory.length + 1), disk.peek(path)!]))
}

/** A machine with these files on its disk. */
export function machineWith(files: Iterable<[string, Uint8Array]>): Machine {
  const machine = new Machine('2026-11-23T18:00:00.000Z')
  for (const [path, bytes] of files) machine.disk.place(`${directory}/${path}`, bytes)
  return machine
}

/** The lines of a file: where each begins, and its text without LF. */
export function linesOf(bytes: Buffer): Array<{ at: number; end: number; text: string }> {
  const lines = []
  for (let at = 0; at < bytes.length; ) {
    const lf = bytes.indexOf(10, at)
    const end = lf === -1 ? bytes.length : lf + 1
    lines.push({ at, end, text: bytes.toString('latin1', at, lf === -1 ? end : lf) })
    at = end
  }
  return lines
}

export const isEntry = (text: string) => /^[LRE] /.test(text)

/** The batches of a file: their bytes and seqs. */
export function batchesOf(bytes: Buffer): Array<{ at: number; end: number; seqs: number[] }> {
  const batches = []
  let at = 0
  let count = 0
  for (const line of linesOf(bytes)) {
    if (isEntry(line.text)) count++
    if (!line.text.startsWith('C ')) continue
    const last = Number(line.text.split(' ')[3])
    batches.push({ at, end: line.end, seqs: Array.from({ length: count }, (_, i) => last - count + 1 + i) })
    at = line.end
    count = 0
  }
  return batches
}

/** A copy with one bit flipped. */
export function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = copy[at]! ^ (1 << bit)
  return copy
}
