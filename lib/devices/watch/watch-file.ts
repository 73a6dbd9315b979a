// What was learnt of devices, in a file beside the journal that it was learnt from.
import { viewOf } from '../../delivery/progress/agreement.ts'
import type { Disk } from '../../journal/disk/disk.ts'
import { readVersion, writeSealed } from '../../journal/disk/sealed-file.ts'
import type { StoredSeries } from './series.ts'

const version = 1

/** A reading's id says of which journal it is: a seq alone does not. */
export interface LastReading {
  seq: number
  /** `<epoch>-<seq>` */
  id: string
}

interface Stored {
  last: LastReading
  series: StoredSeries[]
}

export class WatchFile {
  readonly #disk: Disk
  readonly #directory: string

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  get #path(): string {
    return `${this.#directory}/.devices`
  }

  /**
   * Undefined where there is none, where it is damaged, or where it is of another copy of the journal, which went on
   * otherwise: it is learnt again. Rejects with what else the disk says.
   */
  async read(): Promise<Stored | undefined> {
    const stored = await readVersion<Stored>(this.#disk, this.#path, version)
    return stored && (await this.#isOfJournal(stored.last)) ? stored : undefined
  }

  /** Rejects with what the disk says; the old file stays then. */
  async write(last: LastReading, series: readonly StoredSeries[]): Promise<void> {
    const json = JSON.stringify({ version, last, series })
    await writeSealed(this.#disk, this.#path, json, { onlyWriter: true })
  }

  async #isOfJournal({ seq, id }: LastReading): Promise<boolean> {
    const epoch = await viewOf(this.#disk, this.#directory).epochFrom(seq)
    return id === `${epoch}-${seq}`
  }
}
