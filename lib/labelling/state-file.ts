// What a label node's rules remember, beside the journal that it can be made again from.
import type { Disk } from '../journal/disk/disk.ts'
import { readSealed, writeSealed } from '../journal/disk/sealed-file.ts'
import type { StoredMemory } from '../predicates/judge/labeller.ts'

export interface StoredState {
  /** the rule set's hash: what other rules remembered is of no use */
  rules: string
  /** the highest seq that it includes */
  seq: number
  /** id of that event, which says of which journal: a seq alone does not; absent in files of before */
  id?: string
  memory: StoredMemory
}

const version = 1

/** One file of JSON, sealed by a checksum. */
export class StateFile {
  readonly #disk: Disk
  readonly #path: string

  constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.#path = path
  }

  /** Undefined where there is none, or where it is damaged: it can be made again from the journal. */
  async read(): Promise<StoredState | undefined> {
    const json = await readSealed(this.#disk, this.#path)
    if (json === undefined) return undefined
    const state = JSON.parse(json) as StoredState & { version: number }
    return state.version === version ? state : undefined
  }

  /** @param memory the labeller's memory as JSON. Throws what the disk throws; the old state stays then. */
  async write({ rules, seq, id }: Omit<StoredState, 'memory'>, memory: string): Promise<void> {
    const named = id === undefined ? '' : `"id":${JSON.stringify(id)},`
    const json = `{"version":${version},"rules":"${rules}","seq":${seq},${named}"memory":${memory}}`
    await writeSealed(this.#disk, this.#path, json, { durable: true, onlyWriter: true })
  }

  async remove(): Promise<void> {
    await this.#disk.remove(this.#path)
  }
}
