// A model of the JeeLink collector's firmware, made from its description and not from the demo collector's code, so
// that a mistake in one of them shows as a difference. It knows no clock: each call says what time it is, in ms that
// never go back, and gets the lines that have left by then.
import { configuration, help } from './banner.ts'
import { type Command, CommandReader, dangerous } from './commands.ts'
import type { Flash, StoredPage } from './flash.ts'
import { pageAfter } from './geometry.ts'
import { crc16, entriesOf, type Packet, seqOf, timeOf } from './page.ts'
import { PageInMemory } from './page-in-memory.ts'
import { type Deaf, type Printed, Schedule, type Step } from './schedule.ts'

export interface CollectorOptions {
  /** Default: a collector without flash */
  flash?: Flash
  /** Default: Infinity, lines take no time. A JeeLink has 57,600 */
  baud?: number
  /** ms from a reset to its first line. Default: 100 */
  bootMs?: number
  /** ms that erasing a block takes. Default: 3000 */
  eraseMs?: number
  /** whether the help text follows at a reset. Default: true */
  help?: boolean
  /** seconds of the device in one true second. Default: 1 */
  rate?: number
}

/** `page at …`: it was received but not saved yet; `erased`: it was saved long ago, and its block was needed. */
export type LossCause = 'off' | Deaf | 'page at replay' | 'page at reset' | 'erased'

export interface Loss extends Packet {
  readonly cause: LossCause
}

const counterRange = 2 ** 32
const [wantsAck, isControl] = [0x20, 0x80]

export class CollectorModel {
  /** Every packet that was sent and is neither on the flash nor in memory. */
  readonly lost: Loss[] = []
  /** Each command that came and must never be sent. */
  readonly dangerousCommands: string[] = []
  readonly #options: Required<Omit<CollectorOptions, 'flash'>>
  readonly #flash: Flash | undefined
  readonly #memory = new PageInMemory()
  readonly #schedule: Schedule
  #commands = new CommandReader()
  /** bytes that came while a replay or a list ran: they end it, and are read as commands afterwards */
  #waiting: number[] = []
  /** whether a replay or a list runs or is about to */
  #interruptible = false
  /** undefined: it has no power yet */
  #bootedAt: number | undefined
  #lastPage = 0
  #seq = 0

  constructor({ flash, ...options }: CollectorOptions = {}) {
    this.#flash = flash
    this.#options = {
      baud: Number.POSITIVE_INFINITY,
      bootMs: 100,
      eraseMs: 3000,
      help: true,
      rate: 1,
      ...options,
    }
    this.#schedule = new Schedule(this.#options.baud)
  }

  /** ms at which something happens by itself; undefined: nothing will, until something is done to it */
  get next(): number | undefined {
    return this.#schedule.next
  }

  /** The page that was saved last. */
  get lastPage(): number {
    return this.#lastPage
  }

  /** The pages that are on the flash, the oldest first. */
  onFlash(): StoredPage[] {
    return this.#flash?.stored() ?? []
  }

  /** The packets that were received and not saved yet. */
  inMemory(): readonly Packet[] {
    return this.#memory.packets
  }

  lostBy(...causes: LossCause[]): number {
    return this.lost.filter(({ cause }) => causes.includes(cause)).length
  }

  advance(nowMs: number): Printed[] {
    return this.#schedule.advance(nowMs)
  }

  /** Gives it power, or resets it. */
  reset(nowMs: number): Printed[] {
    const before = this.powerOff(nowMs)
    this.#bootedAt = nowMs
    this.#findLastPage()
    this.#schedule.add({ steps: this.#boot() }, nowMs)
    return [...before, ...this.advance(nowMs)]
  }

  /** Takes its power; only the flash stays as it is. */
  powerOff(nowMs: number): Printed[] {
    const before = this.advance(nowMs)
    const cut = this.#schedule.reset(nowMs)
    this.#forgetMemory('page at reset')
    this.#commands = new CommandReader()
    this.#waiting = []
    this.#interruptible = false
    this.#bootedAt = undefined
    return [...before, ...cut]
  }

  /** A packet with good CRC is on the air. */
  packet(header: number, bytes: readonly number[], nowMs: number): Printed[] {
    const before = this.advance(nowMs)
    const packet = { header, bytes }
    const cause = this.#bootedAt === undefined ? 'off' : this.#schedule.deaf
    if (cause) {
      this.lost.push({ ...packet, cause })
      return before
    }
    this.#schedule.add({ steps: this.#receive(packet, nowMs).values() }, nowMs)
    return [...before, ...this.advance(nowMs)]
  }

  /** Bytes come from the host. */
  input(bytes: Iterable<number>, nowMs: number): Printed[] {
    const before = this.advance(nowMs)
    if (this.#bootedAt === undefined) return before
    for (const byte of bytes) this.#read(byte, nowMs)
    return [...before, ...this.advance(nowMs)]
  }

  *#boot(): Generator<Step> {
    yield { ms: this.#options.bootMs, deaf: 'boot' }
    yield ''
    yield configuration
    if (this.#flash) yield `DF I ${this.#lastPage} ${this.#seq}`
    if (this.#options.help) yield* help
  }

  #findLastPage(): void {
    const newest = this.#flash?.newest()
    this.#lastPage = newest?.page ?? (this.#flash?.geometry.limit ?? 0) - 1
    this.#seq = newest ? newest.seq + 1 : 0
  }

  /** What is stored is stored when the packet comes; the steps only say so. */
  #receive(packet: Packet, nowMs: number): Step[] {
    const { header, bytes } = packet
    const steps: Step[] = [`OK ${[header, ...bytes].join(' ')}`]
    if (this.#flash) {
      const second = Math.floor(this.#sinceReset(nowMs) / 1000)
      if (!this.#memory.takes(packet, second)) steps.push(...this.#save(this.#flash))
      this.#memory.add(packet, second, Math.floor(this.#counter(nowMs) / 1000))
    }
    if (header & wantsAck && !(header & isControl)) steps.push(' -> ack')
    return steps
  }

  #save(flash: Flash): Step[] {
    const { first, block } = flash.geometry
    const page = pageAfter(flash.geometry, this.#lastPage)
    if (page === first) this.#seq++
    flash.write(page, this.#memory.encode(this.#seq))
    this.#lastPage = page
    const steps: Step[] = [`DF S ${page} ${this.#seq} ${this.#memory.t}`]
    this.#memory.clear()
    if (page % block === 0) {
      const next = pageAfter(flash.geometry, page, block)
      this.#lose(flash.erase(next), 'erased')
      steps.push({ ms: this.#options.eraseMs, deaf: 'erase' }, `DF E ${next}`)
    }
    return steps
  }

  #read(byte: number, nowMs: number): void {
    if (this.#interruptible) {
      this.#waiting.push(byte)
      return
    }
    const command = this.#commands.read(byte)
    if (command) this.#obey(command, nowMs)
  }

  #obey({ letter, echo, values }: Command, nowMs: number): void {
    if (dangerous.has(letter)) this.dangerousCommands.push(echo)
    this.#schedule.add({ steps: [echo].values() }, nowMs)
    if (!this.#flash) return
    if (letter === 'r') this.#interruptibly(this.#replay(this.#flash, values), 'replay', nowMs)
    if (letter === 'd') this.#interruptibly(this.#list(this.#flash), 'list', nowMs)
  }

  /** Adds a job that any byte ends. */
  #interruptibly(steps: Iterable<Step>, deaf: Deaf, nowMs: number): void {
    this.#interruptible = true
    this.#schedule.add({ steps: this.#thenReadOn(steps), deaf }, nowMs)
  }

  *#thenReadOn(steps: Iterable<Step>): Generator<Step> {
    yield* steps
    this.#interruptible = false
    const { now } = this.#schedule
    for (const byte of this.#waiting.splice(0)) this.#read(byte, now)
  }

  *#replay(flash: Flash, values: readonly number[]): Generator<Step> {
    // pages are read into the memory of the page that was being filled
    this.#forgetMemory('page at replay')
    const [seqHigh, seqLow, t3, t2, t1, t0] = values as [number, number, number, number, number, number]
    const marker = flash.findMarker((seqHigh << 8) | seqLow, (t3 << 24) | (t2 << 16) | (t1 << 8) | t0)
    yield `r: page ${marker} ${this.#lastPage}`
    for (const page of flash.pagesAfter(marker, this.#lastPage)) {
      const wasCut = yield* this.#replayPage(flash, page)
      if (wasCut) break
    }
    this.#seq++
    yield `DF E ${this.#lastPage} ${this.#seq} ${this.#counter(this.#schedule.now)}`
  }

  /** Whether a byte came before all of it was printed is what it returns; its `DF R` is printed all the same. */
  *#replayPage(flash: Flash, page: number): Generator<Step, boolean> {
    const bytes = flash.read(page)
    const crc = crc16(bytes)
    if (crc !== 0) {
      yield `DF C? ${page} ${crc}`
      return false
    }
    const [seq, t] = [seqOf(bytes), timeOf(bytes)]
    let wasCut = false
    for (const { offset, header, bytes: content } of entriesOf(bytes)) {
      wasCut = this.#waiting.length > 0
      if (wasCut) break
      yield `R ${[seq, t + offset, header, ...content].join(' ')}`
    }
    yield `DF R ${page} ${seq} ${t}`
    return wasCut
  }

  *#list(flash: Flash): Generator<Step> {
    for (const { page, seq, t } of flash.markers()) {
      if (this.#waiting.length > 0) return
      yield ` df# ${page} : ${seq} ${t} ${flash.storedCrc(page)}`
    }
  }

  #forgetMemory(cause: LossCause): void {
    this.#lose(this.#memory.clear(), cause)
  }

  #lose(packets: readonly Packet[], cause: LossCause): void {
    this.lost.push(...packets.map((packet) => ({ ...packet, cause })))
  }

  /** ms of the device since its last reset */
  #sinceReset(nowMs: number): number {
    return Math.floor((nowMs - (this.#bootedAt ?? nowMs)) * this.#options.rate)
  }

  /** The same as the device has it, in 32 bits. */
  #counter(nowMs: number): number {
    return this.#sinceReset(nowMs) % counterRange
  }
}
