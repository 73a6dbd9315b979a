// Judges the events of one label node over deploys and repeats, so that the same event always gets the same verdict.
import type { FieldlogEvent } from '../event.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { Draft } from '../predicates/judge/draft.ts'
import type { Labeller } from '../predicates/judge/labeller.ts'
import type { LabelResult } from '../predicates/judge/result.ts'
import { positionOf } from '../predicates/judge/series.ts'
import { Holding } from './holding.ts'
import { Lane } from './lane.ts'

/** Verdicts that are remembered for events that come again. */
const mostRemembered = 20_000

/** What a session needs of its user. */
export interface SessionParts<Message> {
  /** a message's event has its verdict; each message is given back once */
  judged(message: Message, result: LabelResult): void
  /** the events that were logged before this one, as many as matter, in their order; default: none are known */
  before?(event: FieldlogEvent): Promise<FieldlogEvent[]>
  /**
   * whether readings are on their way that were logged already: then one that waits for the next keeps waiting.
   * Default: never
   */
  isBehind?(): boolean
  /** how long a logged reading may take to get here, ms: the journal's flush interval; default 1,000 */
  slack?: number
}

/**
 * Judges messages by a labeller. An event that was judged before gets the verdict of then; one that stands before
 * the last one of its series is judged in a lane of its own, by what was logged before it.
 */
export class LabelSession<Message> {
  readonly labeller: Labeller
  readonly #make: () => Labeller
  readonly #holding: Holding<Draft>
  /** the last events by id, with their verdicts where they have one */
  readonly #known = new Map<string, Draft>()
  /** whose messages wait for a verdict */
  readonly #messages = new Map<Draft, Message[]>()
  #parts: SessionParts<Message> | undefined
  #lane: Lane | undefined
  /** logged events that may not be sent any more, lowest first; they count for what is remembered */
  #expected: FieldlogEvent[] = []
  #lastSeq = 0
  #lastId: string | undefined

  /** @param make makes a labeller; `labeller`, the first one, may be given what was stored */
  constructor(make: () => Labeller, clock: Clock = systemClock) {
    this.#make = make
    this.labeller = make()
    this.labeller.release = (draft) => this.#released(draft)
    this.#holding = new Holding(clock, {
      wait: () => this.labeller.limit + (this.#parts?.slack ?? 1000),
      isBehind: () => this.#parts?.isBehind?.() ?? false,
      due: (draft) => {
        this.labeller.giveUp(draft)
        this.#lane?.labeller.giveUp(draft)
      },
    })
  }

  /** From now on messages are given to these. */
  attach(parts: SessionParts<Message>): void {
    this.#parts = parts
  }

  /** Gives back the messages that wait: their events will come again, and go on where they were. */
  detach(): Message[] {
    const messages = [...this.#messages.values()].flat()
    this.#messages.clear()
    this.#holding.clear()
    this.#lane = undefined
    this.#parts = undefined
    return messages
  }

  /** How many messages wait. */
  get held(): number {
    let held = 0
    for (const messages of this.#messages.values()) held += messages.length
    return held
  }

  /** Up to this seq events count for what is remembered; 0: none do. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** Id of the event with that seq (of its line, where that gave several); undefined: not known. */
  get lastId(): string | undefined {
    return this.#lastId
  }

  /** Goes on with what a labeller of the same rules remembered up to a seq; before the first event. */
  restore(stored: Parameters<Labeller['load']>[0], seq: number): void {
    this.labeller.load(stored)
    this.#lastSeq = seq
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
    if (!labeller.remembers) {
      this.#parts?.judged(message, labeller.label(event))
      return
    }
    const known = this.#known.get(event.id)
    if (known) this.#again(known, message)
    else if (labeller.isLate(event)) this.#takeLate(event, message)
    else {
      if (this.#expected.length > 0) this.#catchUpTo(event)
      this.#start(labeller, event, message)
    }
  }

  #again(draft: Draft, message: Message): void {
    const { result } = draft
    if (!result) {
      this.#hold(draft, message)
      return
    }
    // the first one's receivers may have changed theirs
    const { reasons, flags } = result
    this.#parts?.judged(message, { ...result, reasons: [...reasons], flags: { ...flags } })
  }

  #takeLate(event: FieldlogEvent, message: Message): void {
    if (!this.#lane?.leadsTo(event)) {
      const labeller = this.#make()
      this.#lane = new Lane(labeller, event, this.#parts?.before)
      labeller.release = (draft) => this.#released(draft)
    }
    const lane = this.#lane as Lane
    lane.inTurn(event, () => {
      const known = this.#known.get(event.id)
      if (known) this.#again(known, message)
      else this.#start(lane.labeller, event, message)
    })
  }

  #start(labeller: Labeller, event: FieldlogEvent, message: Message): void {
    const draft = new Draft(event)
    this.#messages.set(draft, [message])
    this.#push(labeller, draft)
    if (draft.result === undefined) this.#holding.add(draft)
  }

  #push(labeller: Labeller, draft: Draft): void {
    const { id } = draft.event
    if (labeller === this.labeller) this.#counts(draft.event)
    this.#known.set(id, draft)
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

  #released(draft: Draft): void {
    this.#holding.remove(draft)
    const messages = this.#messages.get(draft)
    if (!messages || !draft.result) return
    this.#messages.delete(draft)
    for (const message of messages) this.#parts?.judged(message, draft.result)
  }

  #catchUpTo(event: FieldlogEvent): void {
    const position = positionOf(event)
    const index = this.#expected.findIndex((each) => positionOf(each) >= position)
    const passed = this.#expected.splice(0, index === -1 ? this.#expected.length : index)
    if (this.#expected[0]?.id === event.id) this.#expected.shift()
    this.prime(passed)
  }
}
