// The deployed stores, for whoever shows what is in them: the pages, the query node.
import type { FieldlogEvent } from '../../lib/event.ts'
import type { RebuildRequest, StoreState } from '../../lib/history/model/store-state.ts'

/** Told of each batch that was committed: the events themselves, 1,000 at most, in their order. It must not change them. */
export type CommittedListener = (events: readonly FieldlogEvent[]) => void

/** A deployed `fieldlog-store`. */
export interface DeployedStore {
  readonly id: string
  readonly name: string
  /** of the SQLite file */
  readonly path: string
  /** read at the moment of asking */
  readonly state: StoreState
  /** What is sent again for a rebuild is not told. Returns the function that ends it. */
  subscribe(listener: CommittedListener): () => void
  /** False where one is under way. */
  rebuild(request: RebuildRequest): boolean
}

const deployed = new Map<string, DeployedStore>()

/** All of them, in the order in which they were deployed. */
export function stores(): DeployedStore[] {
  return [...deployed.values()]
}

/** Returns the function that takes it off the list. */
export function addStore(store: DeployedStore): () => void {
  deployed.set(store.id, store)
  return () => {
    if (deployed.get(store.id) === store) deployed.delete(store.id)
  }
}
