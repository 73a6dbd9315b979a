// The built-in collector: a JeeLink on paper. It speaks the serial protocol of the RF12 demo sketch with its
// dataflash, so that the whole gateway can be tried without hardware.
//
// It is on the air also while no gateway runs. All that it hears is a function of the moment, so when a gateway comes back
// it works out what it has heard meanwhile, from the last place that stands on its chip, and has it in its flash.
import type { Clock } from '../../kit/clock.ts'
import { isTurnLong, nextTurn } from '../../kit/turns.ts'
import { Chip } from './chip.ts'
import { firstHeard } from './first-lines.ts'
import { Receiver } from './receiver.ts'
import { readState, writeState } from './state.ts'
import { type Heard, nextHeard } from './stations.ts'

export interface DemoOptions {
  clock: Clock
  /** makes another house; the same seed and clock give the same lines */
  seed?: number
  /** its memory. Default: a new one */
  chip?: Chip
}

/** ms until it speaks after it was switched on */
const bootPause = 300
/** what it hears while nobody is connected is saved for this long (ms) at most, half of what its flash holds */
const longestGap = 24 * 3_600_000
/** a computer that misses more than this (ms) at once has slept, and its USB port with it; or its clock was set */
const longestPause = 60_000

export class DemoCollector {
  readonly #clock: Clock
  readonly #seed: number
  readonly #chip: Chip
  readonly #receiver: Receiver
  #output: ((line: string) => void) | undefined
  #isOpen = false
  /** when it was switched on, ms since 1970; undefined before */
  #switchedOn: number | undefined
  #heardUntil: number
  #cancelNext: () => void = () => undefined

  constructor({ clock, seed = 1, chip = new Chip() }: DemoOptions) {
    this.#clock = clock
    this.#seed = seed
    this.#chip = chip
    const state = readState(chip)
    this.#switchedOn = state?.booted
    this.#heardUntil = state?.heardUntil ?? clock.wall()
    this.#receiver = new Receiver(
      chip,
      clock,
      {
        say: (line) => this.#output?.(line),
        settled: () => this.#keepState(),
        deafUntilNow: () => this.#listenFrom(clock.wall()),
      },
      state,
    )
  }

  /** Opens the port, which does not reset the device: its flash and its clock go on. `output` gets each line without its end. */
  async connect(output: (line: string) => void): Promise<void> {
    this.#isOpen = true
    const isOn = this.#switchedOn !== undefined && this.#heardUntil <= this.#clock.wall() + longestPause
    // nobody hears what it said meanwhile
    if (isOn) await this.#hearGap()
    if (!this.#isOpen) return
    this.#output = output
    if (isOn) this.#next()
    else this.#switchOn()
  }

  /** Closes the port; the device stays on the air. */
  disconnect(): void {
    this.#cancelNext()
    this.#receiver.stop()
    this.#cancelNext()
    this.#isOpen = false
    this.#output = undefined
  }

  /** What the computer sends. */
  input(text: string): void {
    this.#receiver.input(text)
    if (this.#receiver.isDeaf) this.#cancelNext()
  }

  #switchOn(): void {
    const now = this.#clock.wall()
    this.#switchedOn = now
    this.#heardUntil = now
    this.#cancelNext = this.#clock.after(bootPause, () => {
      this.#receiver.reset(now)
      this.#next()
    })
  }

  #listenFrom(moment: number): void {
    this.#heardUntil = moment
    if (this.#output) this.#next()
  }

  /** Waits for what comes next on the air. */
  #next(): void {
    this.#cancelNext()
    const now = this.#clock.wall()
    if (Math.abs(now - this.#heardUntil) > longestPause) {
      this.#switchOn()
      return
    }
    const { at, heard } = this.#nextOnAir()
    this.#cancelNext = this.#clock.after(Math.max(0, at - now), () => {
      this.#hear(at, heard)
      if (!this.#receiver.isDeaf) this.#next()
    })
  }

  #hear(at: number, heard: Heard): void {
    // a page that this packet causes to be saved does not have it
    this.#heardUntil = at - 1
    if (heard.kind === 'noise') this.#receiver.noise(heard.bytes)
    else this.#receiver.packet(heard.node | heard.flags, heard.bytes, at)
    this.#heardUntil = at
  }

  #nextOnAir(): { at: number; heard: Heard } {
    return firstHeard(this.#switchedOn ?? 0, this.#heardUntil) ?? nextHeard(this.#heardUntil, this.#seed)
  }

  /** What came on the air since nobody was connected, as far as it is kept. */
  async #hearGap(): Promise<void> {
    this.#heardUntil = Math.max(this.#heardUntil, this.#clock.wall() - longestGap)
    for (
      let next = this.#nextOnAir();
      this.#isOpen && next.at <= this.#clock.wall();
      next = this.#nextOnAir()
    ) {
      this.#hear(next.at, next.heard)
      if (isTurnLong()) await nextTurn()
    }
  }

  #keepState(): void {
    writeState(this.#chip, { ...this.#receiver.state, heardUntil: this.#heardUntil })
  }
}
