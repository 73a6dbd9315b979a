// The checkpoint on disk: two alternating slots with a checksum each, so that a torn write destroys only one of them.
// The bytes are described in docs/delivery.md, "The checkpoint file".
import { dirname } from 'node:path'
import type { Disk, DiskFile } from '../../journal/disk/disk.ts'
import { errorCode } from '../../kit/errors.ts'
import { seal, unseal } from '../../kit/sealed.ts'
import type { Identity } from './agreement.ts'

/** How many events have been dealt with, and how. */
export interface Counters {
  /** the whole flow is done with it */
  complete: number
  /** of the complete ones: a node reported an error for it */
  failed: number
  /** still held by a node at the time limit, noted in the journal and not completed since */
  incomplete: number
  /** could not be read back from the journal */
  damaged: number
}

/** Events that a stop could not get onto the disk: how many, and the receive times of the first and the last. */
export interface Lost {
  dropped: number
  from: number | null
  to: number | null
}

/** What a slot holds, with the identity of the journal that it is of. */
export interface Checkpoint extends Identity {
  /** every event up to it has been dealt with: seq = complete + incomplete + damaged */
  seq: number
  /** hold for all seqs up to `seq` */
  counters: Counters
  /**
   * complete ones above `seq`, as far as there is room: events not in it, then events in it, and so on, lowest
   * first. So one event that a node holds for long does not make all behind it come again.
   */
  above?: number[]
  /** no event below it is incomplete; where there is none: absent */
  incompleteFrom?: number
  /** no event below it was passed as damaged and noted; where there is none: absent */
  damagedFrom?: number
  /** up to this seq events are sent at the set pace */
  pacedUpTo?: number
  /** until a `gap` in the journal notes them */
  lost?: Lost
}

/** The highest seq that a checkpoint speaks of. */
export function topOf({ seq, above = [] }: Checkpoint): number {
  return above.reduce((top, length) => top + length, seq)
}

const slotSize = 4096
/** Longest JSON text of a slot: the rest is its checksum, a space and the line's end. */
const jsonSize = slotSize - 10

/** The file `.checkpoint` of a journal. */
export class CheckpointFile {
  readonly #disk: Disk
  readonly #path: string
  #file: DiskFile | undefined
  #generation = 0

  constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.#path = path
  }

  /** The newer valid slot; undefined where neither is valid or there is no file. */
  async read(): Promise<Checkpoint | undefined> {
    const file = await this.#openExisting()
    if (!file) return undefined
    const slots = [parseSlot(await file.read(0, slotSize)), parseSlot(await file.read(slotSize, slotSize))]
    const newest = slots.filter((slot) => slot !== undefined).sort((a, b) => b.generation - a.generation)[0]
    if (!newest) return undefined
    const { generation, ...checkpoint } = newest
    this.#generation = generation
    return checkpoint
  }

  /** Writes the older slot; the newer one stays as it is until this one is on the medium. */
  async write(checkpoint: Checkpoint): Promise<void> {
    const file = (await this.#openExisting()) ?? (await this.#create())
    const generation = this.#generation + 1
    const json = fitting({ generation, ...checkpoint })
    const slot = Buffer.alloc(slotSize, ' ')
    slot.write(seal(json))
    await file.write(slot, (generation % 2) * slotSize)
    await file.sync()
    this.#generation = generation
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  async #openExisting(): Promise<DiskFile | undefined> {
    if (this.#file) return this.#file
    try {
      this.#file = await this.#disk.open(this.#path, 'write')
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
    return this.#file
  }

  async #create(): Promise<DiskFile> {
    this.#file = await this.#disk.open(this.#path, 'create')
    await this.#disk.syncDirectory(dirname(this.#path))
    return this.#file
  }
}

type Slot = Checkpoint & { generation: number }

/** The slot's JSON; what does not fit of `above` is left out, highest first: those events are sent again. */
function fitting(slot: Slot): string {
  const { above = [], ...rest } = slot
  const room = jsonSize - JSON.stringify({ ...rest, above: [] }).length
  let length = 0
  let kept = 0
  for (const number of above) {
    length += String(number).length + 1
    if (length > room) break
    kept++
  }
  kept -= kept % 2
  return JSON.stringify(kept > 0 ? { ...rest, above: above.slice(0, kept) } : rest)
}

function parseSlot(bytes: Buffer): Slot | undefined {
  const end = bytes.indexOf(10)
  const json = unseal(bytes.toString('utf8', 0, end + 1))
  return json === undefined ? undefined : (JSON.parse(json) as Slot)
}
