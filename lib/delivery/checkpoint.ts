// The checkpoint on disk: two alternating slots with a checksum each, so that a torn write costs one of them.
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { errorCode } from '../errors.ts'
import type { Disk, DiskFile } from '../journal/disk.ts'

/** What a slot holds. */
export interface Checkpoint {
  /** every event up to it has been dealt with */
  seq: number
  /** counters that hold for all seqs up to it */
  counters: Record<string, number>
}

const slotSize = 4096

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
    this.#generation = newest.generation
    return { seq: newest.seq, counters: newest.counters }
  }

  /** Writes the older slot; the newer one stays as it is until this one is on the medium. */
  async write(checkpoint: Checkpoint): Promise<void> {
    const file = (await this.#openExisting()) ?? (await this.#create())
    const generation = this.#generation + 1
    const json = JSON.stringify({ generation, ...checkpoint })
    const slot = Buffer.alloc(slotSize, ' ')
    slot.write(`${checksum(json)} ${json}\n`)
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

function parseSlot(bytes: Buffer): (Checkpoint & { generation: number }) | undefined {
  const end = bytes.indexOf(10)
  const text = bytes.toString('utf8', 0, Math.max(end, 0))
  const json = text.slice(9)
  if (end === -1 || text.slice(0, 8) !== checksum(json)) return undefined
  return JSON.parse(json) as Checkpoint & { generation: number }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
