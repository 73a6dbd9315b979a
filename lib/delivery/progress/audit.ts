// Audits a journal from its files alone: what was logged, what became of it, and whether the accounts balance
// (docs/delivery.md, "Accounts").
import { join } from 'node:path'
import type { Disk } from '../../journal/disk/disk.ts'
import type { Notice } from '../../journal/format/entry.ts'
import { noticeValue } from '../../journal/format/notices.ts'
import { type Reading, readJournal } from '../../journal/read/reader.ts'
import { agreement, viewOf } from './agreement.ts'
import { type Checkpoint, CheckpointFile, topOf } from './checkpoint.ts'
import { type DamagedRange, findNoted, type NotedEvents } from './noted.ts'
import type { SeqRanges } from './ranges.ts'

/** The accounts. Entries are counted by seq. */
export interface Audit {
  /** all that were ever logged: the last seq */
  entries: number
  /** removed with whole files by retention */
  removed: number
  /** cannot be read */
  damaged: number
  /** dropped while the disk did not take them, as `gap` notices say; they have no seq */
  dropped: number
  /** starts of a writer */
  opens: number
  /** kept, though a crash had left them open */
  salvaged: number
  /** seq of the checkpoint; undefined where there is none */
  checkpoint: number | undefined
  /** up to the checkpoint */
  complete: number
  failed: number
  incomplete: number
  /** up to the checkpoint: damaged when it was their turn */
  passed: number
  /** above the checkpoint: in flight, or still to be sent */
  open: number
  /** seqs of the incomplete ones, as far as the journal notes them */
  incompleteSeqs: Array<[from: number, to: number]>
  /** those passed as damaged, with their places, as far as the journal notes them */
  passedSeqs: DamagedRange[]
  balances: Balance[]
}

/** One account: what should be the same, and whether it is. */
export interface Balance {
  text: string
  balanced: boolean
}

/** Reads the journal and its checkpoint, beside their writer or without one. */
export async function auditJournal(disk: Disk, directory: string): Promise<Audit> {
  const before = await readCheckpoint(disk, directory)
  const tally = new Tally()
  const noted = await findNoted(tally.reading(readJournal(disk, directory, 1)))
  // of a running gateway both move on while the journal is read
  const after = await readCheckpoint(disk, directory)
  const result = accounts(tally, noted, before, after)
  if (before) {
    const agreed = await agreement(before, viewOf(disk, directory), topOf(before), tally.lastSeq)
    result.balances.push(identityOf(before, agreed))
  }
  return result
}

/** Whether the checkpoint speaks of the entries that are there. */
function identityOf(checkpoint: Checkpoint, agreed: number): Balance {
  const top = topOf(checkpoint)
  if (agreed >= top) return { text: 'identity: the checkpoint is of these entries', balanced: true }
  const where = agreed === 0 ? 'of another journal' : `of other entries after ${agreed}`
  return {
    text: `identity: the checkpoint, which knows of event ${top}, is ${where}; they are sent at the next start`,
    balanced: false,
  }
}

/** The stored checkpoint of a journal; undefined where there is none. */
export async function readCheckpoint(disk: Disk, directory: string): Promise<Checkpoint | undefined> {
  // only to read: the medium may be read-only
  const reading: Disk = { ...disk, open: (path) => disk.open(path, 'read') }
  const file = new CheckpointFile(reading, join(directory, '.checkpoint'))
  try {
    return await file.read()
  } finally {
    await file.close()
  }
}

/** Counts what passes by. */
class Tally {
  firstSeq: number | undefined
  lastSeq = 0
  /** entries up to it may be gone with whole files */
  retained = 0
  readable = 0
  readonly #damaged: Array<[from: number, to: number]> = []
  dropped = 0
  opens = 0
  salvaged = 0

  async *reading(readings: AsyncIterable<Reading>): AsyncGenerator<Reading> {
    for await (const reading of readings) {
      if (reading.kind === 'damage') {
        this.firstSeq ??= reading.from
        this.#damage(reading.from, reading.to)
        this.lastSeq = Math.max(this.lastSeq, reading.to)
      } else for (const item of reading.items) this.#count(item)
      yield reading
    }
  }

  /** What cannot be read, but for what retention removed while the journal was read. */
  get damaged(): number {
    return this.#damaged.reduce(
      (sum, [from, to]) => sum + Math.max(0, to - Math.max(from, this.retained + 1) + 1),
      0,
    )
  }

  /** What retention removed while the journal was read. */
  get removedMeanwhile(): number {
    return this.#damaged.reduce(
      (sum, [from, to]) => sum + Math.max(0, Math.min(to, this.retained) - from + 1),
      0,
    )
  }

  #damage(from: number, to: number): void {
    this.#damaged.push([from, to])
  }

  #count(item: Extract<Reading, { kind: 'batch' }>['items'][number]): void {
    if (item.kind === 'N') {
      this.#notice(item)
      return
    }
    this.firstSeq ??= item.seq
    this.lastSeq = item.seq
    if (item.kind === 'poison') this.#damage(item.seq, item.seq)
    else this.readable++
  }

  #notice({ notice, json, after }: Notice): void {
    this.firstSeq ??= after + 1
    this.lastSeq = Math.max(this.lastSeq, after)
    if (notice === 'open') this.opens++
    else if (notice === 'gap') this.dropped += numberIn(json, 'dropped')
    else if (notice === 'retention') this.retained = Math.max(this.retained, numberIn(json, 'lastSeq'))
    else if (notice === 'salvage') this.salvaged += numberIn(json, 'entries')
  }
}

function numberIn(json: string, property: string): number {
  const value = noticeValue(json)[property]
  return typeof value === 'number' ? value : 0
}

function accounts(
  tally: Tally,
  noted: NotedEvents,
  before: Checkpoint | undefined,
  after: Checkpoint | undefined,
): Audit {
  const { lastSeq, readable, dropped, opens, salvaged } = tally
  const inFront = (tally.firstSeq ?? 1) - 1
  // what is missing in front beyond what was noted is damage
  const inFrontRemoved = Math.min(inFront, tally.retained)
  const removed = inFrontRemoved + tally.removedMeanwhile
  const damaged = tally.damaged + inFront - inFrontRemoved
  const checkpoint = before?.seq
  const counters = before?.counters ?? { complete: 0, failed: 0, incomplete: 0, damaged: 0 }
  const incompleteSeqs = within(noted.incomplete, checkpoint ?? 0)
  const found = { incomplete: count(incompleteSeqs), damaged: count(within(noted.damaged, checkpoint ?? 0)) }
  const left = removed > 0 ? ' that is left' : ''
  const balances: Balance[] = [
    {
      text: `entries: ${lastSeq} = ${removed} removed + ${readable} readable + ${damaged} damaged`,
      balanced: lastSeq === removed + readable + damaged,
    },
  ]
  if (before) {
    const { complete, incomplete, damaged: passed } = counters
    balances.push(
      {
        text: `checkpoint: ${before.seq} = ${complete} complete + ${incomplete} incomplete + ${passed} damaged`,
        balanced: before.seq === complete + incomplete + passed,
      },
      {
        text: `entries: ${lastSeq} = ${before.seq} up to the checkpoint + ${lastSeq - before.seq} under way or waiting`,
        balanced: before.seq <= lastSeq,
      },
      {
        text: `incomplete: ${incomplete} counted, ${found.incomplete} noted in the journal${left}`,
        balanced: isBetween(found.incomplete, 'incomplete', [before, after], removed > 0),
      },
      {
        text: `passed as damaged: ${passed} counted, ${found.damaged} noted in the journal${left}`,
        // earlier versions did not note them
        balanced: isBetween(found.damaged, 'damaged', [before, after], true),
      },
    )
  }
  return {
    entries: lastSeq,
    removed,
    damaged,
    dropped,
    opens,
    salvaged,
    checkpoint,
    complete: counters.complete,
    failed: counters.failed,
    incomplete: counters.incomplete,
    passed: counters.damaged,
    open: lastSeq - (checkpoint ?? 0),
    incompleteSeqs,
    passedSeqs: noted.places.filter(({ from }) => from <= (checkpoint ?? 0)),
    balances,
  }
}

function within(seqs: SeqRanges, checkpoint: number): Array<[from: number, to: number]> {
  return [...seqs]
    .filter(([from]) => from <= checkpoint)
    .map(([from, to]): [number, number] => [from, Math.min(to, checkpoint)])
}

function count(ranges: ReadonlyArray<readonly [from: number, to: number]>): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0)
}

/** Notes may have gone with removed files; while the gateway runs the counter moves. */
function isBetween(
  found: number,
  counter: 'incomplete' | 'damaged',
  checkpoints: Array<Checkpoint | undefined>,
  someAreGone: boolean,
): boolean {
  const counted = checkpoints.filter((one) => one !== undefined).map((one) => one.counters[counter])
  return found <= Math.max(...counted) && (someAreGone || found >= Math.min(...counted))
}
