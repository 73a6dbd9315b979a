// The demo collector's firmware: what the RF12 demo sketch of a JeeLink does with packets, commands, its clock and its
// dataflash. What is on the air, and when, is the collector's part.
import type { Clock } from '../../kit/clock.ts'
import type { Chip } from './chip.ts'
import { CommandReader } from './command.ts'
import { DataFlash, entrySize, type FlashEntry, logPages, pageAfter, pageRoom } from './flash.ts'

const banner = '[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1'
const ackWanted = 0x20
const control = 0x80
/** s after which a page takes no more: an entry's offset has one byte, and 255 means unused */
const longestPage = 255
/** the device's clock counts ms in 32 bits */
const clockRange = 2 ** 32
/** lines of an answer a step, and ms between two steps: about what 57,600 baud carry */
const answerLines = 4
const answerPause = 28

/** What outlives a loss of the computer that listens: the device stays on. */
export interface ReceiverState {
  /** when it was switched on or reset, ms since 1970: its own clock began at 0 */
  booted: number
  /** the page that was saved last, and the seq of the next one */
  lastPage: number
  seq: number
}

export interface ReceiverEvents {
  say(line: string): void
  /** A page was saved, or a replay has ended: packets that came before are on the chip, or lost. */
  settled(): void
  /** A replay or a list has ended; during it nothing was heard. */
  deafUntilNow(): void
}

export class Receiver {
  readonly #flash: DataFlash
  readonly #clock: Clock
  readonly #events: ReceiverEvents
  readonly #commands = new CommandReader()
  #state: ReceiverState
  /** the page that is being filled; in it times are seconds since the reset, which do not wrap */
  #filling: FlashEntry[] = []
  #filled = 0
  /** a replay or a list that is being said */
  #answer: Iterator<string> | undefined
  /** bytes that came meanwhile: they end it, and are read behind it */
  #waiting = ''
  /** what it says is a replay that has come to its end */
  #isReplayed = false
  #cancelStep: () => void = () => undefined

  constructor(chip: Chip, clock: Clock, events: ReceiverEvents, state?: ReceiverState) {
    this.#flash = new DataFlash(chip)
    this.#clock = clock
    this.#events = events
    this.#state = state ?? { booted: clock.wall(), lastPage: logPages.limit - 1, seq: 0 }
  }

  get state(): Readonly<ReceiverState> {
    return this.#state
  }

  /** It says a replay or a list, and hears nothing. */
  get isDeaf(): boolean {
    return this.#answer !== undefined
  }

  /** It is switched on, or reset: what was not saved is lost, its clock begins again, and the seq goes up. */
  reset(now: number): void {
    this.#forget()
    const markers = this.#flash.markers()
    const newestSeq = Math.max(...markers.map(({ seq }) => seq))
    const newest = markers.findLast(({ seq }) => seq === newestSeq)
    this.#state = {
      booted: now,
      lastPage: newest?.page ?? logPages.limit - 1,
      seq: newest === undefined ? 0 : newest.seq + 1,
    }
    this.#events.say('')
    this.#events.say(banner)
    this.#events.say(`DF I ${this.#state.lastPage} ${this.#state.seq}`)
    this.#events.settled()
  }

  /** A packet with a good checksum. @param at ms since 1970 */
  packet(header: number, bytes: readonly number[], at: number): void {
    this.#events.say(['OK', header, ...bytes].join(' '))
    this.#keep({ time: this.#secondsAt(at), header, bytes })
    if (header & ackWanted && !(header & control)) this.#events.say(' -> ack')
  }

  /** One with a bad checksum; of its bytes at most 20 are shown. */
  noise(bytes: readonly number[]): void {
    this.#events.say(` ? ${bytes.slice(0, 20).join(' ')}`)
  }

  /** Bytes from the computer. No line end is needed; any byte ends a replay. */
  input(text: string): void {
    for (const character of text) {
      if (this.#answer === undefined) this.#read(character)
      else this.#waiting += character
    }
    if (this.#answer !== undefined && this.#waiting !== '') this.#finish()
  }

  /** Nobody listens any more: as if a byte had ended what it says. */
  stop(): void {
    if (this.#answer !== undefined) this.input('\n')
  }

  #read(character: string): void {
    const command = this.#commands.read(character)
    if (command === undefined) return
    this.#events.say(command.echo)
    if (command.letter === 'd') this.#say(this.#list())
    if (command.letter === 'r') this.#say(this.#replay(command.values))
    // `e` and `w` would erase what a gateway may still need: never here
  }

  /** Puts a packet into the page in memory; where it has no room there, that page is saved first. */
  #keep(entry: FlashEntry): void {
    const [first] = this.#filling
    const size = entrySize(entry)
    if (first !== undefined) {
      const offset = entry.time - first.time
      if (offset < 0 || offset >= longestPage || this.#filled + size > pageRoom) this.#save(first.time)
    }
    this.#filling.push(entry)
    this.#filled += size
  }

  #save(began: number): void {
    const page = pageAfter(this.#state.lastPage)
    // an empty chip begins with it, too
    if (page === logPages.first) this.#state.seq++
    this.#state.lastPage = page
    const { seq } = this.#state
    const time = this.#wrapped(began * 1000, 1000)
    const erased = this.#flash.save({ page, seq, time }, this.#filling)
    this.#forget()
    this.#events.say(`DF S ${page} ${seq} ${time}`)
    if (erased !== undefined) this.#events.say(`DF E ${erased}`)
    this.#events.settled()
  }

  *#list(): Generator<string> {
    for (const { page, seq, time } of this.#flash.markers()) {
      if (this.#waiting !== '') return
      yield ` df# ${page} : ${seq} ${time} ${this.#flash.storedChecksum(page)}`
    }
  }

  *#replay(values: readonly number[]): Generator<string> {
    const [seqHigh = 0, seqLow = 0, t3 = 0, t2 = 0, t1 = 0, t0 = 0] = values
    const from = this.#flash.find((seqHigh << 8) | seqLow, (t3 << 24) | (t2 << 16) | (t1 << 8) | t0)
    // pages are read into the memory of the one that was being filled
    this.#forget()
    yield `r: page ${from} ${this.#state.lastPage}`
    for (const page of this.#flash.between(from, this.#state.lastPage)) {
      const isCut = yield* this.#page(page)
      if (isCut) break
    }
    this.#state.seq++
    const { lastPage, seq, booted } = this.#state
    yield `DF E ${lastPage} ${seq} ${this.#wrapped(this.#clock.wall() - booted)}`
    this.#isReplayed = true
  }

  /** The lines of one page; whether a byte has cut it is what it returns: it has its end all the same. */
  *#page(page: number): Generator<string, boolean> {
    const found = this.#flash.entries(page)
    if (found === undefined) {
      yield `DF C? ${page} ${this.#flash.checksum(page)}`
      return false
    }
    const { marker, entries } = found
    let isCut = false
    for (const { time, header, bytes } of entries) {
      isCut = this.#waiting !== ''
      if (isCut) break
      yield ['R', marker.seq, time, header, ...bytes].join(' ')
    }
    yield `DF R ${page} ${marker.seq} ${marker.time}`
    return isCut
  }

  #say(answer: Iterator<string>): void {
    this.#answer = answer
    if (this.#sayNext()) this.#cancelStep = this.#clock.after(answerPause, () => this.#step())
  }

  #step(): void {
    for (let i = 0; i < answerLines; i++) if (!this.#sayNext()) return
    this.#cancelStep = this.#clock.after(answerPause, () => this.#step())
  }

  /** A byte has come: what is left is said at once. */
  #finish(): void {
    this.#cancelStep()
    while (this.#sayNext());
  }

  #sayNext(): boolean {
    const step = this.#answer?.next()
    if (step === undefined) return false
    if (!step.done) {
      this.#events.say(step.value)
      return true
    }
    this.#end()
    return false
  }

  #end(): void {
    this.#cancelStep()
    this.#answer = undefined
    this.#events.deafUntilNow()
    if (this.#isReplayed) this.#events.settled()
    this.#isReplayed = false
    const waiting = this.#waiting
    this.#waiting = ''
    this.input(waiting)
  }

  #forget(): void {
    this.#filling = []
    this.#filled = 0
  }

  #secondsAt(at: number): number {
    return Math.max(0, Math.floor((at - this.#state.booted) / 1000))
  }

  /** ms since the reset as the device counts them, in units of so many. */
  #wrapped(ms: number, unit = 1): number {
    return Math.floor((Math.max(0, ms) % clockRange) / unit)
  }
}
