// Judges the events of one label node over deploys and repeats, so that the same event always gets the same verdict.
import { type FieldlogEvent, isDerived } from '../event.ts'
import { inBackground } from '../kit/background.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { Draft } from '../predicates/judge/draft.ts'
import type { Labeller, StoredMemory } from '../predicates/judge/labeller.ts'
import type { LabelResult } from '../predicates/judge/result.ts'
import { DerivedEvents, type StoredDerived } from './derived-events.ts'
import { Holding } from './holding.ts'
import { isBehind, Lane, type LaneParts, placeOf, type ReadPast } from './lane.ts'
import type { Place } from './retraced.ts'

/** Verdicts that are remembered for events that come again. */
const mostRemembered = 20_000

/** What rules remember, as plain JSON. */
export interface StoredSession extends StoredMemory {
  /** of derived events; absent: there were none */
  derived?: StoredDerived
}

/** What a session needs of its user. */
export interface SessionParts<Message> {
  /** a message's event has its verdict; each message is given back once */
  judged(message: Message, result: LabelResult): void
  /** reads what was logged; default: it is not known */
  past?: ReadPast
  /** what was logged cannot be read; what comes is unsure */
  failed?(error: Error): void
  /**
   * whether readings are on their way that were logged already: then one that waits for the next keeps waiting.
   * Default: never
   */
  isBehind?(): boolean
  /** how long a logged reading may take to get here, ms: the journal's flush interval; default 1,000 */
  slack?: number
  /** see `lookBacks` */
  lookBacks?: readonly number[]
}

/**
 * Judges messages by a labeller. An event that was judged before gets the verdict of then; one that stands before
 * the last one of its series is judged in a lane of its own, by what was logged before it.
 */
export class LabelSession<Message> {
  readonly #make: LaneParts['make']
  readonly #holding: Holding<Draft>
  /** the last events by id, with their verdicts where they have one */
  readonly #known = new Map<string, Draft>()
  /** whose messages wait for a verdict; a draft's tag is its lane */
  readonly #messages = new Map<Draft, Message[]>()
  /** messages whose turn has not come, as what was logged before them is being read */
  readonly #queued = new Set<{ message: Message }>()
  #parts: SessionParts<Message> | undefined
  /** the live events */
  #live: Lane
  /** those of a replay on request */
  #replay: Lane | undefined
  /** logged events that may not be sent any more, lowest first; they count for what is remembered */
  #expected: FieldlogEvent[] = []
  #derived: DerivedEvents
  #lastSeq = 0
  #lastId: string | undefined

  /** @param make makes a labeller */
  constructor(make: LaneParts['make'], clock: Clock = systemClock) {
    this.#make = make
    this.#live = this.#lane(this.#labeller(true), 1)
    this.#derived = new DerivedEvents(this.#labeller(true))
    this.#holding = new Holding(clock, {
      wait: () => this.labeller.limit + (this.#parts?.slack ?? 1000),
      isBehind: () => this.#isBehind,
      due: (draft) => this.#due(draft),
    })
  }

  /** The one of the live events. */
  get labeller(): Labeller {
    return this.#live.retraced.state as Labeller
  }

  /** From now on messages are given to these. */
  attach(parts: SessionParts<Message>): void {
    this.#parts = parts
  }

  /** Gives back the messages that wait: their events will come again, and go on where they were. */
  detach(): Message[] {
    const queued = [...this.#queued].map(({ message }) => message)
    const messages = [...[...this.#messages.values()].flat(), ...queued]
    this.#messages.clear()
    this.#queued.clear()
    this.#holding.clear()
    this.#replay = undefined
    this.#parts = undefined
    return messages
  }

  /** How many messages wait. */
  get held(): number {
    let held = this.#queued.size
    for (const messages of this.#messages.values()) held += messages.length
    return held
  }

  /** Up to this seq events count for what is remembered; 0: none do. */
  get lastSeq(): number {
    return Math.max(this.#lastSeq, this.#derived.lastSeq)
  }

  /** Id of the event with that seq (of its line, where that gave several); undefined: not known. */
  get lastId(): string | undefined {
    return this.#derived.lastSeq > this.#lastSeq ? undefined : this.#lastId
  }

  /** What is remembered of live and of derived events, as the JSON of a `StoredSession`. */
  save(): string {
    const live = this.labeller.save()
    const derived = this.#derived.save()
    return derived === undefined ? live : `${live.slice(0, -1)},"derived":${derived}}`
  }

  /** From this seq on. */
  get from(): number {
    return this.#live.retraced.from
  }

  /** Goes on with what a labeller of the same rules remembered of these seqs; before the first event. */
  restore({ derived, ...stored }: StoredSession, from: number, seq: number): void {
    const labeller = this.#labeller(false)
    labeller.load(stored)
    this.#live.retraced.replace(labeller, from)
    this.#lastSeq = seq
    this.#derived = new DerivedEvents(this.#labeller(false))
    if (derived) this.#derived.load(derived)
    // some may have come between the state and the restart, and do not come again
    this.#derived.labeller.gap()
  }

  /**
   * Begins with what was logged before a place, as far back as it proves necessary; before the first event.
   * @param isNew whether nothing was derived before
   */
  async begin(before: Place, isNew = before.seq <= 1): Promise<void> {
    const lane = this.#lane()
    await lane.retraced.begin(before)
    this.#live = lane
    this.#derived = new DerivedEvents(this.#labeller(isNew))
    this.#lastSeq = before.seq - 1
  }

  /** Entries between what was restored and what comes next are missing. */
  gap(): void {
    this.labeller.gap()
    this.#derived.labeller.gap()
  }

  /** These events were dealt with before: they count for what is remembered, and have no message. */
  prime(events: Iterable<FieldlogEvent>): void {
    for (const event of events) {
      if (this.labeller.isLate(event)) continue
      this.#counts(event)
      this.labeller.push(new Draft(event))
    }
  }

  /** Logged events that may have been dealt with: those that are not sent count when a later one comes. */
  expect(events: FieldlogEvent[]): void {
    this.#expected = events
  }

  /** Judges a message's event: now, or when the next one of its series has come. */
  take(event: FieldlogEvent, message: Message): void {
    const { labeller } = this
    if (!labeller.remembers || event.late) {
      this.#parts?.judged(message, labeller.label(event))
      return
    }
    if (isDerived(event)) {
      this.#takeDerived(event, message)
      return
    }
    const known = this.#known.get(event.id)
    if (known) this.#again(known, message)
    else this.#judgeIn(this.#laneFor(event), event, message)
  }

  #takeDerived(event: FieldlogEvent, message: Message): void {
    const known = this.#derived.known(event.id)
    if (known) {
      this.#again(known, message)
      return
    }
    const unsettled = this.#derived.judgeUnsettled(event)
    if (unsettled) {
      this.#parts?.judged(message, unsettled)
      return
    }
    const draft = new Draft(event, this.#derived)
    this.#messages.set(draft, [message])
    this.#derived.push(draft)
    if (draft.result === undefined) this.#holding.add(draft)
  }

  #laneFor(event: FieldlogEvent): Lane {
    const { labeller } = this
    const isLate = labeller.isLate(event) || (event.seq < this.#lastSeq && labeller.isStrange(event))
    if (!isLate) return this.#live
    if (!this.#replay?.leadsTo(event)) this.#replay = this.#lane()
    return this.#replay
  }

  #judgeIn(lane: Lane, event: FieldlogEvent, message: Message): void {
    const queued = { message }
    this.#queued.add(queued)
    lane.take(event, (labeller) => {
      // it may have been given back meanwhile
      if (!this.#queued.delete(queued)) return
      const known = this.#known.get(event.id)
      if (known) {
        this.#again(known, message)
        return
      }
      if (lane === this.#live && this.#expected.length > 0) this.#catchUpTo(event)
      this.#start(lane, labeller, event, message)
    })
  }

  #again(draft: Draft, message: Message): void {
    const { result } = draft
    if (!result) {
      this.#hold(draft, message)
      return
    }
    // the first one's receivers may have changed theirs
    this.#parts?.judged(message, structuredClone(result))
  }

  #start(lane: Lane, labeller: Labeller, event: FieldlogEvent, message: Message): void {
    const draft = new Draft(event, lane)
    this.#messages.set(draft, [message])
    if (lane === this.#live) this.#counts(event)
    this.#push(labeller, draft)
    if (draft.result === undefined) this.#holding.add(draft)
  }

  #push(labeller: Labeller, draft: Draft): void {
    this.#known.set(draft.event.id, draft)
    if (this.#known.size > mostRemembered) this.#known.delete(this.#known.keys().next().value as string)
    labeller.push(draft)
  }

  #counts({ id, seq }: FieldlogEvent): void {
    if (seq < this.#lastSeq) return
    this.#lastSeq = seq
    this.#lastId = id.split('.')[0]
  }

  #hold(draft: Draft, message: Message): void {
    const waiting = this.#messages.get(draft)
    if (waiting) waiting.push(message)
    else this.#messages.set(draft, [message])
    this.#holding.add(draft)
  }

  /** It has waited for the next reading long enough. */
  #due(draft: Draft): void {
    const lane = draft.tag as Lane | DerivedEvents
    if (lane === this.#live || lane instanceof DerivedEvents) {
      const labeller = lane instanceof DerivedEvents ? lane.labeller : this.labeller
      labeller.giveUp(draft, !this.#isBehind)
      return
    }
    const looked = lane.lookAhead(draft, (labeller, next) => this.#push(labeller, next))
    inBackground(
      looked.then((isDone) => {
        if (!isDone && this.#messages.has(draft)) this.#holding.add(draft)
      }),
    )
  }

  get #isBehind(): boolean {
    return this.#parts?.isBehind?.() ?? false
  }

  #released(draft: Draft): void {
    this.#holding.remove(draft)
    const messages = this.#messages.get(draft)
    if (!messages || !draft.result) return
    this.#messages.delete(draft)
    for (const message of messages) this.#parts?.judged(message, draft.result)
  }

  #catchUpTo(event: FieldlogEvent): void {
    const place = placeOf(event)
    const index = this.#expected.findIndex((each) => !isBehind(place, placeOf(each)))
    const passed = this.#expected.splice(0, index === -1 ? this.#expected.length : index)
    if (this.#expected[0]?.id === event.id) this.#expected.shift()
    this.prime(passed)
  }

  #labeller(isWhole: boolean): Labeller {
    const labeller = this.#make(isWhole)
    labeller.release = (draft) => this.#released(draft)
    return labeller
  }

  #lane(labeller?: Labeller, from?: number): Lane {
    const parts = this.#parts
    return new Lane(
      {
        make: (isWhole) => this.#labeller(isWhole),
        past: parts?.past,
        held: (id, lane) => {
          const draft = this.#known.get(id)
          return draft?.result === undefined && draft?.tag === lane ? draft : undefined
        },
        failed: (error) => this.#parts?.failed?.(error),
        lookBacks: parts?.lookBacks,
      },
      labeller,
      from,
    )
  }
}
