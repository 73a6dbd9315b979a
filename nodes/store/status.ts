// What stands under a store node.
import type { NodeStatus } from 'node-red'
import type { StoreState } from '../../lib/history/model/store-state.ts'
import { joined, type Words } from '../../lib/words/words.ts'

/** @param state undefined while no journal stands before the node */
export function storeStatus(state: StoreState | undefined, words: Words): NodeStatus {
  if (!state) return { fill: 'red', shape: 'ring', text: words('noJournal') }
  const { done, rate, left, oldVerdicts, upTo } = state
  switch (state.state) {
    case 'disabled':
      return { fill: 'red', shape: 'ring', text: state.says }
    case 'not stored':
      return { fill: 'red', shape: 'ring', text: words('notStored') }
    case 'start':
      return { fill: 'yellow', shape: 'ring', text: words('opening') }
    case 'rebuilding': {
      const text = joined(
        words('fromJournal', { percent: Math.floor(done * 100) }),
        rate !== null && words('rate', { rate }),
        left !== null && words('left', { seconds: left }),
      )
      return { fill: 'blue', shape: 'dot', text }
    }
    case 'ready':
      return oldVerdicts === 0
        ? { fill: 'green', shape: 'dot', text: words('upTo', { entry: upTo }) }
        : { fill: 'yellow', shape: 'dot', text: words('oldVerdicts', { count: oldVerdicts }) }
  }
}
