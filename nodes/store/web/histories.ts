// The stores of the flows, and what reads them. The pages show the first one; spans are those of all.
import type { NodeAPI } from 'node-red'
import { History, type HistoryQueries } from '../../../lib/history/query/history.ts'
import { inBackground } from '../../../lib/kit/background.ts'
import { deviceNames } from '../../devices/registry.ts'
import { type DeployedStore, stores } from '../registry.ts'

export class Histories {
  readonly #RED: NodeAPI
  /** by the path of the store */
  readonly #open = new Map<string, History>()

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
    this.#forgetOthers()
    return store && this.#historyOf(store)
  }

  /** Those of all stores that can be read now. */
  get readable(): HistoryQueries[] {
    this.#forgetOthers()
    return stores()
      .filter(({ state }) => state.isReadable)
      .map((store) => this.#historyOf(store))
  }

  close(): void {
    for (const history of this.#open.values()) inBackground(history.close())
    this.#open.clear()
  }

  #historyOf({ path }: DeployedStore): History {
    const known = this.#open.get(path)
    if (known) return known
    const history = new History({ file: path, names: () => deviceNames(this.#RED) })
    this.#open.set(path, history)
    return history
  }

  /** Those of stores that are deployed no more. */
  #forgetOthers(): void {
    const paths = new Set(stores().map(({ path }) => path))
    for (const [path, history] of this.#open) {
      if (paths.has(path)) continue
      this.#open.delete(path)
      inBackground(history.close())
    }
  }
}
