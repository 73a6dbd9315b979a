import type { NodeStatus } from 'node-red'
import type { TransportState } from '../../lib/time-events/server.ts'

/** Of all transports together: `1,204 events · 3 rejected`. What does not work comes first. */
export function statusOf(transports: ReadonlyMap<string, TransportState>): NodeStatus {
  const all = [...transports]
  if (all.length === 0) return { fill: 'grey', shape: 'ring', text: 'all transports are off' }
  const shut = all.filter(([, { problem }]) => problem !== undefined).map(([name]) => name)
  const states = all.map(([, state]) => state)
  const events = states.reduce((sum, state) => sum + state.events, 0)
  const rejected = states
    .flatMap((state) => [...state.rejected.values()])
    .reduce((sum, more) => sum + more, 0)
  const parts = [
    ...(shut.length > 0 ? [`not open: ${shut.join(', ')}`] : []),
    `${events.toLocaleString('en')} events`,
    ...(rejected > 0 ? [`${rejected.toLocaleString('en')} rejected`] : []),
  ]
  const fill = shut.length === all.length ? 'red' : shut.length > 0 ? 'yellow' : 'green'
  const shape = states.some(({ isOpen }) => isOpen) ? 'dot' : 'ring'
  return { fill, shape, text: parts.join(' · ') }
}
