// A journal and its delivery in memory, as a store sees them: it sends what it has from the checkpoint on, keeps a window of events
// under way, and plays ranges again for one sink.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ReplayRequest, ReplayResult } from '../../../../lib/delivery/send/replay.ts'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import type { StoreJournal } from '../../../../lib/history/store/store-journal.ts'
import type { JournalEvents } from './events.ts'

type Take = (event: FieldlogEvent, done: (error?: Error) => void) => void

export interface ModelOptions {
  /** events that are under way at most */
  window?: number
  /** told after each step of the checkpoint */
  moved?(checkpoint: number): void
  /** awaited after each few hundred events of a replay */
  paced?(): Promise<void>
  /** what the journal says instead of its events */
  epochOf?(seq: number): string | undefined
}

export class ModelJournal implements StoreJournal {
  readonly events: JournalEvents
  readonly #options: ModelOptions
  /** what was sent so far, live */
  lastSeq: number
  checkpoint: number
  readonly errors: Error[] = []
  take: Take = () => {}
  readonly #ended = new Set<number>()
  readonly #replays = new Map<string, { cancel(): void }>()
  view: StoreJournal['view']

  /** @param checkpoint where delivery resumes */
  constructor(events: JournalEvents, checkpoint = 0, options: ModelOptions = {}) {
    this.events = events
    this.checkpoint = checkpoint
    this.lastSeq = checkpoint
    this.#options = options
    const epochFrom = (seq: number) =>
      options.epochOf?.(seq) ??
      this.events.bySeq
        .slice(seq)
        .find((all) => all.length > 0)?.[0]
        ?.id.split('-')[0]
    this.view = {
      oldest: async () => (this.lastSeq > 0 ? { epoch: epochFrom(1), seq: 1 } : undefined),
      epochFrom: async (seq) => epochFrom(seq),
    }
  }

  position() {
    return { checkpoint: this.checkpoint, lastSeq: this.lastSeq }
  }

  async seqsIn(from: number, to: number) {
    const seqs = this.events.bySeq
      .flat()
      .filter(({ time, seq }) => time >= from && time <= to && seq <= this.lastSeq)
    return seqs.length === 0 ? [] : [{ from: seqs[0]!.seq, to: seqs.at(-1)!.seq }]
  }

  /** Sends everything up to a seq live; resolves when the flow is done with it. @param again true: some are sent twice */
  async send(to: number, again: (seq: number) => boolean = () => false): Promise<void> {
    const { window = 2_000 } = this.#options
    const open = new Set<number>()
    let room = Promise.withResolvers<void>()
    for (let seq = this.checkpoint + 1; seq <= to; seq++) {
      this.lastSeq = Math.max(this.lastSeq, seq)
      const events = [...this.events.bySeq[seq]!, ...(again(seq) ? this.events.bySeq[seq]! : [])]
      let left = events.length
      open.add(seq)
      const done = (error?: Error) => {
        if (error) this.errors.push(error)
        if (--left > 0) return
        open.delete(seq)
        this.#end(seq)
        room.resolve()
        room = Promise.withResolvers<void>()
      }
      for (const event of events) this.take({ ...event }, done)
      if (events.length === 0) done()
      if (seq % 500 === 0) await nextTurn()
      while (open.size >= window) await room.promise
    }
    while (open.size > 0) await room.promise
  }

  async replay({ from, to, for: target, name = '', progressed }: ReplayRequest): Promise<ReplayResult> {
    let isCancelled = false
    let wake = () => {}
    this.#replays.set(name, {
      cancel() {
        isCancelled = true
        wake()
      },
    })
    let open = 0
    let complete = 0
    let seq = from
    for (; seq <= Math.min(to, this.lastSeq) && !isCancelled; seq++) {
      for (const event of this.events.bySeq[seq]!) {
        open++
        this.take({ ...event, replayed: true, ...(target !== undefined && { for: target }) }, (error) => {
          if (error) this.errors.push(error)
          open--
          complete++
          wake()
        })
      }
      while (open >= 100 && !isCancelled)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      if (seq % 300 === 0) {
        if (open === 0) progressed?.(seq + 1)
        await (this.#options.paced?.() ?? nextTurn())
      }
    }
    while (open > 0 && !isCancelled)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    this.#replays.delete(name)
    const counts = { complete, failed: 0, incomplete: 0, missing: 0, waiting: 0, stopped: false }
    return { ...counts, cancelled: isCancelled, next: isCancelled ? seq : undefined }
  }

  cancelReplays(name: string): void {
    this.#replays.get(name)?.cancel()
  }

  #end(seq: number): void {
    this.#ended.add(seq)
    const before = this.checkpoint
    while (this.#ended.delete(this.checkpoint + 1)) this.checkpoint++
    if (this.checkpoint > before) this.#options.moved?.(this.checkpoint)
  }
}
