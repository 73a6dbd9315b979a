// The lines of a JeeLink that runs the RF12 demo sketch with dataflash, and the requests that it takes.

/** A page of the flash that the collector has named: it can be asked for what was saved behind it. */
export interface Marker {
  page: number
  /** goes up at each boot, at the end of the log, and after each replay */
  seq: number
  /** of the page's first entry: whole seconds on the collector's own clock */
  time: number
}

/** What a line says. Packets are their text: the header and the bytes, in decimal. */
export type CollectorLine =
  | { kind: 'banner' }
  /** `DF I`: it has started. `seq` is the one in use from now on */
  | { kind: 'boot'; lastPage: number; seq: number }
  /** `DF S`: a page was saved, as the packet of the line before belonged into the next one */
  | ({ kind: 'saved' } & Marker)
  /** `DF R`: the end of a replayed page */
  | ({ kind: 'replayed' } & Marker)
  /** `DF C?`: in place of that, where the page's checksum is wrong */
  | { kind: 'corrupt'; page: number }
  /** the same of a page that holds nothing since its block was erased */
  | { kind: 'unwritten'; page: number }
  /** `DF E` with three numbers: the end of a replay. `clock`: milliseconds on the collector's clock, now */
  | { kind: 'ended'; lastPage: number; seq: number; clock: number }
  /** the echo of a command */
  | { kind: 'echo'; values: number[]; letter: string }
  /** `r: page`: a replay begins, behind the page `from` */
  | { kind: 'range'; from: number; last: number }
  /** `OK`: a packet that was just received */
  | { kind: 'packet'; packet: string }
  /** `R`: a packet out of the flash */
  | { kind: 'stored'; seq: number; time: number; packet: string }
  /** ` df#`: a page of the list that the command `d` gives */
  | ({ kind: 'listed' } & Marker)
  /** an empty line, `?` (a packet that was damaged on the air), or `ASC` (the same packet as characters, in hex mode) */
  | { kind: 'aside' }
  /** none of these, or one that was damaged on its way */
  | { kind: 'other' }

const other: CollectorLine = { kind: 'other' }
/** The checksum of a page that was never written: all of its 256 bytes are 0xFF. */
const unwritten = 12_543

type Read = (numbers: number[]) => CollectorLine

/** By the words that a line begins with; each has so many numbers behind them. */
const numbered: ReadonlyArray<[pattern: RegExp, read: Read]> = [
  [/^DF S (\d+) (\d+) (\d+)$/, ([page, seq, time]) => ({ kind: 'saved', ...marker(page, seq, time) })],
  [/^DF R (\d+) (\d+) (\d+)$/, ([page, seq, time]) => ({ kind: 'replayed', ...marker(page, seq, time) })],
  [/^DF I (\d+) (\d+)$/, ([lastPage = 0, seq = 0]) => ({ kind: 'boot', lastPage, seq })],
  [
    /^DF E (\d+) (\d+) (\d+)$/,
    ([lastPage = 0, seq = 0, clock = 0]) => ({ kind: 'ended', lastPage, seq, clock }),
  ],
  [
    /^DF C\? (\d+) (\d+)$/,
    ([page = 0, crc]) => ({ kind: crc === unwritten ? 'unwritten' : 'corrupt', page }),
  ],
  [/^r: page (\d+) (\d+)$/, ([from = 0, last = 0]) => ({ kind: 'range', from, last })],
  [
    /^ ?df# (\d+) : (\d+) (\d+) \d+$/,
    ([page, seq, time]) => ({ kind: 'listed', ...marker(page, seq, time) }),
  ],
]

function marker(page = 0, seq = 0, time = 0): Marker {
  return { page, seq, time }
}

/** What other lines than packets begin with, those of other devices apart: these need not be tried one by one. */
const mayBeKnown = /^(?:[DRr >?A[]|$)/

/** What a line says; a Buffer is no text, and says nothing. */
export function parseLine(line: string | Buffer): CollectorLine {
  if (typeof line !== 'string') return other
  const text = line.trimEnd()
  const packet = /^OK (\d+(?: \d+)*)(?: \(-?\d+\))?$/.exec(text)
  if (packet) return { kind: 'packet', packet: packet[1]! }
  if (!mayBeKnown.test(text)) return other
  const stored = /^R (\d+) (\d+) (\d+(?: \d+)*)$/.exec(text)
  if (stored) return { kind: 'stored', seq: Number(stored[1]), time: Number(stored[2]), packet: stored[3]! }
  for (const [pattern, read] of numbered) {
    const match = pattern.exec(text)
    if (match) return read(match.slice(1).map(Number))
  }
  const echo = /^> ((?:\d+,)*\d+)?([a-z])$/.exec(text)
  if (echo) return { kind: 'echo', values: (echo[1] ?? '').split(',').map(Number), letter: echo[2]! }
  if (/^(\?( .*)?|ASC( .*)?|)$/.test(text)) return { kind: 'aside' }
  return /^\[RF12demo\./.test(text) ? { kind: 'banner' } : other
}

/**
 * The request for all that was saved behind a marker. It takes no line end: any byte behind it would end the replay. All
 * six numbers stand in it, as a missing one keeps the value of an earlier command.
 */
export function replayRequest({ seq, time }: Pick<Marker, 'seq' | 'time'>): string {
  const bytes = [seq >>> 8, seq, time >>> 24, time >>> 16, time >>> 8, time].map((value) => value & 0xff)
  return `${bytes.join(',')}r`
}

/** No page has this seq, so a request for it brings everything from the first page of the log on. */
export const everything: Marker = { page: 0, seq: 0xffff, time: 0 }

/** The request for the list of all pages. */
export const listRequest = 'd'

/** Ends an answer. Any byte does; this one is no command. */
export const stopRequest = '\n'

/** Whether two markers name the same page: no page number is written twice with one seq. */
export function isSamePage(one: Pick<Marker, 'page' | 'seq'>, other: Pick<Marker, 'page' | 'seq'>): boolean {
  return one.page === other.page && one.seq === other.seq
}

/** Whether a page was written after another one. */
export function isBehind(one: Marker, other: Marker): boolean {
  return one.seq > other.seq || (one.seq === other.seq && one.page > other.page)
}
