// What stands under a store node.
import type { NodeStatus } from 'node-red'
import type { StoreState } from '../../lib/history/model/store-state.ts'

export function storeStatus(state: StoreState): NodeStatus {
  const { done, rate, left, oldVerdicts, upTo } = state
  switch (state.state) {
    case 'disabled':
      return { fill: 'red', shape: 'ring', text: state.says }
    case 'not stored':
      return { fill: 'red', shape: 'ring', text: 'not stored: tried again' }
    case 'start':
      return { fill: 'yellow', shape: 'ring', text: 'opening' }
    case 'rebuilding': {
      const pace = rate === null ? '' : ` · ${rate.toLocaleString('en-US')}/s`
      const rest = left === null ? '' : ` · ${left} s left`
      return {
        fill: 'blue',
        shape: 'ring',
        text: `from the journal ${Math.floor(done * 100)} %${pace}${rest}`,
      }
    }
    case 'ready': {
      if (oldVerdicts === 0)
        return { fill: 'green', shape: 'dot', text: `up to ${upTo.toLocaleString('en-US')}` }
      const count = oldVerdicts.toLocaleString('en-US')
      return { fill: 'yellow', shape: 'dot', text: `rules changed: ${count} events have old verdicts` }
    }
  }
}
