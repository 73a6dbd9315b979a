// The interface of a decoder: it takes a line apart once, and its readers take the fields' raw values from the
// result.
import type { Failure } from './failure.ts'
import type { Line } from './line.ts'

/** Takes one field's value from an opened line; undefined where it is not there. */
export type Reader<Opened> = (opened: Opened) => unknown

/** A decoder for one format's fields. `Opened` may be used again for the next line. */
export interface LineDecoder<Opened> {
  /** Whether the line is one of these; the source has been looked at already. */
  takes(line: Line): boolean
  /**
   * What a line says about those behind it, where it is no event itself (names of columns); undefined for an event.
   * Called right after `takes` of the same line was true.
   */
  heading?(line: Line): string | undefined
  /** Tells what `heading` gave for the last such line before the one that is opened next; undefined: there was none. */
  follow?(heading: string | undefined): void
  /** Takes it apart; called right after `takes` of the same line was true. */
  open(line: Line): Opened | Failure
  /** it takes bytes as they are, and need not be able to read them as text */
  readonly takesBytes?: boolean
  /** How many events the line holds, for a decoder whose lines may hold several. */
  count?(opened: Opened): number | Failure
  /** Turns the readers to one of them, 0 the first. */
  select?(opened: Opened, part: number): void
  /** The structured event's own id. */
  eventId?(opened: Opened): string | number | undefined
  /** one for each field that comes from the line, in the definition's order */
  readers: Array<Reader<Opened>>
}
