// The text of a file for a reader that may be kept waiting, and has no file open meanwhile. One that is archived then is
// read on in its archive; one that is removed ends there, and its room on the disk is free at once.
import { errorCode } from '../../kit/errors.ts'
import type { Block } from '../archive/blocks.ts'
import { type OpenText, openIfThere, type ReadableText, type TextFile } from '../archive/text-file.ts'

export class RestingText implements ReadableText {
  /** it was removed while it was read: there is nothing more of it */
  isGone = false
  readonly #open: OpenText
  readonly #stored: string
  /** a plain file is here while it is open; an archive stays, for it has its index in memory and no file open */
  #text: TextFile | undefined

  constructor(open: OpenText, stored: string, text: TextFile) {
    this.#open = open
    this.#stored = stored
    this.#text = text
  }

  /** The block that holds a seq, where an archive's index says it. */
  blockOf(seq: number): Block | undefined {
    return this.#text?.blockOf?.(seq)
  }

  /** Where an archive's index knows it: see `TextFile`. */
  get head(): string {
    return this.#text?.head ?? ''
  }

  /** Nothing where the file was removed. */
  read(position: number, length: number): Promise<Buffer> {
    return this.#use((text) => text.read(position, length), Buffer.alloc(0))
  }

  size(): Promise<number> {
    return this.#use((text) => text.size(), 0)
  }

  /** Whether a file is open. */
  get isOpen(): boolean {
    return this.#text !== undefined && !this.#text.blocks
  }

  /** To be called before the reader waits for its caller. */
  async rest(): Promise<void> {
    if (this.isOpen) await this.close()
  }

  async close(): Promise<void> {
    const text = this.#text
    this.#text = undefined
    await text?.close()
  }

  async #use<T>(use: (text: TextFile) => Promise<T>, ifGone: T): Promise<T> {
    try {
      this.#text ??= await this.#open(this.#stored)
      return await use(this.#text)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
      this.isGone = true
      return ifGone
    }
  }
}

/** Undefined for a file that was removed since: what it held is missing, as the next one's H says. */
export async function openResting(open: OpenText, stored: string): Promise<RestingText | undefined> {
  const text = await openIfThere(open, stored)
  return text && new RestingText(open, stored, text)
}
