// The message between the nodes, which carries one event of the journal. docs/message.md describes each property.

export type Scalar = number | string | boolean | null

/** QARTOD flags: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing. */
export type Flag = 1 | 2 | 3 | 4 | 9

/**
 * What a line lacks. A port marks lines whose first or last bytes it did not see, and bytes that belong to no line:
 *
 * - `start`: its beginning may be missing, as the port was opened in the middle of a stream
 * - `end`: its end is missing
 * - `both`
 * - `stray`: bytes between two frames, or a frame that is damaged
 */
export type Cut = 'start' | 'end' | 'both' | 'stray'

const cuts: ReadonlySet<unknown> = new Set<Cut>(['start', 'end', 'both', 'stray'])

export function isCut(value: unknown): value is Cut {
  return cuts.has(value)
}

/** The end of the name of a source that plays stored lines. */
export const replayMark = '@replay'

/**
 * Whether a source plays stored lines (a `replay:` port): they are no readings of now, and not published unless the user
 * says so. It is told by the name, which stands in the journal with each line: so it holds over restarts, and in every
 * replay of the journal.
 */
export function isPlayed(source: string): boolean {
  return source.endsWith(replayMark)
}

/**
 * Whether an event was derived from others: a span. No entry of the journal is it, so it cannot be read back from there. Its id is
 * that of one of the others with a word behind it, `<epoch>-<seq>-span`; its seq is the highest that was known then.
 */
export function isDerived({ id }: Pick<FieldlogEvent, 'id'>): boolean {
  return id.indexOf('-', id.indexOf('-') + 1) !== -1
}

/** One event on its way through a flow. Each step adds its part; none changes what an earlier one set. */
export interface FieldlogEvent {
  /** `<epoch>-<seq>`, unique for ever; events that one line gives add `.1`, `.2` …; derived ones a word (`isDerived`) */
  id: string
  /** the entry's number in its journal, 1, 2, 3 … without a gap */
  seq: number
  /** when the gateway got it: integer milliseconds since 1970, UTC */
  received: number
  /** the same, or the earlier moment that a line belongs to, or the device's own time where a format declares one */
  time: number
  /** where it came from: [A-Za-z0-9._:@-]+ */
  source: string
  /** the journal's text: the escaped line, or the JSON of a structured event */
  raw: string
  /** what the line lacks, as the journal notes it. Absent of a whole line: nothing of a cut one is called good */
  cut?: Cut
  /** sent again: after a start, a deploy, or on request */
  replayed: boolean
  /**
   * true of what was logged later than the moment it belongs to (a collector's memory, an import): `time` is that moment.
   * Absent of all else. What is remembered from one reading to the next leaves it out
   */
  late?: true
  /** a targeted replay: the id of the one sink that asked; every other sink completes it untouched */
  for?: string
  /** set by clean: the format's event type */
  type?: string
  /** set by clean: the structured event's own id */
  eventId?: string | number
  /**
   * set by clean where the format has key fields: their values, joined by `.`; tells the series of one source
   * apart
   */
  key?: string
  /**
   * set by clean: whose reading it is, for people and topics. The name that the user gave to this source, type and key,
   * else `<source>-<key>`, else `<source>`. A user may change a name at any time: what tells series apart uses the key
   */
  device?: string
  /** set by clean: the decoded fields */
  data?: Record<string, Scalar>
  /** set by label; `rejected` by clean */
  verdict?: 'good' | 'bad' | 'rejected'
  /** why not good: `<step or predicate>: <field>: <text>` */
  reasons?: string[]
  /**
   * set by clean and label where the first time may have given another answer, as what was logged long before is not
   * known: `repeats` (whether the format leaves out repeats), and the names of rules. Absent: all is certain
   */
  unsure?: string[]
  /** set by label: predicate name to QARTOD flag */
  flags?: Record<string, Flag>
  /** set by label: a short hash of the rule set */
  rules?: string
  /**
   * set by cluster: where the last run that had ended puts the event. −1: farther than the bandwidth from every centre.
   * Absent before the first run, and of an event without all of its fields
   */
  cluster?: { label: number; distance: number; run: number }
}

/** A Node-RED message as Fieldlog's nodes pass it on. Unknown properties travel along. */
export interface EventMessage {
  _msgid: string
  payload: unknown
  topic: string
  event: FieldlogEvent
  [property: string]: unknown
}
