// The store that the pages show, and what reads it.
import type { NodeAPI } from 'node-red'
import { History, type HistoryQueries } from '../../../lib/history/query/history.ts'
import { inBackground } from '../../../lib/kit/background.ts'
import { deviceNames } from '../../devices/registry.ts'
import { type DeployedStore, stores } from '../registry.ts'

export class Histories {
  readonly #RED: NodeAPI
  #open: { path: string; history: History } | undefined

  constructor(RED: NodeAPI) {
    this.#RED = RED
  }

  /** The first of the flows; undefined where they have none. */
  get store(): DeployedStore | undefined {
    return stores()[0]
  }

  /** Reads that store; undefined where there is none. */
  get history(): HistoryQueries | undefined {
    const { store } = this
    if (this.#open?.path === store?.path) return this.#open?.history
    this.close()
    if (!store) return undefined
    const history = new History({ file: store.path, names: () => deviceNames(this.#RED) })
    this.#open = { path: store.path, history }
    return history
  }

  close(): void {
    if (this.#open) inBackground(this.#open.history.close())
    this.#open = undefined
  }
}
