// Damages a journal in one way, and checks what is left of it: for a reader as it stands, and after a writer has
// opened it.
import assert from 'node:assert/strict'
import type { Salvage } from '../../../../lib/journal/recover/recovery.ts'
import { verifyFormat } from './format.ts'
import type { Found } from './machine.ts'
import { batchesOf, linesOf, machineWith, type Sample, sampleJournal } from './sample.ts'

export type Files = Map<string, Buffer>

/** Entries that a reader does not get, and what it says of them: `to` < `from` where none is missing. */
export type Report = [file: string, from: number, to: number]

export interface Row {
  what: string
  damage(files: Files): void
  reports: Report[]
  /** entries that are missing although no report says so */
  silent?: number[]
  /** the same after a writer has opened the journal; default: no change */
  opened?: Report[]
  silentOpened?: number[]
  salvages?: Array<Partial<Salvage>>
  /** after a start the whole chain keeps to the format */
  whole?: boolean
}

/** Changes a line of a file; the nth that begins so. */
export function change(
  files: Files,
  path: string,
  start: string,
  n: number,
  edit: (line: string) => string,
): void {
  const bytes = files.get(path)!
  const line = linesOf(bytes).filter(({ text }) => text.startsWith(start))[n]!
  const text = bytes.toString('latin1', line.at, line.end)
  files.set(
    path,
    Buffer.concat([bytes.subarray(0, line.at), Buffer.from(edit(text), 'latin1'), bytes.subarray(line.end)]),
  )
}

export const batch = (files: Files, path: string, n: number) => batchesOf(files.get(path)!)[n]!

export function zero(files: Files, path: string, from: number, to: number): void {
  files.get(path)!.fill(0, from, to)
}

/** Takes bytes out of a file. */
export function cutOut(files: Files, path: string, from: number, to: number): void {
  const bytes = files.get(path)!
  files.set(path, Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]))
}

export const wrong = (line: string) => line.replace(/.(?=\n)/, (digit) => (digit === '0' ? '1' : '0'))

/** A test for each row, with so many batches in the last file. */
export function check(batches: number, rows: readonly Row[]): void {
  let sample: Sample
  before(async () => {
    sample = await sampleJournal(batches)
  })
  for (const row of rows) it(row.what, () => checkRow(sample, row))
}

async function checkRow(sample: Sample, row: Row): Promise<void> {
  const files: Files = new Map([...sample.files].map(([path, bytes]) => [path, Buffer.from(bytes)]))
  row.damage(files)
  const machine = machineWith(files)
  checkReading(sample, await machine.read(), row.reports, row.silent ?? [])
  const process = machine.boot()
  let salvages: Salvage[] = []
  await machine.during(process, async () => {
    salvages = (await process.journal.start()).salvages
  })
  const silent = row.silentOpened ?? row.silent ?? []
  checkReading(sample, await machine.read(), row.opened ?? row.reports, silent)
  if (row.whole) verifyFormat(machine.disk, row.what)
  assert.equal(salvages.length, row.salvages?.length ?? 0)
  for (const [i, part] of (row.salvages ?? []).entries())
    assert.deepEqual({ ...salvages[i], ...part }, salvages[i])
}

type Reading = Awaited<ReturnType<ReturnType<typeof machineWith>['read']>>

function checkReading(
  sample: Sample,
  { entries, damage }: Reading,
  reports: Report[],
  silent: readonly number[],
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
  assert.deepEqual(entries, expected)
}

export const seqOf = ({ id }: Found) => Number(id.slice(9))
