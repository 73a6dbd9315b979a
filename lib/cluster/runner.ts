// Runs clustering in a worker thread, one run at a time, so that the gateway reads and sends on meanwhile.
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { inBackground } from '../kit/background.ts'
import type { Clock } from '../kit/clock.ts'
import type { ClusterAnswer } from './cluster-worker.ts'
import type { ClusterOutcome, ClusterRequest } from './find/run.ts'

/** The part of a worker thread that is used. */
export interface Thread {
  postMessage(request: ClusterRequest, transfer: ArrayBuffer[]): void
  on(event: 'message', listener: (answer: ClusterAnswer) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  terminate(): Promise<unknown>
  unref(): void
}

export interface RunnerListener {
  /** A run has ended. @param ms how long it took */
  finished(outcome: ClusterOutcome, ms: number): void
  /** A run has failed, with what to do about it; the next one begins in a new thread where this one has ended. */
  failed(problem: string): void
}

/** A run that takes longer is ended: nobody waits for its result any more, and it keeps a core busy. ms */
export const longestRun = 600_000

export class ClusterRunner {
  readonly #listener: RunnerListener
  readonly #clock: Clock
  readonly #start: () => Thread
  #thread: Thread | undefined
  #run: { began: number; stopTimer(): void } | undefined
  /** asked for during a run */
  #next: (() => ClusterRequest) | undefined
  #isClosed = false

  /** @param start starts a thread; by default a worker with `cluster-worker.ts` */
  constructor(listener: RunnerListener, clock: Clock, start: () => Thread = startWorker) {
    this.#listener = listener
    this.#clock = clock
    this.#start = start
  }

  get isRunning(): boolean {
    return this.#run !== undefined
  }

  /**
   * Starts a run, or has one follow the run that is under way; however often it is asked meanwhile, one follows.
   * @param make gives the points of the moment when the run starts; their memory goes to the thread
   */
  request(make: () => ClusterRequest): void {
    if (this.#isClosed) return
    if (this.#run) this.#next = make
    else this.#begin(make())
  }

  /** Ends the run that is under way, without a result. Resolves when the thread is gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#next = undefined
    this.#run?.stopTimer()
    this.#run = undefined
    const thread = this.#thread
    this.#thread = undefined
    await thread?.terminate()
  }

  #begin(request: ClusterRequest): void {
    const stopTimer = this.#clock.after(longestRun, () =>
      this.#lost(
        this.#thread,
        `it took longer than ${longestRun / 60_000} minutes: use fewer events, or k-means`,
      ),
    )
    this.#run = { began: this.#clock.monotonic(), stopTimer }
    this.#thread ??= this.#startThread()
    this.#thread.postMessage(request, [request.points.values.buffer])
  }

  #startThread(): Thread {
    const thread = this.#start()
    thread.unref()
    thread.on('message', (answer) => {
      if (thread === this.#thread) this.#answered(answer)
    })
    thread.on('error', (error) => this.#lost(thread, `the worker thread failed: ${error.message}`))
    thread.on('exit', (code) => this.#lost(thread, `the worker thread ended by itself (status ${code})`))
    return thread
  }

  #answered(answer: ClusterAnswer): void {
    const ms = this.#ended()
    if ('outcome' in answer) this.#listener.finished(answer.outcome, ms)
    else this.#listener.failed(answer.problem)
    this.#goOn()
  }

  /** The thread is of no use any more. */
  #lost(thread: Thread | undefined, problem: string): void {
    if (thread === undefined || thread !== this.#thread) return
    this.#thread = undefined
    inBackground(thread.terminate())
    if (!this.#run) return
    this.#ended()
    this.#listener.failed(problem)
    this.#goOn()
  }

  #ended(): number {
    const ms = this.#clock.monotonic() - (this.#run?.began ?? 0)
    this.#run?.stopTimer()
    this.#run = undefined
    return ms
  }

  #goOn(): void {
    const make = this.#next
    this.#next = undefined
    // the listener may have closed it, or asked for another run
    if (make && !this.#isClosed) this.request(make)
  }
}

/** The file beside this one has the same extension: `.ts` in the sources, `.js` in the built package. */
function startWorker(): Thread {
  const script = new URL(`./cluster-worker${extname(import.meta.filename)}`, import.meta.url)
  return new Worker(script, { env: {} }) as Thread
}
