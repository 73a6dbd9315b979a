// What a node remembers of earlier events, beside the journal that it can be made again from.
import type { Disk } from '../journal/disk/disk.ts'
import { readSealed, writeSealed } from '../journal/disk/sealed-file.ts'

/** @template Memory plain JSON */
export interface StoredState<Memory> {
  /** a hash of what makes the memory (rules, or formats): what others remembered is of no use */
  rules: string
  /** the seqs that it includes */
  from: number
  seq: number
  /** id of that event, which says of which journal: a seq alone does not; absent where it is not known */
  id?: string
  memory: Memory
}

/** 2: says what is certain. 3: the fields of a key are joined by `.` */
const version = 3

/** One file of JSON, sealed by a checksum. */
export class StateFile<Memory> {
  readonly #disk: Disk
  readonly #path: string

  constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.#path = path
  }

  /** Undefined where there is none, or where it is damaged: it can be made again from the journal. */
  async read(): Promise<StoredState<Memory> | undefined> {
    const json = await readSealed(this.#disk, this.#path)
    if (json === undefined) return undefined
    const state = JSON.parse(json) as StoredState<Memory> & { version: number }
    return state.version === version ? state : undefined
  }

  /** @param memory as JSON. Throws what the disk throws; the old state stays then. */
  async write({ rules, from, seq, id }: Omit<StoredState<Memory>, 'memory'>, memory: string): Promise<void> {
    const named = id === undefined ? '' : `"id":${JSON.stringify(id)},`
    const json = `{"version":${version},"rules":"${rules}","from":${from},"seq":${seq},${named}"memory":${memory}}`
    await writeSealed(this.#disk, this.#path, json, { durable: true, onlyWriter: true })
  }

  async remove(): Promise<void> {
    await this.#disk.remove(this.#path)
  }
}
