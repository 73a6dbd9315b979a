// Asks the worker thread, and is answered in the order of the requests.
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { inBackground } from '../../kit/background.ts'
import type { Answer, Problem, Report, Request } from './requests.ts'

/** A request that failed. */
export class StoreProblem extends Error {
  readonly code = 'STORE_FAILED'
  readonly isDamage: boolean
  /** see `Problem` */
  readonly reason: string

  constructor({ message, cause, isDamage }: Problem) {
    super(message)
    this.reason = cause
    this.isDamage = isDamage
  }
}

/** The part of a worker thread that is used. */
export interface Thread {
  postMessage(message: { id: number; request: Request }, transfer: ArrayBuffer[]): void
  on(event: 'message', listener: (answer: Answer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  terminate(): Promise<unknown>
  unref(): void
}

interface Waiting {
  resolve(report: Report): void
  reject(problem: StoreProblem): void
}

export class ThreadClient {
  readonly #start: () => Thread
  /** the thread that was started last is gone: it knew shapes */
  readonly #lost: () => void
  readonly #waiting = new Map<number, Waiting>()
  #thread: Thread | undefined
  #lastId = 0
  #isClosed = false

  /** @param lost the thread has ended by itself; the next request starts another one, in which nothing is open */
  constructor(lost: () => void, start: () => Thread = startWorker) {
    this.#lost = lost
    this.#start = start
  }

  /** Rejects with a `StoreProblem`. */
  ask(request: Request): Promise<Report> {
    if (this.#isClosed)
      return Promise.reject(
        new StoreProblem({ message: 'the store is closed', cause: 'CLOSED', isDamage: false }),
      )
    this.#thread ??= this.#startThread()
    const id = ++this.#lastId
    const transfer = request.kind === 'write' ? [request.batch.numbers.buffer] : []
    const { promise, resolve, reject } = Promise.withResolvers<Report>()
    this.#waiting.set(id, { resolve, reject })
    this.#thread.postMessage({ id, request }, transfer)
    return promise
  }

  /** Nothing is asked any more. Resolves when the thread is gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    const thread = this.#thread
    this.#thread = undefined
    await thread?.terminate()
    this.#failAll('the store is closed')
  }

  #startThread(): Thread {
    const thread = this.#start()
    thread.unref()
    thread.on('message', (answer) => this.#answered(answer))
    thread.on('error', (error) => this.#ended(thread, `its thread failed: ${error.message}`))
    thread.on('exit', (code) => this.#ended(thread, `its thread ended by itself (status ${code})`))
    return thread
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('report' in answer) waiting?.resolve(answer.report)
    else waiting?.reject(new StoreProblem(answer.problem))
  }

  #ended(thread: Thread, message: string): void {
    if (thread !== this.#thread) return
    this.#thread = undefined
    inBackground(thread.terminate())
    this.#lost()
    this.#failAll(message)
  }

  #failAll(message: string): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of all) reject(new StoreProblem({ message, cause: 'THREAD', isDamage: false }))
  }
}

/** MB for short-lived objects: batches go quickly, and Node.js would let them pile up on a large machine */
const youngSize = 16

/** The file beside this one has the same extension: `.ts` in the sources, `.js` in the built package. */
function startWorker(): Thread {
  const script = new URL(`./store-worker${extname(import.meta.filename)}`, import.meta.url)
  return new Worker(script, { env: {}, resourceLimits: { maxYoungGenerationSizeMb: youngSize } }) as Thread
}
