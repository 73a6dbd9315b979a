// When systemd's watchdog is fed: while the event loop turns, and while each journal writes what it holds or knows why it
// does not. A full disk, one that hangs and a broker that is away are no reason to start anew: what is held would be lost.

/** How far a journal is. */
export interface JournalProgress {
  directory: string
  /** entries and notices that are not written yet */
  held: number
  /** entries and notices written since the start */
  written: number
  /** why it does not write now, as it says itself; undefined while all is well */
  failure: string | undefined
  /** seconds that an entry may be held */
  flushInterval: number
}

/** So long may a journal, beyond its interval, hold something and neither write nor say why; ms. */
const patience = 60_000

export class StallWatch {
  readonly #seen = new Map<string, { written: number; since: number }>()

  /** The journal that stands still, in words; undefined while all move. @param now ms of the monotonic clock */
  stalled(journals: readonly JournalProgress[], now: number): string | undefined {
    for (const journal of journals) {
      const { directory, held, written, failure, flushInterval } = journal
      const seen = this.#seen.get(directory)
      if (held === 0 || failure !== undefined || seen?.written !== written) {
        this.#seen.set(directory, { written, since: now })
      } else if (now - seen.since > patience + flushInterval * 1000) {
        const seconds = Math.round((now - seen.since) / 1000)
        return `the journal ${directory} has held ${held} entries for ${seconds} s without writing or saying why`
      }
    }
    return undefined
  }
}
