// Puts lines together to records, for each source by itself. Whether lines are a record is a function of the lines, their
// order, their times and ids alone: what is read again from the journal gives the same records.
//
// A line that begins a record always begins a new one, whatever is open. So an assembler that begins anywhere in the
// journal agrees with every other one at the latest where the next record begins, or when the longest may have taken.
import type { Reading } from '../model/reading.ts'
import { trimmedLine } from './controls.ts'
import type { RecordRule } from './record-rule.ts'

/** One kind of record. */
export interface RecordKind {
  rule: RecordRule
  takesSource(source: string): boolean
}

/** Lines that were taken together, and the line that showed where they end. */
export interface Assembled<L extends Reading> {
  first: L
  kind: number
  lines: Array<string | Uint8Array>
  /** the last line, or the one that showed that there is no more; undefined: the time was over */
  endedBy: L | undefined
  /** why they are no record; undefined: they are one */
  fault: string | undefined
}

/** What a line is: `first` and `part` of a record, or none of its business. */
export type Role = 'first' | 'part' | 'single'

interface Open<L extends Reading> {
  first: L
  last: L
  kind: number
  lines: Array<string | Uint8Array>
  size: number
}

const latin1 = new TextDecoder('latin1')
/** bytes and characters of one record */
const largestRecord = 65_536
/** sources that have an open record at a time */
const mostOpen = 200

export class Assembler<L extends Reading> {
  readonly #kinds: readonly RecordKind[]
  /** by source, the oldest first */
  readonly #open = new Map<string, Open<L>>()

  constructor(kinds: readonly RecordKind[]) {
    this.#kinds = kinds
  }

  /** Takes the next line. What it ends is added to `ended`, in order: the record before it, and its own. */
  take(line: L, ended: Array<Assembled<L>>): Role {
    const { payload, source } = line
    const isText = typeof payload === 'string' || payload instanceof Uint8Array
    if (!isText) return 'single'
    const open = this.#open.get(source)
    const text = typeof payload === 'string' ? payload : latin1.decode(payload)
    const kind = line.cut === undefined && !isFrame(text) ? this.#begins(source, text) : -1
    if (open !== undefined) {
      const fault = this.#faultOf(open, line, text)
      if (fault !== undefined || kind >= 0) {
        this.#end(open, line, fault ?? this.#cutByStart(open, kind), ended)
      } else {
        this.#add(open, line, payload, text, ended)
        return 'part'
      }
    }
    if (kind < 0) return 'single'
    this.#begin(line, kind, payload, text, ended)
    return 'first'
  }

  /** Lines between the last one and the next are missing, of whatever source: no record holds them. */
  gap(): Array<Assembled<L>> {
    const ended: Array<Assembled<L>> = []
    for (const open of [...this.#open.values()]) {
      this.#end(open, undefined, `found ${linesOf(open)}, and behind them lines that cannot be read`, ended)
    }
    return ended
  }

  /** How long a record that this line began may take, ms; undefined: none is open that it began. */
  limitOf({ source, id }: Pick<L, 'source' | 'id'>): number | undefined {
    const open = this.#open.get(source)
    return open?.first.id === id && open !== undefined ? this.#kindOf(open).rule.limit : undefined
  }

  /** The time of the record that this line began is over; undefined: it is not open. */
  expire({ source, id }: Pick<L, 'source' | 'id'>): Assembled<L> | undefined {
    const open = this.#open.get(source)
    if (open === undefined || open.first.id !== id) return undefined
    const ended: Array<Assembled<L>> = []
    this.#end(open, undefined, this.#tooLong(open), ended)
    return ended[0]
  }

  #begins(source: string, text: string): number {
    return this.#kinds.findIndex(({ rule, takesSource }) => rule.starts(text) && takesSource(source))
  }

  #begin(
    line: L,
    kind: number,
    payload: string | Uint8Array,
    text: string,
    ended: Array<Assembled<L>>,
  ): void {
    const open: Open<L> = { first: line, last: line, kind, lines: [], size: 0 }
    this.#open.set(line.source, open)
    this.#add(open, line, payload, text, ended)
    const [oldest] = this.#open.values()
    if (this.#open.size > mostOpen && oldest) {
      this.#end(oldest, line, `found records of more than ${mostOpen} sources at a time`, ended)
    }
  }

  #add(open: Open<L>, line: L, payload: string | Uint8Array, text: string, ended: Array<Assembled<L>>): void {
    const { rule } = this.#kindOf(open)
    open.lines.push(payload)
    open.last = line
    open.size += text.length
    if (rule.ends?.(text) === true) this.#end(open, line, undefined, ended)
    else if (open.lines.length >= rule.maxLines) {
      this.#end(open, line, `found ${linesOf(open)} and no end, expected ${rule.maxLines} at most`, ended)
    } else if (open.size > largestRecord) {
      this.#end(open, line, `found ${open.size} characters, expected ${largestRecord} at most`, ended)
    }
  }

  /** Why the line cannot belong to what is open. */
  #faultOf(open: Open<L>, { id, received, cut }: L, text: string): string | undefined {
    const { first } = open
    if (received !== undefined && received - (first.received ?? received) > this.#kindOf(open).rule.limit) {
      return this.#tooLong(open)
    }
    if (cut !== undefined) return `found a line behind ${linesOf(open)} of which a part is missing`
    if (!isSameStart(id, first.id)) {
      return `found that the gateway was started again behind ${linesOf(open)}`
    }
    return isFrame(text) ? `found a frame of several lines behind ${linesOf(open)}` : undefined
  }

  /** The start of the next record is the end of one that has no other. */
  #cutByStart(open: Open<L>, kind: number): string | undefined {
    const { rule } = this.#kindOf(open)
    if (rule.ends === undefined && kind === open.kind) return undefined
    return `found the start of the next one behind ${linesOf(open)}, expected the end`
  }

  #tooLong(open: Open<L>): string {
    return `found ${linesOf(open)} and no end within ${this.#kindOf(open).rule.limit / 1000} s`
  }

  #kindOf({ kind }: Open<L>): RecordKind {
    return this.#kinds[kind] as RecordKind
  }

  #end(open: Open<L>, endedBy: L | undefined, fault: string | undefined, ended: Array<Assembled<L>>): void {
    const { first, kind, lines } = open
    this.#open.delete(first.source)
    ended.push({ first, kind, lines, endedBy, fault })
  }
}

/** A payload with line ends within it is more than a line. */
export function isFrame(text: string): boolean {
  if (!text.includes('\n') && !text.includes('\r')) return false
  const line = trimmedLine(text)
  return line.includes('\n') || line.includes('\r')
}

/** `17 lines (812345…812361)` */
function linesOf<L extends Reading>({ lines, first, last }: Open<L>): string {
  const seqs = first.seq === undefined || last.seq === undefined ? '' : ` (${first.seq}…${last.seq})`
  return `${lines.length} line${lines.length === 1 ? '' : 's'}${seqs}`
}

/** Whether two ids, `<epoch>-<seq>`, are of the same start of the gateway. */
function isSameStart(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return true
  const end = a.indexOf('-')
  for (let i = 0; i <= end; i++) if (a.charCodeAt(i) !== b.charCodeAt(i)) return false
  return true
}
