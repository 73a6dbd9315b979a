// What goes wrong with an open port without any error: a device that is silent, and a speed that is not the device's.
import { ageText } from '../../kit/age.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Frame } from '../framing/frame.ts'
import type { FramingKind } from '../framing/settings.ts'
import type { WatchSettings } from './settings.ts'
import { SilenceWatch } from './silence.ts'
import { SpeedWatch } from './speed.ts'

/** No byte for so many ms, or bytes that look like another baud rate. */
export type Trouble = { kind: 'silent'; lasts: number } | { kind: 'speed' }

/** A few words that say it. */
export function troubleText(trouble: Trouble): string {
  return trouble.kind === 'speed' ? 'not text: another baud rate?' : `no byte for ${ageText(trouble.lasts)}`
}

export interface PortWatchListener {
  /** a sentence for the log */
  report(level: 'info' | 'warn', text: string): void
  /** no byte for so many seconds; again each time that it goes on for as long */
  silent(seconds: number): void
  /** what comes looks like another speed; true: no longer */
  speed(isRight: boolean): void
  /** `trouble` has changed */
  changed(): void
}

const textFramings: ReadonlySet<FramingKind> = new Set(['auto', 'lf', 'crlf', 'cr', 'delimiter', 'pattern'])

export class PortWatch {
  readonly #source: string
  readonly #settings: WatchSettings
  readonly #listener: PortWatchListener
  readonly #silence: SilenceWatch
  readonly #speed: SpeedWatch | undefined
  #isSilenceTold = false

  /** @param source the source's name */
  constructor(
    source: string,
    settings: WatchSettings,
    framing: FramingKind,
    clock: Clock,
    listener: PortWatchListener,
  ) {
    this.#source = source
    this.#settings = settings
    this.#listener = listener
    this.#silence = new SilenceWatch(settings.silentAfter * 1000, clock, (seconds) => this.#silent(seconds))
    this.#speed = textFramings.has(framing) ? new SpeedWatch(clock) : undefined
  }

  /** Undefined where all is well. */
  get trouble(): Trouble | undefined {
    const { seconds } = this.#silence
    if (seconds !== undefined) return { kind: 'silent', lasts: seconds * 1000 }
    return this.isSpeedWrong ? { kind: 'speed' } : undefined
  }

  /** No byte has come for too long. */
  get isSilent(): boolean {
    return this.#silence.seconds !== undefined
  }

  get isSpeedWrong(): boolean {
    return this.#speed?.isWrong === true
  }

  /** The connection was made, or reading goes on. */
  reads(): void {
    this.#silence.opened()
  }

  /** The connection has ended, or reading pauses. */
  readsNot(): void {
    this.#silence.stop()
  }

  frame(frame: Frame): void {
    this.#speed?.frame(frame)
  }

  /** Bytes came, and their frames were given to `frame`. */
  look(bytes: Buffer): void {
    const { seconds } = this.#silence
    this.#silence.heard()
    if (seconds !== undefined) this.#heardAgain(seconds)
    if (this.#speed?.look(bytes)) {
      this.#listener.speed(!this.#speed.isWrong)
      this.#listener.changed()
    }
  }

  #silent(seconds: number): void {
    const action = actions[this.#settings.whenSilent]
    if (!this.#isSilenceTold)
      this.#listener.report('warn', `no byte came from ${this.#source} for ${seconds} s${action}`)
    this.#isSilenceTold = true
    this.#listener.silent(seconds)
    this.#listener.changed()
  }

  #heardAgain(seconds: number): void {
    this.#isSilenceTold = false
    this.#listener.report('info', `bytes come from ${this.#source} again, after ${seconds} s`)
    this.#listener.changed()
  }
}

const actions: Readonly<Record<WatchSettings['whenSilent'], string>> = {
  tell: ': is the device switched on and connected?',
  reopen: '. The port is opened anew, each time that it goes on for as long',
  reset: '. The device is reset by DTR, each time that it goes on for as long',
}

/** What to do about a speed that looks wrong. */
export function speedText(source: string): string {
  return `what comes from ${source} looks like another baud rate: much of it is no text, and no line is whole. Set the baud rate in the port's panel, which can find it`
}
