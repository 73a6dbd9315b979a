// Servers that speak telnet: a terminal server, and one that sets its serial port by RFC 2217 (ser2net, a gateway box).
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import type { NetworkKind } from './address.ts'
import { ComPort, dtrBytes } from './com-port.ts'
import { pulseDtr } from './dtr.ts'
import { type SerialSettings, speedText } from './settings.ts'
import { type LineSource, type Link, type LinkEvents, SourceError } from './source.ts'
import { connectTcp, settlesAfter } from './tcp.ts'
import { escapeTelnet, TelnetCodec, type TelnetListener, telnet } from './telnet-codec.ts'

export interface Server {
  host: string
  port: number
  /** the source's name in the log */
  name: string
  /** as messages name it */
  text: string
}

/** ms for a server to set its port */
const settingLimit = 5_000

/** A telnet server: commands are answered and taken out of the bytes. */
export function telnetSource(server: Server, clock: Clock): LineSource {
  return source('telnet', server, async (events, signal) => {
    const link = new TelnetLink(events, [])
    await link.connect(server, signal, clock)
    link.use()
    return link
  })
}

/** A telnet server with a serial port that is set from here. */
export function rfc2217Source(server: Server, settings: SerialSettings, clock: Clock): LineSource {
  const { baudRate } = settings
  const plain = source('rfc2217', server, async (events, signal) => {
    const link = new ComPortLink(events, clock)
    await link.connect(server, signal, clock)
    try {
      await setPort(link, new ComPort(settings, server.text), server.text, signal, clock)
      if (settings.opening === 'reset') await link.reset()
    } catch (error) {
      await link.close()
      throw error
    }
    link.use()
    return link
  })
  return { ...plain, baudRate, speed: speedText(settings) }
}

function source(kind: NetworkKind, { name, text }: Server, connect: LineSource['connect']): LineSource {
  return { name, text, holdsBack: true, settlesAfter, place: async () => `${kind}://${text}`, connect }
}

/** Resolves when the server has set its port as it was told. */
function setPort(
  link: TelnetLink,
  remote: ComPort,
  text: string,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      settle()
      reject(error)
    }
    const abort = () => fail(signal.reason)
    const silent = `${text} does not confirm the settings of its port: does it speak RFC 2217?`
    const cancelTimer = clock.after(settingLimit, () => fail(new SourceError(silent, 'no answer')))
    const settle = () => {
      cancelTimer()
      signal.removeEventListener('abort', abort)
      link.setting = undefined
    }
    signal.addEventListener('abort', abort)
    let isSent = false
    link.setting = {
      option(option, isWanted) {
        if (option !== telnet.comPort) return
        if (!isWanted) fail(new SourceError(`${text} does not speak RFC 2217: use telnet://`, 'no RFC 2217'))
        else if (!isSent) link.send(remote.bytes)
        isSent = true
      },
      subnegotiation(option, value) {
        if (option !== telnet.comPort) return
        try {
          remote.answered(value)
        } catch (error) {
          fail(error)
          return
        }
        if (!remote.isSet) return
        settle()
        resolve()
      },
      closed: fail,
    }
    link.ask([telnet.binary, telnet.suppressGoAhead, telnet.comPort], [telnet.binary, telnet.suppressGoAhead])
  })
}

/** Who hears of commands while the port at the other end is set. */
interface SettingListener extends Required<Pick<TelnetListener, 'option' | 'subnegotiation'>> {
  closed(reason: SourceError): void
}

class TelnetLink implements Link {
  setting: SettingListener | undefined
  readonly #events: LinkEvents
  readonly #codec: TelnetCodec
  #tcp: Link | undefined
  #received = 0
  #isUsed = false
  /** what came while the port was set: given out with the next bytes */
  #early: Array<{ bytes: Buffer; received: number }> = []

  /** @param options accepted beside those that make the line carry bytes as they are */
  constructor(events: LinkEvents, options: readonly number[]) {
    this.#events = events
    this.#codec = new TelnetCodec(
      {
        data: (bytes) => this.#data(bytes),
        reply: (bytes) => this.send(bytes),
        option: (option, isWanted) => this.setting?.option(option, isWanted),
        subnegotiation: (option, value) => this.setting?.subnegotiation(option, value),
      },
      options,
    )
  }

  async connect({ host, port, text }: Server, signal: AbortSignal, clock: Clock): Promise<void> {
    const events: LinkEvents = {
      data: (chunk, received) => {
        this.#received = received
        this.#codec.push(chunk)
      },
      closed: (reason) => (this.setting ?? this.#events).closed(reason),
    }
    this.#tcp = await connectTcp(host, port, text, events, signal, clock)
  }

  /** From now on its bytes are given out. */
  use(): void {
    this.#isUsed = true
  }

  ask(ours: readonly number[], theirs: readonly number[]): void {
    this.send(this.#codec.ask(ours, theirs))
  }

  /** Sends bytes as they are. A connection that breaks meanwhile says so by itself. */
  send(bytes: Buffer): void {
    if (this.#tcp) inBackground(this.#tcp.write(bytes), () => {})
  }

  async write(data: Buffer): Promise<void> {
    await this.#tcp?.write(escapeTelnet(data))
  }

  pause(): void {
    this.#tcp?.pause()
  }

  resume(): void {
    this.#tcp?.resume()
  }

  async close(): Promise<void> {
    await this.#tcp?.close()
    if (this.#isUsed) this.#giveEarly()
  }

  #data(bytes: Buffer): void {
    if (!this.#isUsed) {
      this.#early.push({ bytes: Buffer.from(bytes), received: this.#received })
      return
    }
    this.#giveEarly()
    this.#events.data(bytes, this.#received)
  }

  #giveEarly(): void {
    for (const { bytes, received } of this.#early.splice(0)) this.#events.data(bytes, received)
  }
}

/** … whose port at the other end has a DTR line that is set from here. */
class ComPortLink extends TelnetLink {
  readonly #clock: Clock

  constructor(events: LinkEvents, clock: Clock) {
    super(events, [telnet.comPort])
    this.#clock = clock
  }

  reset(): Promise<void> {
    return pulseDtr(async (isOn) => this.send(dtrBytes(isOn)), this.#clock)
  }
}
