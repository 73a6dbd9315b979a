// The status text under a port's node.
import { ageText } from '../kit/age.ts'
import type { LineEnd } from './framing/frame.ts'
import type { PortCounts } from './port-interface.ts'
import type { SourceState } from './supervisor.ts'
import type { Quiet } from './watch/rhythm.ts'

export interface Status {
  fill: 'green' | 'yellow' | 'red' | 'grey' | 'blue'
  shape: 'dot' | 'ring'
  text: string
}

/** What a port says of itself, as LinePort has it. */
export interface PortFace {
  state: SourceState
  counts: PortCounts
  /** the sender is made to wait, for the journal can take no more */
  holdsBack?: boolean
  /** how lines end, where that was found: CR alone is unusual, and worth a word */
  lineEnd?: LineEnd | undefined
  /** what is wrong without any error: silence, another speed */
  trouble?: string | undefined
  /** no byte has come for too long, which is its trouble then */
  isSilent?: boolean
  /** the last line is more than a minute ago */
  quiet?: Quiet | undefined
  /** what the port's filter does */
  progress?: { text: string } | undefined
}

/** Short and true: green while connected, red or yellow with the reason while it tries again. */
export function statusOf(face: PortFace): Status {
  const { state, counts, holdsBack, lineEnd, trouble, isSilent = false, quiet, progress } = face
  const end = lineEnd === 'CR' ? ' that end in CR' : ''
  const lines = `${counts.sent.toLocaleString('en')} lines${end}`
  const dropped = counts.dropped > 0 ? `, ${counts.dropped.toLocaleString('en')} dropped` : ''
  if (state.state === 'open' && holdsBack)
    return { fill: 'yellow', shape: 'dot', text: `${lines}${dropped}; the sender waits for the journal` }
  if (state.state === 'open' && progress) return { fill: 'blue', shape: 'dot', text: progress.text }
  if (state.state === 'open' && quiet && (trouble === undefined || isSilent)) {
    const isDoubtful = quiet.isLate || isSilent || dropped !== ''
    const text = `last line ${ageText(quiet.age)} ago; ${lines}${dropped}`
    return { fill: isDoubtful ? 'yellow' : 'green', shape: 'dot', text }
  }
  if (state.state === 'open' && trouble !== undefined)
    return { fill: 'yellow', shape: 'dot', text: `${trouble} (${lines}${dropped})` }
  if (state.state === 'open')
    return { fill: dropped ? 'yellow' : 'green', shape: 'dot', text: `connected, ${lines}${dropped}` }
  if (state.state === 'opening') return { fill: 'yellow', shape: 'ring', text: 'connecting …' }
  if (state.state === 'closed') return { fill: 'grey', shape: 'ring', text: `closed, ${lines}${dropped}` }
  const seconds = Math.max(1, Math.round(state.retryIn / 1000))
  return { fill: 'red', shape: 'ring', text: `${state.reason.short}, trying again in ${seconds} s` }
}
