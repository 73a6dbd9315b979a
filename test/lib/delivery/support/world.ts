// A delivery with a flow of one node, a journal in memory, and time by hand.
import assert from 'node:assert/strict'
import type { Checkpoint } from '../../../../lib/delivery/progress/checkpoint.ts'
import type { DamagedRange } from '../../../../lib/delivery/progress/noted.ts'
import { Delivery, type DeliveryState, type Overdue } from '../../../../lib/delivery/send/delivery.ts'
import type { DeliveryOptions } from '../../../../lib/delivery/send/options.ts'
import { FlowTracker } from '../../../../lib/delivery/track/tracker.ts'
import type { EventMessage } from '../../../../lib/event.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { FakeHooks, flowNode } from './fake-hooks.ts'
import { entries, MemoryJournal } from './memory-journal.ts'

export const nothing: Checkpoint = {
  seq: 0,
  counters: { complete: 0, failed: 0, incomplete: 0, damaged: 0 },
}

interface WorldOptions extends DeliveryOptions {
  stored?: Checkpoint
  lastSeq?: number
  batchSize?: number
}

export class World {
  readonly time = new FakeClock()
  readonly hooks = new FakeHooks()
  readonly tracker = new FlowTracker(this.hooks)
  readonly journal: MemoryJournal
  readonly delivery: Delivery
  /** every message sent */
  readonly sent: EventMessage[] = []
  readonly warnings: string[] = []
  readonly saved: Checkpoint[] = []
  readonly incomplete: Overdue[] = []
  readonly damaged: DamagedRange[] = []
  readonly completed: number[] = []
  readonly node = flowNode('sink')
  /** the node completes at once; else it holds what it gets until `finish` */
  automatic = true
  /** what the next saves do */
  save: () => Promise<void> = () => Promise.resolve()
  /** how long a note takes to be durable */
  note: () => Promise<void> = () => Promise.resolve()

  constructor({ stored = nothing, lastSeq = 0, batchSize, ...options }: WorldOptions = {}) {
    this.tracker.start()
    this.journal = new MemoryJournal(batchSize)
    this.journal.lastSeq = lastSeq
    this.delivery = new Delivery(
      {
        tracker: this.tracker,
        send: (message, event) => {
          this.tracker.begin(event)
          this.#take(message)
        },
        read: (fromSeq) => this.journal.read(fromSeq),
        noteIncomplete: async (events) => {
          await this.note()
          this.incomplete.push(...events)
        },
        noteDamaged: async (ranges) => {
          await this.note()
          this.damaged.push(...ranges)
        },
        noteCompleted: async (seq) => {
          this.completed.push(seq)
        },
        saveCheckpoint: async ({ epochs: _, ...checkpoint }) => {
          await this.save()
          this.saved.push(checkpoint)
        },
        warn: (message) => this.warnings.push(message),
        clock: this.time,
      },
      options,
      stored,
      lastSeq,
    )
  }

  /** So many more entries become durable. */
  async log(count: number, tag?: unknown): Promise<void> {
    const from = this.journal.lastSeq + 1
    this.journal.lastSeq += count
    this.delivery.durable(entries(from, this.journal.lastSeq, tag))
    await settle()
  }

  /** The node completes what it has of these. */
  async finish(...seqs: number[]): Promise<void> {
    for (const message of this.sent) {
      if (seqs.includes(message.event.seq)) this.hooks.done(message, this.node)
    }
    await settle()
  }

  async release(): Promise<void> {
    this.delivery.release()
    await settle()
  }

  get seqs(): number[] {
    return this.sent.map(({ event }) => event.seq)
  }

  #take(message: EventMessage): void {
    this.sent.push(message)
    this.hooks.take(message, this.node)
    if (this.automatic) this.hooks.done(message, this.node)
  }
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

/** entries = complete + incomplete + in flight + waiting + damaged, at any moment. */
export function assertBalance(state: DeliveryState): void {
  const { entries, complete, incomplete, damaged, underWay, quiet, waiting } = state
  assert.equal(complete + incomplete + damaged + underWay + quiet + waiting, entries, JSON.stringify(state))
}
