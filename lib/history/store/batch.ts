// Events on their way to the worker thread: numbers in one array whose memory goes over without a copy, and texts only where there are
// some. What is the same in many events, a shape, goes over once.
import type { FieldlogEvent, Scalar } from '../../event.ts'
import { verdictCodes } from '../model/schema.ts'
import type { Reject } from '../tables/rejects.ts'

/** `none`: null, which says nothing of what the field is */
export type FieldKind = 'number' | 'boolean' | 'text' | 'none'

/** What formats say of a field. */
export interface FieldWords {
  unit?: string | undefined
  decimals?: number | undefined
}

/** What events have in common: series, epoch, rules, and the fields with their kinds, in this order. */
export interface Shape {
  id: number
  type: string
  source: string
  key: string
  name: string
  epoch: string
  rules: string
  fields: Array<FieldWords & { name: string; kind: FieldKind }>
}

export interface RejectRow extends Reject {
  epoch: string
}

/** Some events, as the thread takes them. */
export interface Batch {
  /** each maker's shapes are its own */
  maker: number
  /** this maker's shapes of earlier batches are not used any more */
  isFresh: boolean
  /** those that it does not know yet */
  shapes: Shape[]
  /** for each row: shape, time, seq, sub, verdict, place in `texts` or −1, then a value for each field (NaN: none) */
  numbers: Float64Array<ArrayBuffer>
  /** three at each place: the JSON of texts, of reasons, of flags; null where there is none */
  texts: Array<string | null>
  rejects: RejectRow[]
  /** rows and rejects */
  size: number
}

/** Before the values of a row. */
export const rowHead = 6

/** `<epoch>-<seq>`, with `.<sub>` where one line gave several, with a word where it was derived from that entry (a span). */
const idPattern = /^([a-z0-9]*)-(\d+)(?:\.(\d+)|(-[a-z]+))?$/

/** The sub of an event that was derived from an entry. */
const derivedSub = -1

/**
 * Shapes of one device that are compared with an event one by one: its readings are of several types, and lack now one field, now
 * another. Finding a shape in any other way means to make a text of all its names.
 */
const mostRecent = 16

/** Flags that are compared with an event's one by one: nearly all events of a rule set have the same. */
const mostFlags = 8

/** New shapes are begun with after so many: a device that names its fields at random must not fill memory. */
const mostShapes = 20_000

interface Known {
  shape: Shape
  /** the same as in the shape, to compare quickly */
  names: string[]
  kinds: FieldKind[]
}

export class BatchMaker {
  readonly #id = nextId()
  readonly #words: (type: string, field: string) => FieldWords
  /** by the device's name, which is one text for all its events and need not be made here; those that were used last */
  #recent = new Map<string, Known[]>()
  /** flags that were met last, whatever the batch */
  readonly #flags: KnownFlags[] = []
  #all = new Map<string, Known>()
  #shapes: Shape[] = []
  #numbers: number[] = []
  #texts: Array<string | null> = []
  /** places in `#texts` of flags without anything else */
  readonly #flagsOnly = new Map<string, number>()
  #rejects: RejectRow[] = []
  #size = 0
  #isFresh = true

  constructor(words: (type: string, field: string) => FieldWords = () => ({})) {
    this.#words = words
  }

  get size(): number {
    return this.#size
  }

  /** The thread that knew the shapes is gone, and with it what was added since the last batch. */
  reset(): void {
    this.take()
    this.#forget()
  }

  /** Formats say something else of fields now: what comes is of new shapes. Those that were used stay known to the thread. */
  wordsChanged(): void {
    this.#recent = new Map()
    this.#all = new Map()
  }

  #forget(): void {
    this.wordsChanged()
    this.#isFresh = true
  }

  /** Throws where the id is none of a journal's. */
  add(event: FieldlogEvent): void {
    const { id, seq, time } = event
    const end = id.indexOf('-')
    const isPlain = end >= 0 && id.length === end + 1 + digits(seq) && id.endsWith(String(seq))
    const [epoch, at, sub] = isPlain ? [id.slice(0, end), seq, 0] : parts(id)
    this.#size++
    if (event.verdict === 'rejected' || event.data === undefined) {
      this.#rejects.push(rejectOf(event, epoch, at, sub))
      return
    }
    const { shape, names, kinds } = this.#shapeOf(event, event.data, epoch)
    const numbers = this.#numbers
    const text = this.#textsOf(event, event.data, names, kinds)
    numbers.push(shape.id, time, at, sub, verdictCodes[event.verdict ?? 'held'], text)
    for (let i = 0; i < names.length; i++) {
      const value = event.data[names[i]!]
      numbers.push(
        typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : Number.NaN,
      )
    }
  }

  /** All that was added since the last time. */
  take(): Batch {
    const batch: Batch = {
      maker: this.#id,
      isFresh: this.#isFresh,
      shapes: this.#shapes,
      numbers: new Float64Array(this.#numbers),
      texts: this.#texts,
      rejects: this.#rejects,
      size: this.#size,
    }
    this.#shapes = []
    this.#numbers = []
    this.#texts = []
    this.#flagsOnly.clear()
    this.#rejects = []
    this.#size = 0
    this.#isFresh = false
    if (this.#all.size > mostShapes) this.#forget()
    return batch
  }

  #shapeOf(event: FieldlogEvent, data: Record<string, Scalar>, epoch: string): Known {
    const { device = event.source } = event
    const recent = this.#recent.get(device) ?? []
    const known = firstThat(recent, (each) => fits(each, event, data, epoch))
    if (known) return known
    const made = this.#otherShape(event, data, epoch)
    remember(recent, made, mostRecent)
    this.#recent.set(device, recent)
    return made
  }

  #otherShape(event: FieldlogEvent, data: Record<string, Scalar>, epoch: string): Known {
    const series = `${event.type}\n${event.source}\n${event.key ?? ''}`
    const names = Object.keys(data).filter((name) => data[name] !== undefined)
    const kinds = names.map((name) => kindOf(data[name]))
    const { device = event.source, rules = '' } = event
    const place = JSON.stringify([series, device, epoch, rules, names, kinds])
    const known = this.#all.get(place)
    if (known) return known
    const type = event.type ?? ''
    const fields = names.map((name, i) => ({ name, kind: kinds[i]!, ...this.#words(type, name) }))
    const series_ = { type, source: event.source, key: event.key ?? '', name: device }
    const made: Known = { shape: { id: nextId(), ...series_, epoch, rules, fields }, names, kinds }
    this.#all.set(place, made)
    this.#shapes.push(made.shape)
    return made
  }

  /** Their place. */
  #textsOf(
    { reasons, flags }: FieldlogEvent,
    data: Record<string, Scalar>,
    names: readonly string[],
    kinds: readonly FieldKind[],
  ): number {
    let extra: Record<string, unknown> | undefined
    for (let i = 0; i < names.length; i++) {
      if (kinds[i] !== 'text') continue
      extra ??= {}
      extra[names[i]!] = data[names[i]!]
    }
    const hasReasons = reasons !== undefined && reasons.length > 0
    const ofFlags = flags ? this.#jsonOf(flags) : null
    if (!extra && !hasReasons) return ofFlags === null ? -1 : this.#placeOfFlags(ofFlags)
    return this.#addTexts(
      extra ? JSON.stringify(extra) : null,
      hasReasons ? JSON.stringify(reasons) : null,
      ofFlags,
    )
  }

  /** Comparing costs less than making the JSON of each event anew. */
  #jsonOf(flags: NonNullable<FieldlogEvent['flags']>): string {
    const known = firstThat(this.#flags, (each) => areSame(each, flags))
    if (known) return known.json
    const made = { names: Object.keys(flags), values: Object.values(flags), json: JSON.stringify(flags) }
    // what a node in the flow may have put there, and change: the same object need not have the same JSON
    if (made.values.some((value) => typeof value === 'object')) return made.json
    remember(this.#flags, made, mostFlags)
    return made.json
  }

  /** Most events have flags alone, and the same as many others: these go over once. */
  #placeOfFlags(flags: string): number {
    const known = this.#flagsOnly.get(flags)
    if (known !== undefined) return known
    const place = this.#addTexts(null, null, flags)
    this.#flagsOnly.set(flags, place)
    return place
  }

  #addTexts(extra: string | null, reasons: string | null, flags: string | null): number {
    const place = this.#texts.length
    this.#texts.push(extra, reasons, flags)
    return place
  }
}

interface KnownFlags {
  names: readonly string[]
  values: readonly unknown[]
  json: string
}

/** Whether the JSON of these flags is known: they are the same, in the same order. */
function areSame({ names, values }: KnownFlags, flags: Readonly<Record<string, unknown>>): boolean {
  let i = 0
  for (const name in flags) {
    if (names[i] !== name || values[i] !== flags[name]) return false
    i++
  }
  return i === names.length
}

/** The first one that fits. It moves to the front: what comes next is probably alike. */
function firstThat<T>(list: T[], isIt: (each: T) => boolean): T | undefined {
  const place = list.findIndex(isIt)
  const found = list[place]
  if (found === undefined || place === 0) return found
  list[place] = list[0]!
  list[0] = found
  return found
}

/** At the front; the last one goes where there are too many. */
function remember<T>(list: T[], item: T, most: number): void {
  if (list.length === most) list.pop()
  list.unshift(item)
}

let lastId = 0

/** Ids of makers and shapes are of the whole process: each is given once. */
function nextId(): number {
  return ++lastId
}

/** Whether an event is of this shape. */
function fits(
  { shape, names, kinds }: Known,
  event: FieldlogEvent,
  data: Record<string, Scalar>,
  epoch: string,
) {
  if (shape.epoch !== epoch || shape.rules !== (event.rules ?? '')) return false
  if (shape.name !== (event.device ?? event.source) || shape.type !== (event.type ?? '')) return false
  if (shape.source !== event.source || shape.key !== (event.key ?? '')) return false
  let i = 0
  for (const name in data) {
    const value = data[name]
    if (value === undefined) continue
    if (names[i] !== name || kinds[i] !== kindOf(value)) return false
    i++
  }
  return i === names.length
}

/** What is neither number nor boolean goes with the texts: lists and objects, too. */
function kindOf(value: unknown): FieldKind {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  return value === null ? 'none' : 'text'
}

function rejectOf(event: FieldlogEvent, epoch: string, seq: number, sub: number): RejectRow {
  const { time, type = null, source, raw, reasons = [] } = event
  return { epoch, seq, sub, time, type, source, raw, reasons: JSON.stringify(reasons) }
}

function parts(id: string): [epoch: string, seq: number, sub: number] {
  const [, epoch, seq, sub, derived] = idPattern.exec(id) ?? []
  if (epoch === undefined) {
    throw new Error(`the event's id is ${JSON.stringify(id.slice(0, 60))}: a journal gives <epoch>-<seq>`)
  }
  return [epoch, Number(seq), derived === undefined ? Number(sub ?? 0) : derivedSub]
}

/** How many a whole number has. */
function digits(whole: number): number {
  let count = 1
  for (let rest = whole; rest >= 10; rest = Math.floor(rest / 10)) count++
  return count
}
