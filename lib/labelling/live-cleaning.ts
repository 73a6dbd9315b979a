// A clean node's decoding with its persistence. Formats that leave out repeats remember earlier events: what they
// remember is restored from the state file and the journal before the first event is decoded, and stored from time to
// time. Events that come long after their turn (a replay on request) are decoded by a memory of their own.
//
// Formats of records hold the message of a record's first line until it has ended. All its other lines are done at once:
// the checkpoint cannot pass the first one, and what belongs to it is read from the journal where it does not come again.

import { compileFormats, type Match } from '../formats/compile.ts'
import { type LineOutcome, remembers } from '../formats/format.ts'
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
import { Decoder, type SettledReading } from './decoder.ts'
import { type PlacedReading, readEntries, readingOf } from './history.ts'
import { leadsOn } from './lane.ts'
import { OpenRecords } from './open-records.ts'
import { Retraced } from './retraced.ts'
import { StateFile } from './state-file.ts'

/** ms; a large memory is some MB, and a card wears out */
const storeInterval = 600_000
/** entries below the checkpoint whose events are stored one by one: the label node may ask for them after a restart */
const overlap = 10_000
/** entries before the first one that are read again for the records that are open there */
const recordLookBack = 5_000
/** ms from the disk to here, that of a busy flow too */
const deliverySlack = 2_000
/** ms between two warnings of one kind */
const warnInterval = 3_600_000

/** The journal that events come from. */
export interface CleaningPlace {
  directory: string
  /** up to this seq the flow is done with all events; undefined: not known yet */
  checkpoint(): number | undefined
  disk?: Disk
  /** ms after which a reading is durable at the latest; default 1,000 */
  flushInterval?: number
  /** see `lookBacks` */
  lookBacks?: readonly number[]
}

export interface CleaningParts<Message> {
  /** what became of a message's event; each message is given back once */
  decoded(message: Message, outcome: LineOutcome): void
  warn(text: string): void
  /** undefined: what the formats remember lasts until the process ends */
  journal: CleaningPlace | undefined
}

export interface CleaningOptions {
  clock?: Clock
  /** default: as EventMemory */
  limits?: MemoryLimits
}

/** A message whose turn has not come, or that has begun a record. */
interface Queued<Message> {
  reading: PlacedReading
  message: Message
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
  /** what becomes of a line depends on earlier events, which are stored */
  readonly #remembers: boolean
  readonly #haveRecords: boolean
  #live: Retraced<Decoder>
  /** of those that the live decoder was given, or will be in its turn */
  #liveSeq = 0
  #replay: { retraced: Retraced<Decoder>; lastSeq: number } | undefined
  #parts: CleaningParts<Message> | undefined
  #isReady = false
  #restoring: Promise<void> | undefined
  /** messages whose turn has not come, as what was logged before them is being read, or whose record is open */
  readonly #queued = new Set<Queued<Message>>()
  readonly #records: OpenRecords<Queued<Message>>
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
    this.#haveRecords = definitions.some(({ record }) => record !== undefined)
    this.#records = new OpenRecords(clock, (first) => this.#overdue(first))
    this.#live = this.#begun()
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

  /**
   * Resolves with the messages that waited, when what is remembered is stored: their events will come again. Node-RED waits for
   * that only so long: where `attach` comes first, all stays with the flows that have begun.
   */
  async detach(): Promise<Message[]> {
    const parts = this.#parts
    await this.#restoring
    if (this.#parts !== parts) return []
    const messages = [...this.#queued].map(({ message }) => message)
    this.#queued.clear()
    this.#records.clear()
    this.#replay = undefined
    if (this.#isReady) await this.#store()
    if (this.#parts !== parts) return messages
    // only now: what was being stored before would have set it again
    this.#stopTimer?.()
    this.#stopTimer = undefined
    if (this.#haveRecords) {
      // of a record that is open only the first line comes again: the journal tells the rest
      this.#isReady = false
      this.#live = this.#begun()
    }
    this.#parts = undefined
    return messages
  }

  #begun(): Retraced<Decoder> {
    const begun = this.#retraced(false)
    begun.replace(this.#decoder(this.#memory({ isWhole: true })), 1)
    return begun
  }

  take(reading: PlacedReading, message: Message): void {
    if (!this.#remembers && !this.#haveRecords) {
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

  #decode(queued: Queued<Message>): void {
    const { seq } = queued.reading
    if (this.#haveRecords && seq <= this.#liveSeq) {
      this.#decodeLate(queued)
      return
    }
    this.#liveSeq = seq
    this.#take(this.#live, queued, (outcome) => {
      if (!isPast(outcome)) return false
      this.#decodeLate(queued)
      return true
    })
  }

  #decodeLate(queued: Queued<Message>): void {
    const { seq } = queued.reading
    const last = this.#replay?.lastSeq
    // a line that is given twice would be twice in its record
    const goesOn = last !== undefined && leadsOn(last, seq) && !(this.#haveRecords && seq === last)
    if (!this.#replay || !goesOn) this.#replay = { retraced: this.#retraced(true), lastSeq: seq }
    this.#replay.lastSeq = Math.max(this.#replay.lastSeq, seq)
    this.#take(this.#replay.retraced, queued, () => false)
  }

  /** @param isElsewhere whether the outcome is not for here, and has been seen to */
  #take(
    retraced: Retraced<Decoder>,
    queued: Queued<Message>,
    isElsewhere: (outcome: LineOutcome) => boolean,
  ): void {
    const { seq, replayed = false } = queued.reading
    retraced.take({ seq, part: 0 }, (decoder, isFinal) => {
      // it may have been given back meanwhile
      if (!this.#queued.has(queued)) return true
      const from = decoder.lastSeq + 1
      const mayLack = replayed || decoder.mayLack || retraced !== this.#live
      // behind the last one that is sent again none is left out any more
      decoder.mayLack = replayed
      if (!this.#haveRecords || !mayLack || seq <= from) {
        return this.#use(decoder, queued, isFinal, isElsewhere)
      }
      // what is complete already does not come again, and may be of a record
      return this.#feed(decoder, from, seq - 1).then(() => this.#use(decoder, queued, isFinal, isElsewhere))
    })
  }

  #use(
    decoder: Decoder,
    queued: Queued<Message>,
    isFinal: boolean,
    isElsewhere: (outcome: LineOutcome) => boolean,
  ): boolean {
    const { reading } = queued
    const settled = decoder.take(reading)
    if (settled.some(({ outcome }) => isElsewhere(outcome))) return true
    if (!isFinal && settled.some(({ outcome }) => isUnsure(outcome))) return false
    const limit = decoder.limitOf(reading)
    if (limit !== undefined) this.#records.add(queued, limit + this.#slack)
    for (const each of settled) {
      if (each.reading.id === reading.id) this.#settle(queued, each.outcome)
      else this.#settleRecord(each)
    }
    return true
  }

  #settle(queued: Queued<Message>, outcome: LineOutcome): void {
    if (this.#queued.delete(queued)) this.#parts?.decoded(queued.message, outcome)
  }

  #settleRecord({ reading, outcome }: SettledReading): void {
    for (const queued of this.#records.remove(reading.id)) this.#settle(queued, outcome)
  }

  /** Gives the decoder entries of the journal that nobody waits for. */
  async #feed(decoder: Decoder, from: number, to: number, isEnough = () => false): Promise<void> {
    const journal = this.#parts?.journal
    if (!journal) return
    try {
      await readEntries(journal.disk ?? systemDisk, journal.directory, from, to, {
        entry: (entry) => {
          for (const each of decoder.take(readingOf(entry))) this.#settleRecord(each)
          return !isEnough()
        },
        gap: () => {
          for (const each of decoder.gap()) this.#settleRecord(each)
        },
      })
    } catch (error) {
      for (const each of decoder.gap()) this.#settleRecord(each)
      this.#failed(asError(error))
    }
  }

  /** A record has not ended in time as far as its lines have come: the journal may have the rest. */
  #overdue(first: PlacedReading): void {
    this.#retraced(true).take({ seq: first.seq, part: 0 }, async (decoder) => {
      decoder.take(first)
      await this.#feed(decoder, first.seq + 1, Number.MAX_SAFE_INTEGER, () => !this.#records.has(first.id))
      const last = decoder.expire(first)
      if (last) this.#settleRecord(last)
      return true
    })
  }

  /** ms within which the last line of a record must have come after its limit */
  get #slack(): number {
    return (this.#parts?.journal?.flushInterval ?? 1_000) + deliverySlack
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
    this.#liveSeq = before - 1
    const stored = journal && (await this.#file(journal).readUsable(this.rules, checkpoint))
    if (stored) {
      const { memory } = this
      memory.load(stored.memory)
      this.#live.replace(this.#decoder(memory, stored), stored.from)
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
    const first = this.#haveRecords ? Math.min(from, to + 1 - recordLookBack) : from
    let isGap = false
    await readEntries(journal.disk ?? systemDisk, journal.directory, first, to, {
      entry(entry) {
        if (isGap) decoder.gap(entry.seq > from)
        isGap = false
        decoder.take(readingOf(entry))
        return true
      },
      gap: () => {
        isGap = true
      },
    })
    decoder.lastSeq = to
  }

  #decoder(memory: EventMemory, stored?: { seq: number; id?: string }): Decoder {
    return new Decoder(compileFormats(this.#definitions, { match: this.#match, memory }), memory, stored)
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

/** Whether too little is known of what came before to say for certain what became of it. */
export function isUnsure(outcome: LineOutcome): boolean {
  if (outcome.kind === 'rejected') return outcome.unsure !== undefined
  return outcome.kind === 'clean' && outcome.events.some((event) => event.unsure !== undefined)
}

function isPast(outcome: LineOutcome): boolean {
  return (outcome.kind === 'clean' || outcome.kind === 'rejected') && outcome.isPast === true
}
