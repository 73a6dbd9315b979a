// The built-in collector: a JeeLink on paper. It speaks the serial protocol of the RF12 demo sketch with its
// dataflash, so that the whole gateway can be tried without hardware.
import type { Clock } from '../../kit/clock.ts'
import { DataFlash, type FlashPage, pageChecksum } from './flash.ts'
import { encodeHomePower, encodeRadioBlip, encodeRoom, encodeSmaRelay, okLine } from './packets.ts'
import { type Heard, nextHeard } from './stations.ts'

export interface DemoOptions {
  clock: Clock
  /** makes another house; the same seed and clock give the same lines */
  seed?: number
  /** pages of the simulated flash */
  pages?: number
}

const banner = '[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1'
/** it had been on the air for this long (ms) when the process started: something to replay */
const before = 600_000
/** what it hears while nobody is connected is saved for this long (ms) at most */
const longestGap = 3_600_000
/** replayed lines a step, and ms between two steps: about what 57,600 baud carry */
const replayLines = 4
const replayPause = 28

/** The first seconds after a reset show every kind of line once: [ms after the reset, what is heard]. */
const firstLines: Array<[number, Heard]> = [
  [600, packet(12, encodeRoom({ light: 0.4, moved: false, humi: 59, temp: 18.2, lobat: false }))],
  [1200, packet(9, homePowerBytes())],
  [1900, packet(5, encodeRoom({ light: 61, moved: true, humi: 48, temp: 51.1, lobat: false }))],
  [2600, { kind: 'noise', bytes: [4, 254, 249, 127, 35, 0, 15, 225] }],
  [3300, packet(11, [1, 118, 182])],
  [4000, packet(3, encodeRadioBlip({ ping: 1_102_256, battery: { id: 17, vpre: 2.94, vpost: 2.86 } }))],
  [4700, packet(14, [24, 210, 17])],
  [
    5400,
    packet(
      15,
      encodeSmaRelay({ yield: 4180, total: 9241, acw: 1374, dcv1: 217, dcv2: 210, dcw1: 801, dcw2: 655 }),
    ),
  ],
]
const firstLinesEnd = 6000

export class DemoCollector {
  readonly #clock: Clock
  readonly #seed: number
  readonly #flash: DataFlash
  #output: ((line: string) => void) | undefined
  /** when the device was powered or reset (ms since 1970): its own clock starts at 0 */
  #bootTime: number
  #heardUntil: number
  #cancelNext: () => void = () => undefined
  #replay: Iterator<string> | undefined
  #replayedPage: FlashPage | undefined
  #command: number[] = []
  #value = 0

  constructor({ clock, seed = 1, pages = 256 }: DemoOptions) {
    this.#clock = clock
    this.#seed = seed
    this.#flash = new DataFlash(pages, 62)
    this.#bootTime = clock.wall() - before
    this.#heardUntil = this.#bootTime
  }

  /** Opens the port, which resets the device. `output` gets each line without its end. */
  connect(output: (line: string) => void): void {
    const now = this.#clock.wall()
    this.#saveGap(now)
    this.#output = output
    this.#bootTime = now
    this.#flash.reset()
    this.#next(now, [
      [300, () => this.#say(banner)],
      [320, () => this.#say(`DF I ${this.#flash.lastPage} ${this.#flash.seq}`)],
      ...firstLines.map(([after, heard]): Step => [after, () => this.#hear(heard)]),
    ])
  }

  /** Closes the port; the device stays on the air. */
  disconnect(): void {
    this.#cancelNext()
    this.#replay = undefined
    this.#output = undefined
    this.#heardUntil = this.#clock.wall()
  }

  /** What the computer sends: numbers and commas, and a letter for the command. */
  input(text: string): void {
    const aborts = this.#replay !== undefined
    if (aborts) this.#endReplay()
    for (const character of aborts ? text.slice(1) : text) {
      if (character >= '0' && character <= '9') this.#value = (this.#value * 10 + Number(character)) & 0xff
      else if (character === ',') {
        this.#command.push(this.#value)
        this.#value = 0
      } else if (/[a-z]/.test(character)) this.#run(character)
    }
  }

  #run(letter: string): void {
    const values = [...this.#command, this.#value]
    this.#command = []
    this.#value = 0
    this.#say(`> ${values.join(',')}${letter}`)
    if (letter === 'd') this.#dump()
    if (letter === 'r') this.#startReplay(values)
    // `e` and `w` would erase what a gateway may still need: never here
  }

  #dump(): void {
    for (const page of this.#flash.pages) {
      this.#say(` df# ${page.page} : ${page.seq} ${page.time} ${pageChecksum(page)}`)
    }
  }

  #startReplay([seqHigh = 0, seqLow = 0, t3 = 0, t2 = 0, t1 = 0, t0 = 0]: number[]): void {
    const { from, pages } = this.#flash.after(
      seqHigh * 256 + seqLow,
      t3 * 2 ** 24 + t2 * 65_536 + t1 * 256 + t0,
    )
    this.#say(`r: page ${from} ${this.#flash.lastPage}`)
    this.#cancelNext()
    this.#replay = this.#replayOf(pages)
    this.#replayStep()
  }

  *#replayOf(pages: FlashPage[]): Generator<string> {
    for (const page of pages) {
      this.#replayedPage = page
      for (const { time, header, bytes } of page.entries)
        yield ['R', page.seq, time, header, ...bytes].join(' ')
      this.#replayedPage = undefined
      yield endOfPage(page)
    }
  }

  #replayStep(): void {
    for (let i = 0; i < replayLines; i++) {
      const step = this.#replay?.next()
      if (!step || step.done) {
        this.#endReplay()
        return
      }
      this.#say(step.value)
    }
    this.#cancelNext = this.#clock.after(replayPause, () => this.#replayStep())
  }

  /** Done, or aborted by input: then the page's marker comes all the same, as the real one does it. */
  #endReplay(): void {
    this.#cancelNext()
    this.#replay = undefined
    if (this.#replayedPage) this.#say(endOfPage(this.#replayedPage))
    this.#replayedPage = undefined
    this.#flash.endReplay()
    const now = this.#clock.wall()
    this.#say(`DF E ${this.#flash.lastPage} ${this.#flash.seq} ${now - this.#bootTime}`)
    // what was on the air during the replay was not heard
    this.#heardUntil = now
    this.#next(now, [])
  }

  /** Waits for the next step, then for what comes on the air after the steps. */
  #next(start: number, steps: Step[]): void {
    this.#cancelNext()
    const [step, ...rest] = steps
    const now = this.#clock.wall()
    if (step) {
      const [after, run] = step
      this.#cancelNext = this.#clock.after(Math.max(0, start + after - now), () => {
        run()
        if (!this.#replay) this.#next(start, rest)
      })
      if (rest.length === 0) this.#heardUntil = start + firstLinesEnd
      return
    }
    // a computer that slept, or whose clock was set: go on from now
    if (Math.abs(now - this.#heardUntil) > 60_000) this.#heardUntil = now
    const { at, heard } = nextHeard(this.#heardUntil, this.#seed)
    this.#cancelNext = this.#clock.after(Math.max(0, at - now), () => {
      this.#heardUntil = at
      this.#hear(heard)
      if (!this.#replay) this.#next(start, [])
    })
  }

  #hear(heard: Heard): void {
    if (heard.kind === 'noise') {
      this.#say(` ? ${heard.bytes.join(' ')}`)
      return
    }
    this.#say(okLine(heard.node, heard.bytes, heard.flags))
    if (heard.flags & 0x20) this.#say(' -> ack')
    this.#save(heard, this.#clock.wall())
  }

  #save(heard: Heard, now: number): void {
    if (heard.kind === 'noise') return
    const time = Math.max(0, Math.floor((now - this.#bootTime) / 1000))
    const saved = this.#flash.append({ time, header: heard.node | heard.flags, bytes: heard.bytes })
    if (saved) this.#say(`DF S ${saved.page} ${saved.seq} ${saved.time}`)
  }

  /** What came on the air since nobody was connected, as far as it is kept. */
  #saveGap(now: number): void {
    let from = Math.max(this.#heardUntil, now - longestGap)
    for (let next = nextHeard(from, this.#seed); next.at <= now; next = nextHeard(from, this.#seed)) {
      from = next.at
      this.#save(next.heard, from)
    }
    this.#heardUntil = now
  }

  #say(line: string): void {
    this.#output?.(line)
  }
}

type Step = [after: number, run: () => void]

function endOfPage(page: FlashPage): string {
  return `DF R ${page.page} ${page.seq} ${page.time}`
}

function packet(node: number, bytes: number[]): Heard {
  return { kind: 'packet', node, flags: 0, bytes }
}

function homePowerBytes(): number[] {
  return encodeHomePower([
    { pulses: 3029, power: 78.5 },
    { pulses: 23_191, power: 310 },
    { pulses: 50_776, power: 7.8 },
  ])
}
