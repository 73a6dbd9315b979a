// A clean node's decoding with its persistence. Formats that leave out repeats remember earlier events: what they
// remember is restored from the state file and the journal before the first event is decoded, and stored from time to
// time. Events that come long after their turn (a replay on request) are decoded by a memory of their own.

import { compileFormats, type Formats, type Match } from '../formats/compile.ts'
import { type Outcome, remembers } from '../formats/format.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'
import {
  EventMemory,
  type MemoryLimits,
  type MemoryOptions,
  type StoredMemory,
} from '../formats/model/memory.ts'
import { type Disk, systemDisk } from '../journal/disk/disk.ts'
import { inBackground } from '../kit/background.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import { RateLimit } from '../kit/rate-limit.ts'
import { rulesHash } from '../predicates/judge/rules-hash.ts'
import { type PlacedReading, readEntries, readingOf } from './history.ts'
import { leadsOn } from './lane.ts'
import { Retraced } from './retraced.ts'
import { StateFile, seqOf } from './state-file.ts'

/** ms; a large memory is some MB, and a card wears out */
const storeInterval = 600_000
/** entries below the checkpoint whose events are stored one by one: the label node may ask for them after a restart */
const overlap = 10_000
/** ms between two warnings of one kind */
const warnInterval = 3_600_000

/** The journal that events come from. */
export interface CleaningPlace {
  directory: string
  /** up to this seq the flow is done with all events; undefined: not known yet */
  checkpoint(): number | undefined
  disk?: Disk
  /** see `lookBacks` */
  lookBacks?: readonly number[]
}

export interface CleaningParts<Message> {
  /** what became of a message's event; each message is given back once */
  decoded(message: Message, outcome: Outcome): void
  warn(text: string): void
  /** undefined: what the formats remember lasts until the process ends */
  journal: CleaningPlace | undefined
}

export interface CleaningOptions {
  clock?: Clock
  /** default: as EventMemory */
  limits?: MemoryLimits
}

export class LiveCleaning<Message> {
  /** hash of what decides over repeats: what other formats remembered is of no use */
  readonly rules: string
  readonly #definitions: readonly FormatDefinition[]
  readonly #match: Match
  readonly #stateName: string
  readonly #clock: Clock
  readonly #limits: MemoryLimits | undefined
  readonly #warnings: RateLimit
  /** nothing is left out: there is nothing to remember */
  readonly #remembers: boolean
  readonly #live: Retraced<Decoder>
  #replay: { retraced: Retraced<Decoder>; lastSeq: number } | undefined
  #parts: CleaningParts<Message> | undefined
  #isReady = false
  #restoring: Promise<void> | undefined
  /** messages whose turn has not come, as what was logged before them is being read */
  readonly #queued = new Set<{ reading: PlacedReading; message: Message }>()
  #stopTimer: (() => void) | undefined
  /** one write after the other */
  #storing: Promise<void> = Promise.resolve()

  /** @param stateName the state's file in the journal's directory */
  constructor(
    definitions: readonly FormatDefinition[],
    match: Match,
    stateName: string,
    { clock = systemClock, limits }: CleaningOptions = {},
  ) {
    this.rules = rulesHash({ match, definitions })
    this.#definitions = definitions
    this.#match = match
    this.#stateName = stateName
    this.#clock = clock
    this.#limits = limits
    this.#warnings = new RateLimit(warnInterval, clock)
    this.#remembers = definitions.some(remembers)
    this.#live = this.#retraced(false)
    this.#live.replace(this.#decoder(this.#memory({ isWhole: true })), 1)
  }

  /** What is known of the last events. */
  get memory(): EventMemory {
    return this.#liveDecoder.memory
  }

  /** It is there from the start. */
  get #liveDecoder(): Decoder {
    return this.#live.state as Decoder
  }

  /** Messages that wait for what is being read. */
  get held(): number {
    return this.#queued.size
  }

  attach(parts: CleaningParts<Message>): void {
    this.#parts = parts
    if (this.#isReady) this.#keep()
  }

  /** Resolves with the messages that waited, when what is remembered is stored: their events will come again. */
  async detach(): Promise<Message[]> {
    await this.#restoring
    const messages = [...this.#queued].map(({ message }) => message)
    this.#queued.clear()
    this.#replay = undefined
    if (this.#isReady) await this.#store()
    // only now: what was being stored before would have set it again
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#parts = undefined
    return messages
  }

  take(reading: PlacedReading, message: Message): void {
    if (!this.#remembers) {
      this.#parts?.decoded(message, this.#liveDecoder.decode(reading))
      return
    }
    const queued = { reading, message }
    this.#queued.add(queued)
    if (this.#isReady) this.#decode(queued)
    else if (!this.#restoring) {
      this.#restoring = this.#restore(reading)
      inBackground(this.#restoring)
    }
  }

  #decode(queued: { reading: PlacedReading; message: Message }): void {
    this.#take(this.#live, queued, (outcome) => {
      if (!isPast(outcome)) return false
      const { seq } = queued.reading
      if (!this.#replay || !leadsOn(this.#replay.lastSeq, seq)) {
        this.#replay = { retraced: this.#retraced(true), lastSeq: seq }
      }
      this.#replay.lastSeq = Math.max(this.#replay.lastSeq, seq)
      this.#take(this.#replay.retraced, queued, () => false)
      return true
    })
  }

  /** @param isElsewhere whether the outcome is not for here, and has been seen to */
  #take(
    retraced: Retraced<Decoder>,
    queued: { reading: PlacedReading; message: Message },
    isElsewhere: (outcome: Outcome) => boolean,
  ): void {
    const { reading, message } = queued
    retraced.take({ seq: reading.seq, part: 0 }, (decoder, isFinal) => {
      // it may have been given back meanwhile
      if (!this.#queued.has(queued)) return true
      const outcome = decoder.decode(reading)
      if (isElsewhere(outcome)) return true
      if (!isFinal && isUnsure(outcome)) return false
      this.#queued.delete(queued)
      this.#parts?.decoded(message, outcome)
      return true
    })
  }

  async #restore(first: PlacedReading): Promise<void> {
    const journal = this.#parts?.journal
    try {
      await this.#restoreFrom(journal, first)
    } catch (error) {
      this.memory.gap()
      this.#failed(asError(error))
    }
    this.#isReady = true
    this.#restoring = undefined
    this.#keep()
    for (const queued of this.#queued) this.#decode(queued)
  }

  async #restoreFrom(journal: CleaningPlace | undefined, first: PlacedReading): Promise<void> {
    const checkpoint = journal?.checkpoint() ?? 0
    // the first one may be of a replay on request, which comes long after its turn
    const before = Math.max(first.seq, checkpoint + 1)
    const stored = journal && (await this.#file(journal).readUsable(this.rules, checkpoint))
    if (stored) {
      const { memory } = this
      memory.load(stored.memory)
      this.#live.replace(this.#decoder(memory, stored.id), stored.from)
      await this.#read(journal, stored.seq + 1, before - 1, this.#liveDecoder)
      return
    }
    await this.#live.begin({ seq: before, part: 0 })
  }

  /** @param keepsUnsure an event that was sent the first time must not be left out the second time */
  #retraced(keepsUnsure: boolean): Retraced<Decoder> {
    const make = (isWhole: boolean) => this.#decoder(this.#memory({ isWhole, keepsUnsure }))
    return new Retraced<Decoder>({
      rebuild: async (first, before) => {
        const made = make(first <= 1)
        const journal = this.#parts?.journal
        if (journal) await this.#read(journal, first, before.seq - 1, made)
        return made
      },
      without: () => make(false),
      failed: (error) => this.#failed(error),
      lookBacks: () => (this.#parts?.journal ? this.#parts.journal.lookBacks : []),
    })
  }

  async #read(journal: CleaningPlace, from: number, to: number, decoder: Decoder): Promise<void> {
    await readEntries(journal.disk ?? systemDisk, journal.directory, from, to, {
      entry(entry) {
        decoder.decode(readingOf(entry))
        return true
      },
      gap: () => decoder.memory.gap(),
    })
  }

  #decoder(memory: EventMemory, newestId?: string): Decoder {
    return new Decoder(compileFormats(this.#definitions, { match: this.#match, memory }), memory, newestId)
  }

  #memory(options: Pick<MemoryOptions, 'isWhole' | 'keepsUnsure'>): EventMemory {
    return new EventMemory({
      ...options,
      ...(this.#limits && { limits: this.#limits }),
      limitReached: (series) => {
        if (!this.#warnings.allows('times')) return
        const name = series
          .split('\n')
          .filter((part) => part !== '')
          .join(' ')
        this.#parts?.warn(
          `clean: more times of ${name} came than are remembered for "drop the same time again": ` +
            'what is older than the oldest one that is remembered is sent on, marked as unsure',
        )
      },
    })
  }

  #keep(): void {
    if (!this.#parts?.journal || !this.#remembers || this.#stopTimer) return
    this.#stopTimer = this.#clock.after(storeInterval, () => {
      this.#stopTimer = undefined
      inBackground(this.#store().then(() => this.#keep()))
    })
  }

  #store(): Promise<void> {
    this.#storing = this.#storing.then(() => this.#write())
    return this.#storing
  }

  async #write(): Promise<void> {
    const journal = this.#parts?.journal
    const checkpoint = journal?.checkpoint()
    if (!journal || checkpoint === undefined || !this.#remembers) return
    const from = Number.isFinite(this.#live.from) ? this.#live.from : checkpoint
    try {
      const memory = this.memory.save(checkpoint - overlap)
      const { newest } = this.#liveDecoder
      const file = this.#file(journal)
      // entries that other nodes had may have come after its newest one
      const id = newest && newest.seq >= checkpoint ? newest.id : await file.idOf(checkpoint)
      await file.write({ rules: this.rules, from, seq: checkpoint, ...(id !== undefined && { id }) }, memory)
    } catch (error) {
      if (!this.#warnings.allows('store')) return
      this.#parts?.warn(
        `clean: cannot store what the formats remember of repeats: ${asError(error).message}; after a restart it is made again from the last readings of the journal`,
      )
    }
  }

  #failed(error: Error): void {
    this.#parts?.warn(
      `clean: the journal cannot be read for earlier events: ${error.message}; what may be a repeat is sent on, marked as unsure`,
    )
  }

  #file({ disk = systemDisk, directory }: CleaningPlace): StateFile<StoredMemory> {
    return new StateFile(disk, directory, this.#stateName)
  }
}

/** Formats with what they remember. */
class Decoder {
  readonly memory: EventMemory
  readonly #formats: Formats
  #newest: { seq: number; id: string } | undefined

  /** @param newestId of the newest entry that the memory knows of */
  constructor(formats: Formats, memory: EventMemory, newestId?: string) {
    this.#formats = formats
    this.memory = memory
    if (newestId !== undefined) this.#newest = { seq: seqOf(newestId), id: newestId }
  }

  /** The newest entry that they were given. */
  get newest(): { seq: number; id: string } | undefined {
    return this.#newest
  }

  decode(reading: PlacedReading): Outcome {
    const { seq, id } = reading
    if (seq > (this.#newest?.seq ?? 0)) this.#newest = { seq, id }
    return this.#formats.decode(reading)
  }
}

/** Whether too little is known of what came before to say for certain what became of it. */
export function isUnsure(outcome: Outcome): boolean {
  if (outcome.kind === 'rejected') return outcome.unsure !== undefined
  return outcome.kind === 'clean' && outcome.events.some((event) => event.unsure !== undefined)
}

function isPast(outcome: Outcome): boolean {
  return (outcome.kind === 'clean' || outcome.kind === 'rejected') && outcome.isPast === true
}
