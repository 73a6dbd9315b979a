// What is known of senders' keys, over restarts. The journal holds each key with its event, so what is known is a function of
// the journal; a file beside it saves reading all of that again.
import { join } from 'node:path'
import type { Disk } from '../../journal/disk/disk.ts'
import { readVersion, writeSealed } from '../../journal/disk/sealed-file.ts'
import { type Entry, idOf, isEntry, seqOf } from '../../journal/format/entry.ts'
import type { Reading } from '../../journal/read/reader.ts'
import { inBackground } from '../../kit/background.ts'
import { asError } from '../../kit/errors.ts'
import { KnownKeys, type StoredKey } from './known-keys.ts'

export interface KeyHistoryParts {
  disk: Disk
  /** of the journal */
  directory: string
  /** reads the journal from a seq on */
  read(fromSeq: number): AsyncIterable<Reading>
  /** seq of the last durable entry */
  lastSeq(): number
  /** epoch of the entry with this seq; undefined where it cannot be told */
  epochOf(seq: number): Promise<string | undefined>
  warn(message: string): void
}

interface Stored {
  version: number
  /** id of the newest entry that it knows of */
  id: string
  keys: StoredKey[]
}

const version = 1
/** Without the file, or far behind it, so many entries are read back at most. */
const mostReadBack = 1_000_000
/** The file is written again after so many new keys, or entries. */
const keysToSave = 1_000
const entriesToSave = 100_000

export class KeyHistory {
  /** what is known so far: all of it when `load` has resolved */
  readonly known = new KnownKeys()
  readonly #parts: KeyHistoryParts
  readonly #path: string
  #loading: Promise<void> | undefined
  #isLoaded = false
  /** the newest entry that is known */
  #last: Entry | undefined
  #newKeys = 0
  #newEntries = 0
  #saving: Promise<void> = Promise.resolve()

  constructor(parts: KeyHistoryParts) {
    this.#parts = parts
    this.#path = join(parts.directory, '.keys')
  }

  /** These have become durable. */
  durable(entries: readonly Entry[]): void {
    for (const { once } of entries) if (once !== undefined && this.known.add(once)) this.#newKeys++
    this.#newEntries += entries.length
    this.#last = entries.at(-1) ?? this.#last
    if (!this.#isLoaded || (this.#newKeys < keysToSave && this.#newEntries < entriesToSave)) return
    inBackground(this.save(), (error) =>
      this.#parts.warn(`log: cannot write ${this.#path}: ${error.message}`),
    )
  }

  /** Resolves when all keys are known. Rejects where the journal cannot be read; the next call tries again. */
  load(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw asError(error)
    })
    return this.#loading
  }

  /** Writes what is known; nothing where it is not all. */
  save(): Promise<void> {
    const id = this.#last && idOf(this.#last)
    if (!this.#isLoaded || id === undefined || this.#newEntries === 0) return this.#saving
    this.#newKeys = 0
    this.#newEntries = 0
    const stored: Stored = { version, id, keys: this.known.stored }
    const text = JSON.stringify(stored)
    const write = () => writeSealed(this.#parts.disk, this.#path, text, { onlyWriter: true })
    const saved = this.#saving.then(write, write)
    // the next one is not kept from trying
    this.#saving = saved.catch(() => {})
    return saved
  }

  async #load(): Promise<void> {
    const earlier = new KnownKeys()
    const stored = await this.#stored()
    earlier.restore(stored?.keys ?? [])
    const known = stored ? seqOf(stored.id) : 0
    const from = Math.max(known, this.#parts.lastSeq() - mostReadBack) + 1
    for await (const reading of this.#parts.read(from)) {
      if (reading.kind === 'damage') continue
      for (const item of reading.items) {
        if (!isEntry(item) || item.seq < from) continue
        if (item.once !== undefined) earlier.add(item.once)
        if (this.#last === undefined || item.seq > this.#last.seq) this.#last = item
        this.#newEntries++
      }
    }
    this.known.addEarlier(earlier)
    this.#isLoaded = true
  }

  /** Of this journal, and not of another copy that has gone on otherwise; undefined where it is of no use. */
  async #stored(): Promise<Stored | undefined> {
    const stored = await readVersion<Stored>(this.#parts.disk, this.#path, version)
    if (!stored) return undefined
    const seq = seqOf(stored.id)
    if (seq > this.#parts.lastSeq()) return undefined
    return `${await this.#parts.epochOf(seq)}-${seq}` === stored.id ? stored : undefined
  }
}
