import type { NodeStatus } from 'node-red'
import type { TransportState } from '../../lib/time-events/server.ts'
import { joined, type Words } from '../../lib/words/words.ts'

/** Of all transports together: `1,204 events · 3 rejected`. What does not work comes first. */
export function statusOf(transports: ReadonlyMap<string, TransportState>, words: Words): NodeStatus {
  const all = [...transports]
  if (all.length === 0) return { fill: 'grey', shape: 'ring', text: words('allOff') }
  const shut = all.filter(([, { problem }]) => problem !== undefined).map(([name]) => name)
  const states = all.map(([, state]) => state)
  const events = states.reduce((sum, state) => sum + state.events, 0)
  const rejected = states
    .flatMap((state) => [...state.rejected.values()])
    .reduce((sum, more) => sum + more, 0)
  const text = joined(
    shut.length > 0 && words('notOpen', { names: shut.join(', ') }),
    words('events', { count: events }),
    rejected > 0 && words('rejected', { count: rejected }),
  )
  const fill = shut.length === all.length ? 'red' : shut.length > 0 ? 'yellow' : 'green'
  const shape = states.some(({ isOpen }) => isOpen) ? 'dot' : 'ring'
  return { fill, shape, text }
}
