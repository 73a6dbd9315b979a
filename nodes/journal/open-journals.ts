// The journals that are open in a runtime. One outlives its node by the time of a deploy, with all that it holds in memory;
// so it stands here, by its directory, and not in the node.
import type { NodeAPI } from 'node-red'
import { LogService } from '../../lib/delivery/log-service.ts'
import type { KeepOptions } from '../../lib/journal/keep/upkeep.ts'
import type { JournalOptions } from '../../lib/journal/write/options.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { asError } from '../../lib/kit/errors.ts'
import { onFlows } from '../shared/flows.ts'
import { endProgress, followProgress } from './progress.ts'
import { type JournalNode, releaseTracker, takeTracker } from './registry.ts'

/** What a journal node says of its journal. */
export type OpenOptions = JournalOptions & Required<KeepOptions>

/** A deploy whose flows do not start (a type of node is missing) leaves a journal without a node: closed after so many ms. */
const longestWithout = 60_000

interface Open {
  directory: string
  service: LogService
  /** undefined in the middle of a deploy */
  holder: JournalNode | undefined
  /** told where there is no holder */
  lastHolder: JournalNode
  stopTimer: NodeJS.Timeout | undefined
}

export class OpenJournals {
  readonly #RED: NodeAPI
  readonly #open = new Set<Open>()
  /** directories that are being closed: their lock is not free yet */
  readonly #closing = new Map<string, Promise<void>>()
  #isDeploy = false

  constructor(RED: NodeAPI) {
    this.#RED = RED
    onFlows(RED.events, {
      stopping: ({ isDeploy }) => {
        this.#isDeploy = isDeploy
        for (const { service } of this.#open) service.hold()
      },
      started: () => {
        this.#isDeploy = false
        for (const open of this.#open) {
          if (open.holder) open.service.release()
          else inBackground(this.#close(open))
        }
      },
    })
  }

  /** The journal of a directory: the one that is open, with the node's settings, or a new one. */
  take(node: JournalNode, options: OpenOptions): LogService {
    const open = [...this.#open].find(
      ({ directory, holder }) => directory === options.directory && holder === undefined,
    )
    if (!open) return this.#add(node, options)
    clearTimeout(open.stopTimer)
    open.holder = node
    open.lastHolder = node
    open.service.configure(options)
    return open.service
  }

  /**
   * A node closes. In a deploy its journal stays open for the next one; else it is closed when this resolves. Never
   * rejects: what is lost is said by the node.
   */
  async leave(node: JournalNode): Promise<void> {
    const open = [...this.#open].find(({ holder }) => holder === node)
    if (!open) return
    open.holder = undefined
    if (!this.#isDeploy) return this.#close(open)
    open.stopTimer = setTimeout(() => inBackground(this.#close(open)), longestWithout)
  }

  #add(node: JournalNode, options: OpenOptions): LogService {
    // the next lines refer to it
    let open: Open
    const service = new LogService(options, takeTracker(this.#RED), {
      warn: (message) => (open.lastHolder.user ?? open.lastHolder).warn(message),
      changed: () => open.holder?.listener?.changed(),
      recovered: (salvages) => open.holder?.listener?.recovered(salvages),
    })
    open = { directory: options.directory, service, holder: node, lastHolder: node, stopTimer: undefined }
    this.#open.add(open)
    followProgress(service, options.directory, () => open.lastHolder.flushInterval)
    const before = this.#closing.get(options.directory)
    // a moment ago it was another one's, who gives the lock back last of all
    if (before) inBackground(before.then(() => service.start()))
    else service.start()
    return service
  }

  #close(open: Open): Promise<void> {
    clearTimeout(open.stopTimer)
    if (!this.#open.delete(open)) return Promise.resolve()
    const { directory, service, lastHolder } = open
    endProgress(service)
    const closed = service
      .stop()
      .catch((error: unknown) => lastHolder.error(asError(error).message))
      .finally(() => {
        releaseTracker(this.#RED)
        if (this.#closing.get(directory) === closed) this.#closing.delete(directory)
      })
    this.#closing.set(directory, closed)
    return closed
  }
}
