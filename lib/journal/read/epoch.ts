// The epoch in force on the way through a journal: the last `open` notice or H in a sound batch says it. Behind damage that
// may hide an `open` it is known only where the next file's H says it, and no `open` comes in between; else it is unknown,
// which is an empty epoch: no entry there has an id.
import type { OpenText, ReadableText } from '../archive/text-file.ts'
import { epochIn, mayHideOpen } from '../format/opened.ts'
import { type Damage, type Span, scanFile } from '../format/scan.ts'
import type { JournalFile } from './journal-file.ts'
import { openResting } from './resting-text.ts'
import { epochOfUnbroken } from './unbroken.ts'

/** A place in a journal: the index of a file, and an offset in its text. */
interface Place {
  index: number
  offset: number
}

/** What comes behind a place, up to the next `open` or H. */
interface Ahead {
  /** the epoch that the H says; undefined where an `open` comes first, or the journal ends */
  epoch: string | undefined
  /** the last damage on the way that may hide an `open` */
  doubt: Place | undefined
  end: Place
}

/** More of a damaged stretch is not looked at: it may hide anything. */
const longestLook = 16 << 20
const nowhere: Place = { index: -1, offset: 0 }

/** The epoch in force at an offset of the file at `index`; undefined where nobody knows it. */
export async function epochAt(
  files: readonly JournalFile[],
  index: number,
  offset: number,
  openText: OpenText,
): Promise<string | undefined> {
  const trail = new EpochTrail(files, openText)
  await trail.begin(index, offset)
  return (await trail.at(index, offset)) || undefined
}

/** Follows the epoch through the spans of a journal, which it is given in order. */
export class EpochTrail {
  readonly #files: readonly JournalFile[]
  readonly #open: OpenText
  /** empty: unknown */
  #epoch = ''
  /** something behind what set the epoch may hide an `open` */
  #isDoubtful = true
  #ahead: Ahead | undefined

  constructor(files: readonly JournalFile[], open: OpenText) {
    this.#files = files
    this.#open = open
  }

  /** Begins where the epoch is known. */
  set(epoch: string): void {
    this.#epoch = epoch
    this.#isDoubtful = false
  }

  /** Begins at an offset of the file at `index`: with what stands before it, from the last sound H on. */
  async begin(index: number, offset: number): Promise<void> {
    const own = await this.#headOf(index)
    if (own !== undefined) {
      // one start has one epoch: the same in front of a file and behind it, and no other came in between
      const isOnly = own === (await this.#headOf(index + 1))
      const epoch = isOnly ? own : await this.#behindUnbroken(index, offset, own)
      if (epoch !== undefined) return this.set(epoch)
    }
    let first = index
    for (let head = own; head === undefined && first > 0; ) head = await this.#headOf(--first)
    for (let i = first; i <= index; i++) {
      for await (const { span, text } of this.#spans(
        { index: i, offset: 0 },
        i === index ? offset : undefined,
      ))
        await this.pass(span, text)
    }
  }

  /** The epoch behind the first bytes of a file where none of them is damaged; undefined where one is. */
  async #behindUnbroken(index: number, offset: number, own: string): Promise<string | undefined> {
    const file = this.#files[index]
    const text = file && (await openResting(this.#open, file.stored))
    if (!text) return undefined
    try {
      const to = Math.min(offset, file.validSize ?? (await text.size()))
      return await epochOfUnbroken(text, [0, to], own)
    } finally {
      await text.close()
    }
  }

  /** To be called for each span, behind what was asked of it. */
  async pass(span: Span, text: ReadableText): Promise<void> {
    if (span.kind === 'batch') {
      const epoch = epochIn(span)
      if (epoch !== undefined) this.set(epoch)
    } else if (span.end > span.offset) this.#isDoubtful ||= await isDoubtful(span, text, this.#epoch)
  }

  /** The epoch in front of a batch that begins there. */
  async at(index: number, offset: number): Promise<string> {
    if (!this.#isDoubtful) return this.#epoch
    const place = { index, offset }
    if (!this.#ahead || !isBefore(place, this.#ahead.end)) this.#ahead = await this.#lookAhead(place)
    const { epoch = '', doubt } = this.#ahead
    // as above: the same before and behind
    const isKnown = epoch === this.#epoch || !isBefore(place, doubt ?? nowhere)
    this.set(isKnown ? epoch : '')
    return this.#epoch
  }

  async #lookAhead(from: Place): Promise<Ahead> {
    let doubt: Place | undefined
    for (let place = from; place.index < this.#files.length; place = { index: place.index + 1, offset: 0 }) {
      const { index } = place
      for await (const { span, text } of this.#spans(place)) {
        const end = { index, offset: span.end }
        if (span.kind !== 'batch') {
          if (span.end > span.offset && (await isDoubtful(span, text, this.#epoch))) doubt = end
        } else if (span.header) return { epoch: span.header.epoch, doubt, end }
        else if (epochIn(span) !== undefined) return { epoch: undefined, doubt, end }
      }
    }
    return { epoch: undefined, doubt, end: { index: this.#files.length, offset: 0 } }
  }

  /** The epoch in a file's H, where a checksum vouches for it. */
  async #headOf(index: number): Promise<string | undefined> {
    for await (const { span } of this.#spans({ index, offset: 0 }))
      return span.kind === 'batch' ? span.header?.epoch : undefined
    return undefined
  }

  /** Of one file, up to an offset or to the end of what is valid; nothing where it was removed. */
  async *#spans({ index, offset }: Place, to = Number.POSITIVE_INFINITY) {
    const file = this.#files[index]
    const text = file && (await openResting(this.#open, file.stored))
    if (!text) return
    try {
      const size = file.validSize ?? (await text.size())
      for await (const span of scanFile(text, offset, Math.min(size, to))) yield { span, text }
    } finally {
      await text.close()
    }
  }
}

async function isDoubtful(
  { offset, end }: Pick<Damage, 'offset' | 'end'>,
  text: ReadableText,
  epoch: string,
): Promise<boolean> {
  return end - offset > longestLook || mayHideOpen(await text.read(offset, end - offset), epoch)
}

function isBefore(a: Place, b: Place): boolean {
  return a.index < b.index || (a.index === b.index && a.offset < b.offset)
}
