// The keys under which senders gave events, each so that a repeat can be told: which of a key's events are in the journal.
import type { Once } from '../../journal/format/notices.ts'

/** What is known of one key. */
interface Known {
  digest: string
  of: number
  /** the parts that are in the journal; undefined: all of them */
  parts: Set<number> | undefined
}

/** A key as a file holds it: with the parts that are in the journal, 0 for all. */
export type StoredKey = [key: string, digest: string, of: number, parts: number[] | 0]

/** `new`: not in the journal; `stored`: it is; `other`: the key was used for other data. */
export type OnceState = 'new' | 'stored' | 'other'

/** Keys remembered, the latest ones. */
const mostKeys = 10_000

export class KnownKeys {
  /** in the order in which they came */
  #keys = new Map<string, Known>()
  readonly #most: number
  /** keys that somebody works under */
  readonly #held = new Map<string, Promise<void>>()

  constructor(most: number = mostKeys) {
    this.#most = most
  }

  get size(): number {
    return this.#keys.size
  }

  /** An event is in the journal. Returns whether its key was not known. */
  add({ key, part, of, digest }: Once): boolean {
    let known = this.#keys.get(key)
    const isNew = known === undefined
    if (known?.digest !== digest || known.of !== of) {
      known = { digest, of, parts: new Set() }
      this.#keys.delete(key)
      this.#keys.set(key, known)
      this.#trim()
    }
    known.parts?.add(part)
    if (known.parts?.size === of) known.parts = undefined
    return isNew
  }

  stateOf({ key, part, of, digest }: Once): OnceState {
    const known = this.#keys.get(key)
    if (known === undefined) return 'new'
    if (known.digest !== digest || known.of !== of) return 'other'
    return known.parts === undefined || known.parts.has(part) ? 'stored' : 'new'
  }

  /** These were in the journal before all that is known so far. */
  addEarlier(earlier: KnownKeys): void {
    const later = this.#keys
    this.#keys = earlier.#keys
    for (const [key, known] of later) {
      const { digest, of, parts } = known
      const old = this.#keys.get(key)
      if (old?.digest === digest && old.of === of) {
        for (const part of parts ?? []) old.parts?.add(part)
        if (parts === undefined || old.parts?.size === of) old.parts = undefined
      } else {
        this.#keys.delete(key)
        this.#keys.set(key, known)
      }
    }
    this.#trim()
  }

  get stored(): StoredKey[] {
    return [...this.#keys].map(([key, { digest, of, parts }]) => [key, digest, of, parts ? [...parts] : 0])
  }

  restore(stored: readonly StoredKey[]): void {
    for (const [key, digest, of, parts] of stored)
      this.#keys.set(key, { digest, of, parts: parts === 0 ? undefined : new Set(parts) })
    this.#trim()
  }

  /**
   * Waits until nobody works under these keys, and holds them until the function that it gives is called: two requests with
   * one key must not both find it new.
   */
  async hold(keys: ReadonlySet<string>): Promise<() => void> {
    for (let busy = this.#busy(keys); busy !== undefined; busy = this.#busy(keys)) await busy
    const { promise, resolve } = Promise.withResolvers<void>()
    for (const key of keys) this.#held.set(key, promise)
    return () => {
      for (const key of keys) if (this.#held.get(key) === promise) this.#held.delete(key)
      resolve()
    }
  }

  #busy(keys: ReadonlySet<string>): Promise<void> | undefined {
    for (const key of keys) {
      const held = this.#held.get(key)
      if (held) return held
    }
    return undefined
  }

  #trim(): void {
    for (const key of this.#keys.keys()) {
      if (this.#keys.size <= this.#most) return
      this.#keys.delete(key)
    }
  }
}
