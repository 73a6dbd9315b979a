// A label node's session with its persistence. What the rules remember is restored from the state file and the
// journal before the first event is judged, and stored again as the checkpoint advances.

import type { FieldlogEvent } from '../event.ts'
import type { Formats } from '../formats/compile.ts'
import { EventMemory } from '../formats/model/memory.ts'
import { type Disk, systemDisk } from '../journal/disk/disk.ts'
import { inBackground } from '../kit/background.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { Labeller } from '../predicates/judge/labeller.ts'
import type { LabelResult } from '../predicates/judge/result.ts'
import { decoded, readEntries } from './history.ts'
import { isBehind, type PastReader, placeOf } from './lane.ts'
import { LabelSession, type StoredSession } from './session.ts'
import { StateFile } from './state-file.ts'
import { StateKeeper } from './state-keeper.ts'

/** entries to read again below the stored state: events may have been in flight that long when it was taken */
const overlap = 1_000
/** entries above the checkpoint that may have been dealt with already */
const lookAhead = 20_000

/** The journal that events come from. */
export interface JournalPlace {
  directory: string
  /** the formats of the clean node before, with this memory; default: with what that node knows of its last events */
  formats(memory?: EventMemory): Formats
  /** where delivery stands; undefined: not known yet */
  position(): { checkpoint: number; entries: number; waiting: number } | undefined
  /** ms after which a reading is durable at the latest */
  flushInterval: number
  disk?: Disk
  /** see `lookBacks` */
  lookBacks?: readonly number[]
}

export interface LiveParts<Message> {
  judged(message: Message, result: LabelResult): void
  warn(message: string): void
  /** undefined: what rules remember lasts until the process ends */
  journal: JournalPlace | undefined
}

type Warn = (rule: string, text: string) => void

export class LiveLabelling<Message> {
  readonly session: LabelSession<Message>
  readonly #stateName: string
  readonly #clock: Clock
  #parts: LiveParts<Message> | undefined
  #keeper: StateKeeper | undefined
  #isReady = false
  /** events that came before the state was restored */
  #queue: Array<[FieldlogEvent, Message]> = []
  #restoring: Promise<void> | undefined

  /**
   * @param make makes a labeller, which tells of a rule that cannot be evaluated by the function given; `isWhole`:
   *   there is nothing before the first event that it will judge
   * @param stateName the state's file in the journal's directory
   */
  constructor(
    make: (warn: Warn, isWhole: boolean) => Labeller,
    stateName: string,
    clock: Clock = systemClock,
  ) {
    const warn: Warn = (rule, text) =>
      this.#parts?.warn(`label: the rule "${rule}" cannot be evaluated (told once): ${text}`)
    this.session = new LabelSession((isWhole) => make(warn, isWhole), clock)
    this.#stateName = stateName
    this.#clock = clock
  }

  get labeller(): Labeller {
    return this.session.labeller
  }

  /** Messages that wait: for the next reading, or for what is being restored. */
  get held(): number {
    return this.session.held + this.#queue.length
  }

  attach(parts: LiveParts<Message>): void {
    this.#parts = parts
    const { journal } = parts
    this.session.attach({
      judged: parts.judged,
      failed: (error) => this.#failed(error),
      ...(journal
        ? {
            past: (from, to, reader) =>
              readPast(journal, new EventMemory({ isWhole: from <= 1 }), from, to, reader),
            ...(journal.lookBacks ? { lookBacks: journal.lookBacks } : {}),
            isBehind: () => (journal.position()?.waiting ?? 0) > 0,
            slack: journal.flushInterval,
          }
        : {}),
    })
    if (this.#isReady) this.#keep()
  }

  /**
   * Resolves with the messages that waited: their events will come again. Node-RED waits for that only so long: where `attach`
   * comes first, all stays with the flows that have begun.
   */
  async detach(): Promise<Message[]> {
    const parts = this.#parts
    await this.#restoring
    if (this.#parts !== parts) return []
    const messages = [...this.session.detach(), ...this.#queue.map(([, message]) => message)]
    this.#queue = []
    this.#parts = undefined
    const keeper = this.#keeper
    this.#keeper = undefined
    await keeper?.stop()
    return messages
  }

  take(event: FieldlogEvent, message: Message): void {
    if (this.#isReady || !this.labeller.remembers) {
      this.session.take(event, message)
      return
    }
    this.#queue.push([event, message])
    if (this.#restoring) return
    this.#restoring = this.#restore(event)
    inBackground(this.#restoring)
  }

  /** @param first the first event that is to be judged */
  async #restore(first: FieldlogEvent): Promise<void> {
    const journal = this.#parts?.journal
    const position = journal?.position()
    try {
      if (journal && position) await this.#restoreFrom(journal, position, first)
      else await this.session.begin(placeOf(first))
    } catch (error) {
      this.session.gap()
      this.#failed(asError(error))
    }
    this.#isReady = true
    this.#restoring = undefined
    this.#keep()
    const queue = this.#queue
    this.#queue = []
    if (this.#parts) for (const [event, message] of queue) this.session.take(event, message)
  }

  async #restoreFrom(
    journal: JournalPlace,
    { checkpoint, entries }: { checkpoint: number; entries: number },
    first: FieldlogEvent,
  ): Promise<void> {
    const { session } = this
    // the first one may be of a replay on request, which comes long after its turn
    const begin = first.seq > checkpoint ? placeOf(first) : { seq: checkpoint + 1, part: 0 }
    const stored = await this.#file(journal).readUsable(this.labeller.rules, checkpoint)
    if (stored) {
      session.restore(stored.memory, stored.from, stored.seq)
      const from = Math.max(1, stored.seq - overlap)
      await readPast(journal, undefined, from, begin.seq, {
        event: (event) => {
          const isDone = isBehind(begin, placeOf(event))
          if (isDone) session.prime([event])
          return isDone
        },
        gap: () => session.gap(),
      })
    } else await session.begin(begin, checkpoint === 0)
    await this.#expect(journal, begin.seq, Math.min(entries, checkpoint + lookAhead))
  }

  /** What may have been dealt with above the checkpoint, and is not sent again then. */
  async #expect(journal: JournalPlace, from: number, to: number): Promise<void> {
    const events: FieldlogEvent[] = []
    await readPast(journal, undefined, from, to, {
      event: (event) => events.push(event) > 0,
      gap: () => {},
    })
    this.session.expect(events)
  }

  #failed(error: Error): void {
    const what = 'label: cannot read back what the rules must remember'
    this.#parts?.warn(`${what}: ${error.message}; they begin anew, and their verdicts are marked as unsure`)
  }

  #keep(): void {
    const parts = this.#parts
    if (!parts?.journal || !this.labeller.remembers || this.#keeper) return
    const { journal } = parts
    this.#keeper = new StateKeeper(this.#file(journal), this.session, {
      // of the journal node as it is then: a deploy may make it anew
      checkpoint: () => this.#parts?.journal?.position()?.checkpoint,
      warn: (message) => this.#parts?.warn(message),
      clock: this.#clock,
    })
    this.#keeper.start()
  }

  #file({ disk = systemDisk, directory }: JournalPlace): StateFile<StoredSession> {
    return new StateFile(disk, directory, this.#stateName)
  }
}

/** Reads entries as clean events. @param memory of the formats; undefined: what the clean node knows */
async function readPast(
  { disk = systemDisk, directory, formats }: JournalPlace,
  memory: EventMemory | undefined,
  from: number,
  to: number,
  reader: PastReader,
): Promise<number> {
  const decoder = formats(memory)
  let last = from - 1
  await readEntries(disk, directory, from, to, {
    entry(entry) {
      last = entry.seq
      return decoded(entry, decoder).every(({ events }) => events.every((event) => reader.event(event)))
    },
    gap() {
      memory?.gap()
      reader.gap()
    },
  })
  return last
}
