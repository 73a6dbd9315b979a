// A label node's session with its persistence. What the rules remember is restored from the state file and the
// journal before the first event is judged, and stored again as the checkpoint advances.

import { viewOf } from '../delivery/progress/agreement.ts'
import type { FieldlogEvent } from '../event.ts'
import type { Formats } from '../formats/compile.ts'
import { type Disk, systemDisk } from '../journal/disk/disk.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { Labeller } from '../predicates/judge/labeller.ts'
import type { LabelResult } from '../predicates/judge/result.ts'
import { historyOf } from './history.ts'
import { LabelSession } from './session.ts'
import { StateFile, type StoredState } from './state-file.ts'
import { StateKeeper } from './state-keeper.ts'

/** entries to read back where no state is stored, and before an event that is replayed */
const lookBack = 10_000
/** entries to read again below the stored state: events may have been in flight that long when it was taken */
const overlap = 1_000
/** entries above the checkpoint that may have been dealt with already */
const lookAhead = 20_000

/** Whether the event that a state ends with is in the journal: else it is of another copy, which went on otherwise. */
async function isOf({ seq, id }: StoredState, disk: Disk, directory: string): Promise<boolean> {
  if (id === undefined) return true
  const epoch = await viewOf(disk, directory).epochFrom(seq)
  return epoch === undefined || id === `${epoch}-${seq}`
}

/** The journal that events come from. */
export interface JournalPlace {
  directory: string
  /** the formats of the clean node before, made anew: they may remember events, too */
  formats(): Formats
  /** where delivery stands; undefined: not known yet */
  position(): { checkpoint: number; entries: number; waiting: number } | undefined
  /** ms after which a reading is durable at the latest */
  flushInterval: number
  disk?: Disk
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
   * @param make makes a labeller, which tells of a rule that cannot be evaluated by the function given
   * @param stateName the state's file in the journal's directory
   */
  constructor(make: (warn: Warn) => Labeller, stateName: string, clock: Clock = systemClock) {
    const warn: Warn = (rule, text) =>
      this.#parts?.warn(`label: the rule "${rule}" cannot be evaluated (told once): ${text}`)
    this.session = new LabelSession(() => make(warn), clock)
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
      ...(journal
        ? {
            before: (event) => this.#before(event, journal),
            isBehind: () => (journal.position()?.waiting ?? 0) > 0,
            slack: journal.flushInterval,
          }
        : {}),
    })
    if (this.#isReady) this.#keep()
  }

  /** Resolves with the messages that waited: their events will come again. */
  async detach(): Promise<Message[]> {
    await this.#restoring
    const messages = [...this.session.detach(), ...this.#queue.map(([, message]) => message)]
    this.#queue = []
    this.#parts = undefined
    const keeper = this.#keeper
    this.#keeper = undefined
    await keeper?.stop()
    return messages
  }

  /** Removes what is stored: the node is gone for good. */
  async forget(journal: JournalPlace): Promise<void> {
    await this.#file(journal).remove()
  }

  take(event: FieldlogEvent, message: Message): void {
    if (this.#isReady || !this.labeller.remembers) {
      this.session.take(event, message)
      return
    }
    this.#queue.push([event, message])
    this.#restoring ??= this.#restore()
  }

  async #restore(): Promise<void> {
    const journal = this.#parts?.journal
    const position = journal?.position()
    try {
      if (journal && position) await this.#restoreFrom(journal, position)
    } catch (error) {
      this.#parts?.warn(
        `label: cannot read back what the rules must remember: ${asError(error).message}; they begin anew`,
      )
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
  ): Promise<void> {
    const { disk = systemDisk, directory, formats } = journal
    const stored = await this.#file(journal).read()
    const isUsable =
      stored?.rules === this.labeller.rules &&
      stored.seq <= checkpoint &&
      (await isOf(stored, disk, directory))
    if (stored && isUsable) this.session.restore(stored.memory, stored.seq)
    const from = stored && isUsable ? stored.seq - overlap : checkpoint - lookBack
    const to = Math.min(entries, checkpoint + lookAhead)
    const events = await historyOf(disk, directory, formats(), Math.max(1, from + 1), to)
    const above = events.findIndex(({ seq }) => seq > checkpoint)
    this.session.prime(above === -1 ? events : events.slice(0, above))
    if (above !== -1) this.session.expect(events.slice(above))
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

  async #before({ seq }: FieldlogEvent, journal: JournalPlace): Promise<FieldlogEvent[]> {
    const { disk = systemDisk, directory, formats } = journal
    try {
      return await historyOf(disk, directory, formats(), Math.max(1, seq - lookBack), seq - 1)
    } catch (error) {
      this.#parts?.warn(`label: cannot read what was logged before a replay: ${asError(error).message}`)
      return []
    }
  }

  #file({ disk = systemDisk, directory }: JournalPlace): StateFile {
    return new StateFile(disk, `${directory}/${this.#stateName}`)
  }
}
