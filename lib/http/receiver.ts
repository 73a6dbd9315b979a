// Takes requests with events: reads, checks, hands them on, and answers when they are durable.
import type { Readable } from 'node:stream'
import type { KnownKeys } from '../delivery/once/known-keys.ts'
import type { Awaited, Receipt, Receipts } from '../delivery/once/receipts.ts'
import type { Once } from '../journal/format/notices.ts'
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import { doneWithin } from '../kit/deadline.ts'
import { asError, errorCode } from '../kit/errors.ts'
import { isTurnLong, nextTurn } from '../kit/turns.ts'
import { type BodyLimits, readBody, takeBody } from './body.ts'
import type { EventCheck } from './check.ts'
import { readContent, type Untyped } from './content.ts'
import { type Items, readItems } from './items.ts'
import { oncesOf, otherData, requestKey } from './once.ts'
import { notNow, Refusal } from './refusal.ts'
import { refuseWithoutToken } from './token.ts'

/** A request, as Node has it. */
export interface EventRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** what is still to be read, or what Node-RED has read */
  body: Readable | Buffer
}

/** What a request is answered with; the body as JSON. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  body: object
}

/** A message for the log node. */
export interface EventMessage {
  payload: string | object
  topic: string
  source: string
  receipt: Receipt
  /** the last one of a request: it makes the next flush start at once */
  flush?: true
}

/** A journal that the messages lead to. */
export interface TargetJournal {
  readonly canTake: boolean
  readonly receipts: Receipts
  keys(): Promise<KnownKeys>
}

export interface ReceiverOptions {
  body: BodyLimits
  /** events of one request at most */
  batch: number
  untyped: Untyped
  /** undefined: everybody may send */
  token: string | undefined
  source: string
  check: EventCheck
}

export interface ReceiverParts {
  clock: Clock
  /** those that the messages lead to, at this moment */
  journals(): readonly TargetJournal[]
  send(messages: EventMessage[]): void
  /** a name for a request that no other has */
  drawName(): string
}

/** Events must be durable after so many ms, or the sender is told to try again. */
const longestWait = 30_000
/** seconds */
const tryAgainAfter = 2
/** After so many checks of a batch others may have their turn. */
const checksInTurn = 16

export class Receiver {
  readonly #options: ReceiverOptions
  readonly #parts: ReceiverParts

  constructor(options: ReceiverOptions, parts: ReceiverParts) {
    this.#options = options
    this.#parts = parts
  }

  /** Has the events of a request stored. Never rejects. */
  async store(request: EventRequest): Promise<Answer> {
    return this.#answered(request, async (items) => {
      const { check, source } = this.#options
      for (const [index, payload] of items.payloads.entries()) {
        const problem = check.problemOf(payload, source)
        if (problem) return items.isBatch ? problem.at(index) : problem
        if (index % checksInTurn === checksInTurn - 1 && isTurnLong()) await nextTurn()
      }
      const problem = await this.#keep(request, items)
      if (problem) return problem
      return items.isBatch ? { stored: items.payloads.length } : {}
    })
  }

  /** Says what the format makes of the events of a request; nothing is stored. Never rejects. */
  async parse(request: EventRequest): Promise<Answer> {
    return this.#answered(request, (items) => {
      const parsed: object[] = []
      for (const [index, payload] of items.payloads.entries()) {
        const value = this.#options.check.parse(payload, this.#options.source)
        if (value instanceof Refusal) return items.isBatch ? value.at(index) : value
        parsed.push(value)
      }
      return items.isBatch ? parsed : parsed[0]!
    })
  }

  async #answered(
    request: EventRequest,
    work: (items: Items) => object | Refusal | Promise<object | Refusal>,
  ): Promise<Answer> {
    const items = await this.#items(request)
    const result = items instanceof Refusal ? items : await work(items)
    if (result instanceof Refusal) return result
    return { status: 200, headers: {}, body: result }
  }

  async #items({ headers, body }: EventRequest): Promise<Items | Refusal> {
    const { token, untyped, batch, body: limits } = this.#options
    const stranger = token === undefined ? undefined : refuseWithoutToken(oneOf(headers.authorization), token)
    if (stranger) return stranger
    const lengths = {
      'content-encoding': oneOf(headers['content-encoding']),
      'content-length': oneOf(headers['content-length']),
    }
    const bytes = Buffer.isBuffer(body)
      ? await takeBody(body, lengths, limits)
      : await readBody(body, lengths, limits, this.#parts.clock)
    if (bytes instanceof Refusal) return bytes
    const content = readContent(bytes, oneOf(headers['content-type']), untyped)
    return content instanceof Refusal ? content : readItems(content, batch)
  }

  /** Resolves when all are durable, with undefined, or with why they are not. */
  async #keep({ headers }: EventRequest, { payloads }: Items): Promise<Refusal | undefined> {
    const journals = this.#parts.journals()
    const [journal] = journals
    if (!journal) return notNow('the gateway has no open journal behind this address', tryAgainAfter)
    if (!journals.every(({ canTake }) => canTake))
      return notNow('the journal holds as much as it may in memory: the disk is slow, or full', tryAgainAfter)
    const key = requestKey(headers['idempotency-key'])
    if (key instanceof Refusal) return key
    const onces = oncesOf(payloads, key)
    if (onces instanceof Refusal) return onces
    const named = new Set(onces.flatMap((once) => once?.key ?? []))
    if (named.size === 0)
      return this.#hand(
        journals,
        payloads.map((payload) => [payload, undefined]),
      )
    return this.#keepOnce(journal, journals, payloads, onces, named)
  }

  async #keepOnce(
    journal: TargetJournal,
    journals: readonly TargetJournal[],
    payloads: Items['payloads'],
    onces: ReadonlyArray<Once | undefined>,
    named: ReadonlySet<string>,
  ): Promise<Refusal | undefined> {
    let known: KnownKeys
    try {
      known = await journal.keys()
    } catch (error) {
      return notNow(`the keys of earlier events cannot be read: ${asError(error).message}`, tryAgainAfter)
    }
    const free = known.hold(named)
    if (!(await doneWithin(free, longestWait, this.#parts.clock))) {
      inBackground(free.then((release) => release()))
      return notNow('a request with the same key is still under way', tryAgainAfter)
    }
    const release = await free
    const news = newOnes(payloads, onces, known)
    if (news instanceof Refusal || news.length === 0) {
      release()
      return news instanceof Refusal ? news : undefined
    }
    return this.#hand(journals, news, release)
  }

  /** @param settled called when none of these events is on its way to the disk any more */
  async #hand(
    journals: readonly TargetJournal[],
    events: ReadonlyArray<readonly [payload: string | object, once: Once | undefined]>,
    settled: () => void = () => {},
  ): Promise<Refusal | undefined> {
    const { source } = this.#options
    const request = this.#parts.drawName()
    const awaited = journals.map(({ receipts }) => receipts.expect(request, events.length))
    inBackground(Promise.all(awaited.map((each) => each.settled)).then(settled))
    const last = events.length - 1
    const messages = events.map(([payload, once], part): EventMessage => {
      const receipt: Receipt = once === undefined ? { request, part } : { request, part, once }
      return { payload, topic: source, source, receipt, ...(part === last && { flush: true }) }
    })
    this.#parts.send(messages)
    return this.#outcomeOf(awaited)
  }

  async #outcomeOf(awaited: readonly Awaited[]): Promise<Refusal | undefined> {
    try {
      // they lead to several journals only where the flow does not show to which
      const stored = Promise.any(awaited.map(({ durable }) => durable))
      if (await doneWithin(stored, longestWait, this.#parts.clock)) return undefined
      return notNow(
        `it was not on the disk after ${longestWait / 1000} s; it may be there later`,
        tryAgainAfter,
      )
    } catch (error) {
      return refusalOf((error as AggregateError).errors[0])
    } finally {
      for (const each of awaited) each.giveUp()
    }
  }
}

/** Those that are not in the journal, and do not come twice here; a Refusal where a key was used for other data. */
function newOnes(
  payloads: Items['payloads'],
  onces: ReadonlyArray<Once | undefined>,
  known: KnownKeys,
): Array<readonly [string | object, Once | undefined]> | Refusal {
  const here = new Map<string, string>()
  const news: Array<readonly [string | object, Once | undefined]> = []
  for (const [index, payload] of payloads.entries()) {
    const once = onces[index]
    if (once !== undefined) {
      const name = `${once.part}:${once.key}`
      const before = here.get(name)
      const state = known.stateOf(once)
      if (state === 'other' || (before !== undefined && before !== once.digest)) {
        return payloads.length > 1 ? otherData(once).at(index) : otherData(once)
      }
      if (state === 'stored' || before !== undefined) continue
      here.set(name, once.digest)
    }
    news.push([payload, once])
  }
  return news
}

/** Why the journal does not take an event: what the sender can mend is his, all else passes. */
function refusalOf(error: unknown): Refusal {
  const reason = asError(error).message
  const code = errorCode(error)
  if (code === 'ENTRY_TOO_LONG') return new Refusal(413, { error: 'The event is too long.', reason })
  if (code === 'EVENT_NOT_JSON' || code === 'ENTRY_TOO_DEEP' || code === 'ENTRY_INVALID')
    return new Refusal(400, { error: 'The event cannot be stored.', reason })
  return notNow(reason, tryAgainAfter)
}

function oneOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}
