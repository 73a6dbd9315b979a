// What programs ask the store: each question as a record of strings, as it comes from a URL, and each answer as the JSON of
// docs/history.md. The questions are answered in a worker thread, so that a long one does not hold the gateway.
import type { DeviceNames } from '../../devices/names.ts'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { QueryThread } from './query-thread.ts'
import type { Question, Subject } from './query-worker.ts'
import type { Cursor, Page } from './questions/export.ts'
import type {
  LatestAnswer,
  RejectAnswer,
  SeriesAnswer,
  SpansAnswer,
  StatisticsAnswer,
  ValuesAnswer,
} from './read/answers.ts'
import type { Given } from './read/parameters.ts'

export interface HistorySettings {
  /** the store's file; it may be absent, and may be swapped or deleted at any time */
  file: string
  /** The names of devices of the moment; without it those that the store has. */
  names?: () => DeviceNames
  clock?: Clock
}

/**
 * The questions. They reject with errors that have one of these codes:
 * `QUERY`: a parameter is wrong (`<field>: <what>`; HTTP 400) ·
 * `NO_STORE`: there is no store to read (503) ·
 * `TOO_LONG`: it took too long, or would read too much; the message says what to do (503).
 * A signal that is aborted rejects with its reason.
 */
export interface HistoryQueries {
  latest(query?: Given, signal?: AbortSignal): Promise<LatestAnswer>
  series(query?: Given, signal?: AbortSignal): Promise<SeriesAnswer[]>
  values(query: Given, signal?: AbortSignal): Promise<ValuesAnswer>
  statistics(query: Given, signal?: AbortSignal): Promise<StatisticsAnswer>
  rejects(query?: Given, signal?: AbortSignal): Promise<RejectAnswer[]>
  spans(query?: Given, signal?: AbortSignal): Promise<SpansAnswer[]>
  /** Pieces of text of some thousand rows, read when they are asked for. `format` is `csv` or `jsonl`. */
  export(query: Given, signal?: AbortSignal): AsyncIterable<string>
}

export class History implements HistoryQueries {
  readonly #names: (() => DeviceNames) | undefined
  readonly #clock: Clock
  readonly #thread: QueryThread

  constructor({ file, names, clock = systemClock }: HistorySettings) {
    this.#names = names
    this.#clock = clock
    this.#thread = new QueryThread(file, clock)
  }

  latest(query: Given = {}, signal?: AbortSignal): Promise<LatestAnswer> {
    return this.#ask('latest', query, signal)
  }

  series(query: Given = {}, signal?: AbortSignal): Promise<SeriesAnswer[]> {
    return this.#ask('series', query, signal)
  }

  values(query: Given, signal?: AbortSignal): Promise<ValuesAnswer> {
    return this.#ask('values', query, signal)
  }

  statistics(query: Given, signal?: AbortSignal): Promise<StatisticsAnswer> {
    return this.#ask('statistics', query, signal)
  }

  rejects(query: Given = {}, signal?: AbortSignal): Promise<RejectAnswer[]> {
    return this.#ask('rejects', query, signal)
  }

  spans(query: Given = {}, signal?: AbortSignal): Promise<SpansAnswer[]> {
    return this.#ask('spans', query, signal)
  }

  async *export(query: Given, signal?: AbortSignal): AsyncIterable<string> {
    let page = await this.#ask<Page>('export', query, signal)
    if (page.text !== '') yield page.text
    while (page.next) {
      page = await this.#ask<Page>('page', {}, signal, page.next)
      if (page.text !== '') yield page.text
    }
  }

  /** Ends the thread. Questions that are not answered reject with `NO_STORE`. */
  close(): Promise<void> {
    return this.#thread.close()
  }

  async #ask<Answer>(about: Subject, query: Given, signal?: AbortSignal, cursor?: Cursor): Promise<Answer> {
    const rows = this.#names?.().rows
    const question: Question = {
      about,
      given: plain(query),
      now: this.#clock.wall(),
      ...(cursor && { cursor }),
      ...(rows && { rows }),
    }
    return (await this.#thread.ask(question, signal)) as Answer
  }
}

/** What a thread can be sent; anything else than a text or a number is refused there. */
function plain(query: Given): Given {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const isPlain = value === null || ['string', 'number', 'undefined'].includes(typeof value)
      return [name, isPlain ? value : {}]
    }),
  )
}
