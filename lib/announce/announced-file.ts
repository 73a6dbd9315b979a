// What was announced, in a file beside the broker's outbox, so that the next process cleans up what no longer exists, and does not
// put an older reading in the place of a newer one.
import type { Disk } from '../journal/disk/disk.ts'
import { readVersion, writeSealed } from '../journal/disk/sealed-file.ts'
import type { Platform } from './homeassistant/components.ts'
import type { KnownId } from './identity.ts'

const version = 1

/** `[topic, kind]` of a topic that the broker may have. */
export type KnownTopic = [topic: string, kind: string]

/** A reading; the payload only where the gateway was stopped in an orderly way after it was published. */
export type StoredReading = [
  source: string,
  type: string,
  key: string,
  device: string,
  id: string,
  time: number,
  received: number,
  isKnown: boolean,
  payload: string | null,
]

/** What the announcement of a device had: each component's key and platform. */
export type StoredComponents = [id: string, platforms: Record<string, Platform>]

/** Seconds after which the values of a device count as old. */
export type StoredExpiry = [id: string, seconds: number]

export interface Announced {
  components: StoredComponents[]
  /** absent in files of earlier versions */
  expiries?: StoredExpiry[]
  ids: KnownId[]
  topics: KnownTopic[]
  readings: StoredReading[]
}

export class AnnouncedFile {
  readonly #disk: Disk
  readonly #directory: string

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  get #path(): string {
    return `${this.#directory}/.announced`
  }

  /** Undefined where there is none, or where it is damaged. Rejects with what else the disk says. */
  read(): Promise<Announced | undefined> {
    return readVersion(this.#disk, this.#path, version)
  }

  /** Rejects with what the disk says; the old file stays then. */
  async write(announced: Announced): Promise<void> {
    await this.#disk.makeDirectory(this.#directory)
    await writeSealed(this.#disk, this.#path, JSON.stringify({ version, ...announced }), { onlyWriter: true })
  }
}
