// Asks the worker thread one question at a time, and for none of them longer than the limit: SQLite cannot be interrupted
// from outside, so the thread of a question that takes too long is ended, and the next question gets a new one.
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import { errorCode, withCode } from '../../kit/errors.ts'
import { Fifo } from '../../kit/fifo.ts'
import type { Answer, Question } from './query-worker.ts'
import { noStore, tooLong } from './read/store-file.ts'

/** ms that one question may take */
const longestQuestion = 5_000
/** questions that wait: more of them would be answered when nobody waits any more */
const mostWaiting = 100
/** of the thread's memory, so that no question takes that of the gateway */
const mostMegabytes = 256

/** The part of a worker thread that is used. */
export interface Thread {
  postMessage(question: Question): void
  on(event: 'message', listener: (answer: Answer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  terminate(): Promise<unknown>
  ref(): void
  unref(): void
}

interface Waiting {
  question: Question
  signal: AbortSignal | undefined
  resolve(answer: unknown): void
  reject(error: unknown): void
}

export class QueryThread {
  readonly #clock: Clock
  readonly #start: () => Thread
  readonly #waiting = new Fifo<Waiting>()
  /** the ends of threads that were given up */
  readonly #leaving = new Set<Promise<unknown>>()
  #thread: Thread | undefined
  #running: { waiting: Waiting; stopTimer(): void } | undefined
  /** the names that the thread has */
  #rows: Question['rows']
  #isClosed = false

  /** @param start starts a thread, by default one that reads this file */
  constructor(file: string, clock: Clock, start: () => Thread = () => startWorker(file)) {
    this.#clock = clock
    this.#start = start
  }

  /**
   * Resolves to the answer. A question whose signal is aborted while it waits is not asked; one that is being answered goes on,
   * since ending the thread would cost more than most answers.
   */
  async ask(question: Question, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted()
    if (this.#isClosed) throw noStore('it was closed')
    if (this.#waiting.length >= mostWaiting) {
      throw withCode('TOO_LONG', new Error(`${mostWaiting} questions wait already: ask again later`))
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const abort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort)
    try {
      this.#waiting.push({ question, signal, resolve, reject })
      this.#goOn()
      return await promise
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Resolves when the thread is gone. What is not answered rejects with `NO_STORE`. */
  async close(): Promise<void> {
    this.#isClosed = true
    const open = [...(this.#running ? [this.#running.waiting] : []), ...this.#waiting.takeAll()]
    this.#ended()
    this.#giveUp()
    for (const { reject } of open) reject(noStore('it was closed'))
    await Promise.all(this.#leaving)
  }

  #goOn(): void {
    while (!this.#running) {
      const waiting = this.#waiting.shift()
      if (!waiting) return
      if (!waiting.signal?.aborted) this.#begin(waiting)
    }
  }

  #begin(waiting: Waiting): void {
    const thread = this.#thread ?? this.#startThread()
    const seconds = longestQuestion / 1000
    const stopTimer = this.#clock.after(longestQuestion, () =>
      this.#lost(thread, tooLong(`the answer took longer than ${seconds} seconds`)),
    )
    this.#running = { waiting, stopTimer }
    // a process that only waits for this answer stays alive
    thread.ref()
    const { rows, ...rest } = waiting.question
    const isNew = rows !== undefined && rows !== this.#rows
    if (isNew) this.#rows = rows
    thread.postMessage(isNew ? { ...rest, rows } : rest)
  }

  #startThread(): Thread {
    const thread = this.#start()
    this.#thread = thread
    thread.on('message', (answer) => {
      if (thread === this.#thread) this.#answered(answer)
    })
    thread.on('error', (error) => this.#lost(thread, failed(error)))
    thread.on('exit', (code) => this.#lost(thread, noStore(`its thread ended by itself (status ${code})`)))
    return thread
  }

  #answered(answer: Answer): void {
    const waiting = this.#ended()
    this.#thread?.unref()
    if ('answer' in answer) waiting?.resolve(answer.answer)
    else waiting?.reject(errorOf(answer.problem))
    this.#goOn()
  }

  /** The thread is of no use any more. */
  #lost(thread: Thread, reason: Error): void {
    if (thread !== this.#thread) return
    const waiting = this.#ended()
    this.#giveUp()
    waiting?.reject(reason)
    this.#goOn()
  }

  #ended(): Waiting | undefined {
    const running = this.#running
    this.#running = undefined
    running?.stopTimer()
    return running?.waiting
  }

  #giveUp(): void {
    const thread = this.#thread
    this.#thread = undefined
    this.#rows = undefined
    if (!thread) return
    const end = thread.terminate()
    this.#leaving.add(end)
    inBackground(end.finally(() => this.#leaving.delete(end)))
  }
}

function failed(error: Error): Error {
  if (errorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY') return tooLong('the answer needs too much memory')
  return noStore(`its thread failed: ${error.message}`)
}

function errorOf({ code, message }: { code: string | undefined; message: string }): Error {
  return code === undefined ? new Error(`history: ${message}`) : withCode(code, new Error(message))
}

/** The file beside this one has the same extension: `.ts` in the sources, `.js` in the built package. */
function startWorker(file: string): Thread {
  const script = new URL(`./query-worker${extname(import.meta.filename)}`, import.meta.url)
  return new Worker(script, {
    env: {},
    workerData: file,
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
  }) as Thread
}
