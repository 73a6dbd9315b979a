// What a node remembers of earlier events, beside the journal that it can be made again from.
import { join } from 'node:path'
import { viewOf } from '../delivery/progress/agreement.ts'
import type { Disk } from '../journal/disk/disk.ts'
import { readVersion, writeSealed } from '../journal/disk/sealed-file.ts'
import { seqOf } from '../journal/format/entry.ts'

/** @template Memory plain JSON */
export interface StoredState<Memory> {
  /** a hash of what makes the memory (rules, or formats): what others remembered is of no use */
  rules: string
  /** the seqs that it includes */
  from: number
  seq: number
  /**
   * id of the newest entry that it knows of, `seq` or one above, which says of which journal it is: a seq alone does not.
   * Absent in files of earlier versions
   */
  id?: string
  memory: Memory
}

/** 2: says what is certain. 3: the fields of a key are joined by `.` */
const version = 3

/** One file of JSON in a journal's directory, sealed by a checksum. */
export class StateFile<Memory> {
  readonly #disk: Disk
  readonly #directory: string
  readonly #path: string

  constructor(disk: Disk, directory: string, name: string) {
    this.#disk = disk
    this.#directory = directory
    this.#path = join(directory, name)
  }

  /** Undefined where there is none, or where it is damaged: it can be made again from the journal. */
  read(): Promise<StoredState<Memory> | undefined> {
    return readVersion(this.#disk, this.#path, version)
  }

  /**
   * The state where it may be used: of the same rules, not above the checkpoint, and of this copy of the journal.
   * Throws what the disk throws.
   */
  async readUsable(rules: string, checkpoint: number): Promise<StoredState<Memory> | undefined> {
    const state = await this.read()
    if (state?.rules !== rules || state.seq > checkpoint) return undefined
    return (await this.#isOfThisCopy(state)) ? state : undefined
  }

  /** The id of the entry with this seq, or undefined where it cannot be read. Throws what the disk throws. */
  async idOf(seq: number): Promise<string | undefined> {
    const epoch = await viewOf(this.#disk, this.#directory).epochFrom(seq)
    return epoch === undefined ? undefined : `${epoch}-${seq}`
  }

  /** Whether the newest entry that it knows of is in the journal: another copy may have gone on otherwise. */
  async #isOfThisCopy({ id }: StoredState<Memory>): Promise<boolean> {
    return id === undefined || (await this.idOf(seqOf(id))) === id
  }

  /** @param memory as JSON. Throws what the disk throws; the old state stays then. */
  async write({ rules, from, seq, id }: Omit<StoredState<Memory>, 'memory'>, memory: string): Promise<void> {
    const named = id === undefined ? '' : `"id":${JSON.stringify(id)},`
    const json = `{"version":${version},"rules":"${rules}","from":${from},"seq":${seq},${named}"memory":${memory}}`
    await writeSealed(this.#disk, this.#path, json, { durable: true, onlyWriter: true })
  }
}
