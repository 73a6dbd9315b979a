// Asks a device that keeps its lines, and is no collector, for those that nobody heard: one request, as the user sets it,
// and an answer that patterns tell from live lines.
import type { Clock } from '../kit/clock.ts'
import { asError } from '../kit/errors.ts'
import type { AnyDeviceMemory } from './any-device-memory.ts'
import { type AnyDeviceSettings, groupsOf, momentOf, requestText } from './any-device-settings.ts'
import { type CatchUpEvents, type CatchUpState, pauses } from './events.ts'
import type { HeardPackets } from './heard.ts'
import type { Observed } from './memory.ts'
import type { AnyDeviceNotice } from './notice.ts'

/** Between the opening and the request, ms: many a device starts anew at it, and says so. */
const settleTime = 2_000

/** What came of it. */
interface Counts {
  /** lines of the answer */
  lines: number
  logged: number
  duplicates: number
  /** lines of the answer whose moment cannot be: they are logged as they came */
  unplaced: number
  /** the moments of the first and the last line that was logged, ms since 1970 */
  from: number | undefined
  to: number | undefined
}

type Step = 'off' | 'settling' | 'asking' | 'pause'

export class AnyDevice<L extends Observed> {
  readonly #source: string
  readonly #settings: AnyDeviceSettings
  readonly #clock: Clock
  readonly #events: CatchUpEvents<L>
  /** undefined before the journal has been read */
  #memory: AnyDeviceMemory | undefined
  /** the newest lines that came before that */
  #isConnected = false
  #step: Step = 'off'
  #cancel: () => void = () => undefined
  #attempts = 0
  /** monotonic, ms */
  #started = 0
  #counts: Counts = noCounts()
  /** logged lines whose copies have not come yet in this attempt */
  #left: HeardPackets | undefined
  /** a line of the answer has come in this attempt */
  #isAnswered = false
  /** somebody else has sent something meanwhile */
  #isCut = false
  /** for the journal, with the next line */
  #owed: AnyDeviceNotice | undefined

  constructor(source: string, settings: AnyDeviceSettings, clock: Clock, events: CatchUpEvents<L>) {
    this.#source = source
    this.#settings = settings
    this.#clock = clock
    this.#events = events
  }

  get state(): CatchUpState {
    switch (this.#step) {
      case 'off':
        return { state: 'live' }
      case 'asking':
        return { state: 'asking', pages: 0, of: undefined, packets: this.#counts.lines }
      default:
        return { state: 'waiting' }
    }
  }

  /** An answer is under way: what is sent to the device now would mix with it. */
  get isAsking(): boolean {
    return this.#step === 'asking'
  }

  /** What the journal has of this device: every line that came before, and none that is still to come. */
  start(memory: AnyDeviceMemory): void {
    this.#memory = memory
    if (this.#isConnected) this.#begin(memory)
  }

  connected(): void {
    this.#isConnected = true
    if (this.#memory) this.#begin(this.#memory)
  }

  disconnected(): void {
    this.#isConnected = false
    this.#go('off')
  }

  /** A line has come. It is given out at once: as it is, or as a line of an earlier moment. */
  line(line: L): void {
    const memory = this.#memory
    if (!memory) {
      this.#events.give({ line })
      return
    }
    if (this.#step === 'asking' && this.#answer(line, memory)) return
    memory.observe(line)
    this.#give(line)
  }

  /** Somebody else has sent something: the answer that is under way may lack some lines. */
  sent(): void {
    this.#isCut = true
  }

  /** The device may keep silent until it is asked, so the pause ends with the connection, and not with a line. */
  #begin(memory: AnyDeviceMemory): void {
    const now = this.#clock.wall()
    const { missing, longest, firstTime } = this.#settings
    const { lastLine, number } = memory
    const isMissing = lastLine === undefined ? firstTime : now - lastLine >= missing
    if (isMissing && !memory.due) {
      const since = Math.max(lastLine ?? 0, now - longest)
      this.#note(memory, { state: 'due', since, ...(number !== undefined && { number }) })
    }
    if (!memory.due) return
    this.#attempts = 0
    this.#counts = noCounts()
    this.#started = this.#clock.monotonic()
    this.#go('settling', settleTime, () => this.#ask(memory))
  }

  #ask(memory: AnyDeviceMemory): void {
    this.#attempts++
    this.#isAnswered = false
    this.#isCut = false
    this.#left = memory.heard.copy()
    const { since, number } = memory.due!
    const now = this.#clock.wall()
    const text = requestText(
      this.#settings.request,
      Math.max(since, now - this.#settings.longest),
      now,
      number,
    )
    this.#go('asking')
    this.#await(memory)
    this.#events.send(text).catch((error: unknown) => this.#failed(memory, asError(error).message))
  }

  /** @returns whether the line was one of the answer, and is given out */
  #answer(line: L, memory: AnyDeviceMemory): boolean {
    if (typeof line.text !== 'string' || line.cut !== undefined) return false
    const groups = groupsOf(memory.recipe.replayed, line.text)
    if (groups) {
      this.#await(memory)
      this.#isAnswered = true
      return this.#replayed(line, groups('text') ?? '', momentOf(groups, line.received), memory)
    }
    if (!groupsOf(memory.recipe.end, line.text)) return false
    memory.lastLine = line.received
    if (this.#isCut) {
      this.#give(line)
      this.#failed(memory, 'something else was sent meanwhile')
    } else this.#ended(memory, line)
    return true
  }

  #replayed(line: L, text: string, time: number | undefined, memory: AnyDeviceMemory): boolean {
    const counts = this.#counts
    counts.lines++
    if (time === undefined) {
      counts.unplaced++
      return false
    }
    memory.lastLine = line.received
    if (this.#left!.unheard([{ packet: text, time }]).length === 0) {
      counts.duplicates++
      return true
    }
    memory.heard.add({ packet: text, time })
    counts.logged++
    counts.from = Math.min(counts.from ?? time, time)
    counts.to = Math.max(counts.to ?? time, time)
    this.#give(line, { text, time })
    return true
  }

  #give(line: L, recovered?: { text: string; time: number }): void {
    const notice = this.#owed
    this.#owed = undefined
    this.#events.give({ line, ...(recovered && { recovered }), ...(notice && { notice }) })
    if (recovered) this.#events.changed()
  }

  #silent(memory: AnyDeviceMemory): void {
    if (this.#isCut) this.#failed(memory, 'something else was sent meanwhile')
    else if (this.#isAnswered && memory.recipe.end === undefined) this.#ended(memory)
    else this.#failed(memory, this.#isAnswered ? 'the answer stopped' : 'there is no answer')
  }

  #ended(memory: AnyDeviceMemory, line?: L): void {
    const { since, number } = memory.due!
    const { lines, logged, duplicates } = this.#counts
    this.#note(memory, { state: 'ended', since, ...(number !== undefined && { number }) }, true)
    this.#go('off')
    if (line) this.#give(line)
    this.#events.report(
      'info',
      `caught up with ${this.#source}: ${lines} lines, ${logged} logged, ${duplicates} were logged before`,
    )
  }

  /** Asks again after a pause, for all of it: what is logged already is left out. Gives up after some times. */
  #failed(memory: AnyDeviceMemory, why: string): void {
    if (!this.isAsking) return
    const pause = pauses[this.#attempts - 1]
    if (pause !== undefined) {
      this.#go('pause', pause, () => this.#ask(memory))
      return
    }
    const { since, number } = memory.due!
    this.#note(memory, { state: 'due', since, ...(number !== undefined && { number }) }, false)
    this.#events.report(
      'warn',
      `${this.#source} could not be asked for all that it kept meanwhile: ${why}, ${this.#attempts} times. ` +
        'What is missing will be asked for at the next connection.',
    )
    this.#go('off')
  }

  #note(
    memory: AnyDeviceMemory,
    notice: Pick<AnyDeviceNotice, 'state' | 'since' | 'number'>,
    complete?: boolean,
  ): void {
    memory.noted(notice)
    const seconds = Math.round((this.#clock.monotonic() - this.#started) / 1000)
    const result = complete === undefined ? {} : { ...this.#counts, seconds, complete }
    this.#owed = { kind: 'catchup', source: this.#source, ...notice, ...result }
  }

  #await(memory: AnyDeviceMemory): void {
    this.#wait(this.#settings.timeLimit, () => this.#silent(memory))
  }

  #go(step: Step, after?: number, then?: () => void): void {
    this.#step = step
    this.#cancel()
    if (after !== undefined && then) this.#wait(after, then)
    this.#events.changed()
  }

  #wait(after: number, then: () => void): void {
    this.#cancel()
    this.#cancel = this.#clock.after(after, then)
  }
}

function noCounts(): Counts {
  return { lines: 0, logged: 0, duplicates: 0, unplaced: 0, from: undefined, to: undefined }
}
