// Keeps what was learnt in a file, without wearing out a memory card.
import { dirname } from 'node:path'
import type { Disk } from '../journal/disk/disk.ts'
import { readSealed, writeSealed } from '../journal/disk/sealed-file.ts'
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'

/** at least so long from one write to the next, ms */
const shortestPause = 60_000
/** over time no more than this is written, bytes a millisecond: some 86 MB a day */
const pace = 1

export interface SaverParts {
  disk: Disk
  path: string
  clock: Clock
  /** what is to be written, JSON in one line */
  content(): string
  /** it could not be written, in words; the old file stays */
  failed(problem: string): void
}

export class Saver {
  readonly #parts: SaverParts
  #isDue = false
  #stopTimer: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(parts: SaverParts) {
    this.#parts = parts
  }

  /** The text in the file; undefined where there is none, or where it is damaged. Rejects with what the disk says. */
  read(): Promise<string | undefined> {
    return readSealed(this.#parts.disk, this.#parts.path)
  }

  /** There is something new: it is written now, or when the pause since the last time is over. */
  changed(): void {
    this.#isDue = true
    if (!this.#stopTimer) this.#write()
  }

  /** Writes at once what is due. Resolves when nothing is being written any more. */
  async flush(): Promise<void> {
    await this.#writing
    if (this.#isDue) this.#write()
    this.#stopTimer?.()
    this.#stopTimer = undefined
    await this.#writing
  }

  #write(): void {
    this.#isDue = false
    const content = this.#parts.content()
    const pause = Math.max(shortestPause, content.length / pace)
    this.#stopTimer = this.#parts.clock.after(pause, () => {
      this.#stopTimer = undefined
      if (this.#isDue) this.#write()
    })
    this.#writing = this.#writing.then(() => this.#replace(content))
    inBackground(this.#writing)
  }

  async #replace(content: string): Promise<void> {
    const { disk, path, failed } = this.#parts
    try {
      await disk.makeDirectory(dirname(path))
      await writeSealed(disk, path, content, { durable: true, onlyWriter: true })
    } catch (error) {
      failed(asError(error).message)
    }
  }
}
