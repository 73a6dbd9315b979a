// The status text under a port's node.
import { ageOf } from '../kit/age.ts'
import { type Words, wordsOf } from '../words/words.ts'
import type { LineEnd } from './framing/frame.ts'
import type { FilterProgress } from './line-filter.ts'
import type { PortCounts } from './port-interface.ts'
import { reasons } from './source/source.ts'
import type { SourceState } from './supervisor.ts'
import type { Trouble } from './watch/port-watch.ts'
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
  trouble?: Trouble | undefined
  /** the last line is more than a minute ago */
  quiet?: Quiet | undefined
  /** what the port's filter does */
  progress?: FilterProgress | undefined
}

/** The words of the status; the node's locale has them in other languages. */
export const statusSentences: Readonly<Record<string, string>> = {
  lines: '__count__ lines',
  linesCr: '__count__ lines that end in CR',
  connected: 'connected',
  connecting: 'connecting …',
  closed: 'closed',
  dropped: '__count__ dropped',
  waits: 'the sender waits for the journal',
  lastLine: 'last line __age__ ago',
  silent: 'no byte for __age__',
  speed: 'not text: another baud rate?',
  catchingUp: 'catching up',
  catchingUpOf: 'catching up __pages__ of __of__ pages',
  tryingAgain: '__reason__, trying again in __seconds__ s',
  ...Object.fromEntries(reasons.map((reason) => [`reason-${reason}`, reason])),
  'age-s': '__count__ s',
  'age-min': '__count__ min',
  'age-h': '__count__ h',
  'age-days': '__count__ days',
}

/** Short and true: green while connected, red or yellow with the reason while it tries again. */
export function statusOf(face: PortFace, words: Words = wordsOf(statusSentences)): Status {
  const { state, counts, holdsBack, lineEnd, trouble, quiet, progress } = face
  const age = (ms: number) => {
    const { count, unit } = ageOf(ms)
    return words(`age-${unit}`, { count })
  }
  const lines = words(lineEnd === 'CR' ? 'linesCr' : 'lines', { count: counts.sent })
  const hasDropped = counts.dropped > 0
  const all = hasDropped ? `${lines}, ${words('dropped', { count: counts.dropped })}` : lines
  if (state.state === 'open' && holdsBack)
    return { fill: 'yellow', shape: 'dot', text: `${all}; ${words('waits')}` }
  if (state.state === 'open' && progress)
    return { fill: 'blue', shape: 'dot', text: progressText(progress, words) }
  if (state.state === 'open' && quiet && trouble?.kind !== 'speed') {
    const isDoubtful = quiet.isLate || trouble !== undefined || hasDropped
    const text = `${words('lastLine', { age: age(quiet.age) })}; ${all}`
    return { fill: isDoubtful ? 'yellow' : 'green', shape: 'dot', text }
  }
  if (state.state === 'open' && trouble !== undefined) {
    const what = trouble.kind === 'speed' ? words('speed') : words('silent', { age: age(trouble.lasts) })
    return { fill: 'yellow', shape: 'dot', text: `${what} (${all})` }
  }
  if (state.state === 'open')
    return { fill: hasDropped ? 'yellow' : 'green', shape: 'dot', text: `${words('connected')}, ${all}` }
  if (state.state === 'opening') return { fill: 'yellow', shape: 'ring', text: words('connecting') }
  if (state.state === 'closed') return { fill: 'grey', shape: 'ring', text: `${words('closed')}, ${all}` }
  const seconds = Math.max(1, Math.round(state.retryIn / 1000))
  return {
    fill: 'red',
    shape: 'ring',
    text: words('tryingAgain', { reason: words(`reason-${state.reason.short}`), seconds }),
  }
}

function progressText({ pages, of }: FilterProgress, words: Words): string {
  return of === undefined ? words('catchingUp') : words('catchingUpOf', { pages, of })
}
