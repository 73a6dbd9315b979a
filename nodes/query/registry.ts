// One reader for each store's file, shared by all who ask it: a reader is a thread with its own memory.
import type { EventEmitter } from 'node:events'
import type { NodeAPI } from 'node-red'
import { History } from '../../lib/history/query/history.ts'
import { deviceNames } from '../devices/registry.ts'

export interface HistorySeat {
  readonly history: History
  readonly path: string
  /** Resolves when the thread is gone, where nobody else uses it. */
  leave(): Promise<void>
}

interface Shared {
  history: History
  users: number
}

/** by runtime, then by path */
const runtimes = new WeakMap<EventEmitter, Map<string, Shared>>()

/** Takes a seat at the reader of the file, which knows the names of today's devices node. */
export function takeHistory(RED: NodeAPI, path: string): HistorySeat {
  const all = runtimes.get(RED.events) ?? new Map<string, Shared>()
  runtimes.set(RED.events, all)
  const shared = all.get(path) ?? {
    history: new History({ file: path, names: () => deviceNames(RED) }),
    users: 0,
  }
  all.set(path, shared)
  shared.users++
  return {
    history: shared.history,
    path,
    async leave() {
      shared.users--
      if (shared.users > 0) return
      all.delete(path)
      await shared.history.close()
    },
  }
}
