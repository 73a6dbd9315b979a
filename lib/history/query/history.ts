// What programs ask the store: each question as a record of strings, as it comes from a URL, and each answer as the JSON of
// docs/history.md. The questions are answered in a worker thread, so that a long one does not hold the gateway.
import type { DeviceNames } from '../../devices/names.ts'
import type { Clock } from '../../kit/clock.ts'
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
  readonly #settings: HistorySettings

  constructor(settings: HistorySettings) {
    this.#settings = settings
  }

  latest(_query: Given = {}, _signal?: AbortSignal): Promise<LatestAnswer> {
    return this.#none()
  }

  series(_query: Given = {}, _signal?: AbortSignal): Promise<SeriesAnswer[]> {
    return this.#none()
  }

  values(_query: Given, _signal?: AbortSignal): Promise<ValuesAnswer> {
    return this.#none()
  }

  statistics(_query: Given, _signal?: AbortSignal): Promise<StatisticsAnswer> {
    return this.#none()
  }

  rejects(_query: Given = {}, _signal?: AbortSignal): Promise<RejectAnswer[]> {
    return this.#none()
  }

  spans(_query: Given = {}, _signal?: AbortSignal): Promise<SpansAnswer[]> {
    return this.#none()
  }

  async *export(_query: Given, _signal?: AbortSignal): AsyncIterable<string> {
    yield await this.#none()
  }

  /** Ends the thread. Questions that are not answered reject with `NO_STORE`. */
  async close(): Promise<void> {}

  #none(): Promise<never> {
    return Promise.reject(new Error(`history: nothing reads ${this.#settings.file} yet`))
  }
}
