// Ids that never change, by which a home automation knows a device again. They are made of the installation's letters and of
// where the device was heard first, so neither a new name nor another name of the gateway changes them.
import { createHash } from 'node:crypto'

/** Where a device was heard, and its id: `[source, key, id]`. */
export type KnownId = [source: string, key: string, id: string]

/** devices, at most: what is heard on the radio may be garbage with thousands of keys */
const mostIds = 2_000

export class DeviceIds {
  readonly #installation: string
  /** by source and key; the one that was asked for last stands last */
  readonly #known: Map<string, KnownId>

  /** @param installation a few letters that tell it from all others */
  constructor(installation: string, known: readonly KnownId[] = []) {
    this.#installation = installation
    this.#known = new Map(known.map((each) => [placeOf(each[0], each[1]), each]))
  }

  get known(): KnownId[] {
    return [...this.#known.values()]
  }

  /** The gateway's own. */
  get gateway(): string {
    return `fieldlog-${this.#installation}`
  }

  /**
   * The id of a device.
   * @param isSame whether another place where the same key was heard is this device's, too: the user has given both the same name, as where
   * a port got another one
   */
  idOf(source: string, key: string, isSame: (otherSource: string) => boolean): string {
    const place = placeOf(source, key)
    const known = this.#known.get(place) ?? this.#newId(source, key, isSame)
    // what is in use stays, however much garbage comes
    this.#known.delete(place)
    this.#known.set(place, known)
    if (this.#known.size > mostIds) this.#known.delete(this.#known.keys().next().value as string)
    return known[2]
  }

  #newId(source: string, key: string, isSame: (otherSource: string) => boolean): KnownId {
    for (const [other, otherKey, id] of this.#known.values())
      if (otherKey === key && isSame(other)) return [source, key, id]
    return [source, key, this.#made(source, key)]
  }

  #made(source: string, key: string): string {
    const digits = createHash('sha256').update(`${source}\n${key}`).digest('hex').slice(0, 12)
    return `${this.gateway}-${digits}`
  }
}

/** A source has no spaces, and is one line. */
function placeOf(source: string, key: string): string {
  return `${source}\n${key}`
}
