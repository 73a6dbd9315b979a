// Lines that say something about those behind them: a header that names the columns. The last one before an event holds
// for it, of the same source, by the order of the journal; so a replay gives the same.
import type { EventMemory, Placed } from '../model/memory.ts'
import type { PastPlace } from './past.ts'

interface Heading extends Placed {
  heading: string
}

/** What holds for a line. */
export interface Followed {
  /** undefined: no such line came before */
  heading: string | undefined
  /** one may have come that is not known */
  isUnsure: boolean
  /** what came before was forgotten: only the journal can tell */
  isPast: boolean
}

/** Remembers a line that is a heading. */
export function addHeading(series: string, place: PastPlace, heading: string): void {
  const known = seriesOf(place.memory, series, place)
  if (known === undefined || known.find(place) !== undefined) return
  const { id, seq, part } = place
  place.memory.add(series, known, { id, seq, part, heading } satisfies Heading)
}

/** The last heading before a line. */
export function headingBefore(series: string, place: PastPlace): Followed {
  const known = seriesOf(place.memory, series, place)
  if (known === undefined) return { heading: undefined, isUnsure: true, isPast: true }
  const heading = known.before(place)?.heading
  // as long as lines follow it, it must not be forgotten for others' sake
  place.memory.use(series, known, place)
  return { heading, isUnsure: heading === undefined && known.from !== undefined, isPast: false }
}

function seriesOf(memory: EventMemory, series: string, place: PastPlace) {
  return memory.series<Heading>(series, { ...place, time: place.received })
}
