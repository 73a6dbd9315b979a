// Ids that never change, by which a home automation knows a device again. They are made of the installation's letters and of
// where the device was heard first, so neither a new name nor another name of the gateway changes them.
import { createHash } from 'node:crypto'

/** Where a device was heard, and its id: `[source, key, id]`. */
export type KnownId = [source: string, key: string, id: string]

/** devices, at most: what is heard on the radio may be garbage with thousands of keys */
const mostIds = 2_000

export class DeviceIds {
  readonly #installation: string
  #known: KnownId[]

  /** @param installation a few letters that tell it from all others */
  constructor(installation: string, known: readonly KnownId[] = []) {
    this.#installation = installation
    this.#known = [...known]
  }

  get known(): readonly KnownId[] {
    return this.#known
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
    const own = this.#known.find(([other, otherKey]) => other === source && otherKey === key)
    if (own !== undefined) return own[2]
    const same = this.#known.find(([other, otherKey]) => otherKey === key && isSame(other))
    const id = same?.[2] ?? this.#made(source, key)
    this.#known.push([source, key, id])
    if (this.#known.length > mostIds) this.#known.shift()
    return id
  }

  #made(source: string, key: string): string {
    const digits = createHash('sha256').update(`${source}\n${key}`).digest('hex').slice(0, 12)
    return `${this.gateway}-${digits}`
  }
}
