// The other properties of a logged message: they are not in the journal, and go along at its first sending only, as far
// as there is room for them in memory.
import { heldBytes } from './held-bytes.ts'
import { consumed } from './message.ts'

/** What a logged message carries beside its event. */
export interface Carried {
  properties: Record<string, unknown>
  /** of memory, roughly */
  bytes: number
}

/** Bytes of other properties that are held for messages which are not on disk yet. */
const limit = 16 << 20

export class PropertyStore {
  readonly #limit: number
  readonly #onLeftOut: () => void
  #bytes = 0
  #leftOut = 0

  /** @param onLeftOut told each time that there was no room */
  constructor(onLeftOut: () => void, maxBytes: number = limit) {
    this.#onLeftOut = onLeftOut
    this.#limit = maxBytes
  }

  /** Events that are sent without the other properties of their messages, because memory had no room for these. */
  get leftOut(): number {
    return this.#leftOut
  }

  /**
   * What a message carries; undefined where that is nothing. Where there is no room the properties are taken from the
   * message itself: whoever waits for the message to be done keeps it in memory.
   */
  take(message: Record<string, unknown>): Carried | undefined {
    const properties = othersOf(message)
    if (!properties) return undefined
    const bytes = heldBytes(properties)
    if (this.#bytes + bytes <= this.#limit) {
      this.#bytes += bytes
      return { properties, bytes }
    }
    for (const key of Object.keys(properties)) delete message[key]
    this.leaveOut()
    return undefined
  }

  /** Another store held them, under a limit of its own: they are not left out for want of room here. */
  adopt(carried: Carried | undefined): void {
    if (carried) this.#bytes += carried.bytes
  }

  /** They are not held for the disk any more. */
  release(carried: Carried | undefined): void {
    if (carried) this.#bytes -= carried.bytes
  }

  /** An event is sent without what its message carried. */
  leaveOut(): void {
    this.#leftOut++
    this.#onLeftOut()
  }
}

function othersOf(message: Record<string, unknown>): Record<string, unknown> | undefined {
  let others: Record<string, unknown> | undefined
  for (const key of Object.keys(message)) {
    if (consumed.has(key)) continue
    others ??= {}
    others[key] = message[key]
  }
  return others
}
