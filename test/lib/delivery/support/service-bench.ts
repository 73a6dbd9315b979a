// A log service on a disk, wired to a flow of one node.
import { setTimeout as pause } from 'node:timers/promises'
import { LogService, type LogState } from '../../../../lib/delivery/log-service.ts'
import type { DeliveryOptions } from '../../../../lib/delivery/send/options.ts'
import { FlowTracker } from '../../../../lib/delivery/track/tracker.ts'
import type { EventMessage } from '../../../../lib/event.ts'
import type { KeepOptions } from '../../../../lib/journal/keep/upkeep.ts'
import type { JournalOptions } from '../../../../lib/journal/write/options.ts'
import { FakeHooks, flowNode } from './fake-hooks.ts'

export const quick: DeliveryOptions = { quietTime: 0.05, timeLimit: 0.2 }

export class ServiceBench {
  readonly sent: EventMessage[] = []
  readonly warnings: string[] = []
  readonly hooks = new FakeHooks()
  readonly tracker = new FlowTracker(this.hooks)
  readonly service: LogService
  /** which seqs the node completes */
  completes = (_seq: number): boolean => true

  constructor(options: JournalOptions & KeepOptions) {
    this.tracker.start()
    this.service = new LogService({ flushInterval: 0, reserve: 0, ...options }, this.tracker, {
      warn: (message) => this.warnings.push(message),
      changed() {},
      recovered() {},
    })
  }

  /** The log node has come. */
  attach(options: DeliveryOptions = quick): this {
    const node = flowNode('sink')
    this.service.attach((message, event) => {
      this.tracker.begin(event)
      this.sent.push(message)
      this.hooks.take(message, node)
      if (this.completes(message.event.seq)) this.hooks.done(message, node)
    }, options)
    return this
  }

  start(options: DeliveryOptions = quick): this {
    this.attach(options)
    this.service.release()
    this.service.start()
    return this
  }

  /** Logs so many lines; resolves when they are durable. */
  async log(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, i) => this.give({ payload: `line ${i + 1}` })))
  }

  /** Logs a message; resolves when it is durable, rejects with why it never will be. */
  give(message: Record<string, unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.service.log({ source: 's', ...message }, '', (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Resolves when delivery is where the test wants it. */
  async until(condition: (state: NonNullable<LogState['delivery']>) => boolean): Promise<void> {
    while (!this.service.state.delivery || !condition(this.service.state.delivery)) await pause(10)
  }

  get seqs(): number[] {
    return this.sent.map(({ event }) => event.seq)
  }

  stop(): Promise<void> {
    return this.service.stop()
  }
}
