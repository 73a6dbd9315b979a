// What stands on disk after a run: read without the library where it can be.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, CheckpointFile } from '../../lib/delivery/progress/checkpoint.ts'
import { systemDisk } from '../../lib/journal/disk/disk.ts'
import { readJournal } from '../support/journal-files.ts'
import { journalOf, type Scenario, sinkFile } from './scenarios.ts'

/** One line of a sink's file. */
export interface Arrival {
  id: string
  seq: number
  replayed: boolean
  part?: number
  for?: string
  /** wall clock, ms */
  at: number
  /** the nodes that it came by, as far as they noted it */
  way?: string[]
}

export function arrivals(folder: string, scenario: Pick<Scenario, 'name'>): Arrival[] {
  const file = sinkFile(folder, scenario)
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Arrival)
}

export async function storedCheckpoint(folder: string, scenario: Scenario): Promise<Checkpoint> {
  const file = new CheckpointFile(systemDisk, join(journalOf(folder, scenario), '.checkpoint'))
  try {
    return (await file.read()) ?? { seq: 0, counters: { complete: 0, failed: 0, incomplete: 0, damaged: 0 } }
  } finally {
    await file.close()
  }
}

/** True for the events that a checkpoint says are dealt with. */
export function dealtWith({ seq, above = [] }: Checkpoint): (other: number) => boolean {
  const ranges: Array<[number, number]> = []
  let end = seq
  for (let i = 0; i < above.length; i += 2) {
    const from = end + above[i]! + 1
    end = from + above[i + 1]! - 1
    ranges.push([from, end])
  }
  return (other) => other <= seq || ranges.some(([from, to]) => other >= from && other <= to)
}

/** Events of the journal that should have come to the sink and have not, in full. */
export function missingAtSink(folder: string, scenario: Scenario, isDue: (seq: number) => boolean): number[] {
  const { entries, notices } = readJournal(journalOf(folder, scenario))
  const incomplete = new Set(
    notices.filter(({ kind }) => kind === 'incomplete').map(({ json }) => (json as { seq: number }).seq),
  )
  const come = new Map<string, Set<number | undefined>>()
  for (const { id, part } of arrivals(folder, scenario)) {
    come.set(id, (come.get(id) ?? new Set()).add(part))
  }
  const isThere = (id: string) => (come.get(id)?.size ?? 0) >= (scenario.parts ?? 1)
  return entries
    .filter(({ seq, bytes }) => isDue(seq) && !scenario.lost?.(Number(bytes)))
    .filter(({ id, seq }) => !isThere(id) && !(scenario.incomplete && incomplete.has(seq)))
    .map(({ seq }) => seq)
}
