// What the journal has of a device, as far back as a catch-up may need it.
import type { Disk } from '../journal/disk/disk.ts'
import { type Entry, type Item, isEntry } from '../journal/format/entry.ts'
import { unescapeLine } from '../journal/format/text.ts'
import { readJournal } from '../journal/read/reader.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import { AnyDeviceMemory } from './any-device-memory.ts'
import type { AnyDeviceSettings } from './any-device-settings.ts'
import { CollectorMemory, type Observed } from './memory.ts'

/** Looked at first; all of `mostEntries` only where these do not say where the device's memory was left. */
const fewEntries = 30_000
/** Entries of all sources together. */
const mostEntries = 300_000

/** What is remembered of a device: its lines and our notices go in, in order. */
export interface Remembering {
  observe(line: Observed): unknown
  /** Nobody listened for a while before the line that comes next. */
  missed(): void
  /** when the newest line came, ms since 1970 */
  readonly lastLine: number | undefined
  /** the JSON of a `catchup` notice of any source */
  noticed(json: string, source: string): void
  /** It is known from where on the device is to be asked, and everything that was logged since has been seen. */
  readonly isEnough: boolean
  /** Where the journal was not read from its beginning: of the first entry that was, ms since 1970. */
  readSince: number | undefined
}

/** Which lines are read. */
export interface PastOf {
  /** the journal's folder */
  directory: string
  /** its end: what comes behind it is seen live */
  lastSeq: number
  source: string
  /** A pause (ms) over a start of the gateway in which something may have been missed. */
  missing: number
}

/** What is known of a collector. Reads the last 300,000 entries at most. Throws what the disk throws. */
export function readPast(disk: Disk, past: PastOf): Promise<CollectorMemory> {
  return remember(() => new CollectorMemory(), disk, past)
}

/** The same of any other device. */
export function readAnyPast(settings: AnyDeviceSettings, disk: Disk, past: PastOf): Promise<AnyDeviceMemory> {
  return remember(() => new AnyDeviceMemory(settings), disk, past)
}

async function remember<M extends Remembering>(begin: () => M, disk: Disk, past: PastOf): Promise<M> {
  const { lastSeq } = past
  const read = async (count: number) => {
    const memory = begin()
    await new Reader(memory, past, Math.max(1, lastSeq - count + 1)).read(disk)
    return memory
  }
  const memory = await read(fewEntries)
  return memory.isEnough || lastSeq <= fewEntries ? memory : read(mostEntries)
}

class Reader {
  readonly #memory: Remembering
  readonly #past: PastOf
  readonly #first: number
  /** the gateway has started, and no line has come since */
  #hasStarted = false

  /** @param first the seq of the first entry that is looked at */
  constructor(memory: Remembering, past: PastOf, first: number) {
    this.#memory = memory
    this.#past = past
    this.#first = first
  }

  async read(disk: Disk): Promise<void> {
    const { directory, lastSeq } = this.#past
    for await (const reading of readJournal(disk, directory, this.#first)) {
      if (reading.kind !== 'batch') continue
      for (const item of reading.items) {
        if (isEntry(item) && item.seq > lastSeq) return
        this.#take(item)
        if (isTurnLong()) await nextTurn()
      }
    }
  }

  #take(item: Item): void {
    if (item.kind === 'N') {
      if (item.after < this.#first - 1) return
      if (item.notice === 'open') this.#hasStarted = true
      if (item.notice === 'catchup') this.#memory.noticed(item.json, this.#past.source)
    } else if (isEntry(item) && item.seq >= this.#first) {
      if (this.#first > 1) this.#memory.readSince ??= item.received
      if (item.source === this.#past.source && item.kind !== 'E') this.#observe(item)
    }
  }

  #observe({ text, received, time, kind, cut }: Entry): void {
    const { lastLine } = this.#memory
    const isGap = lastLine !== undefined && received - lastLine >= this.#past.missing
    if (this.#hasStarted && isGap) this.#memory.missed()
    this.#hasStarted = false
    this.#memory.observe({
      text: unescapeLine(text),
      received,
      ...(kind === 'R' && { time }),
      ...(cut && { cut }),
    })
  }
}
