// Telnet (RFC 854, 855): takes commands out of the bytes that come, answers them, and doubles FF in what is sent.

export const telnet = {
  iac: 255,
  dont: 254,
  do: 253,
  wont: 252,
  will: 251,
  subnegotiation: 250,
  subnegotiationEnd: 240,
  /** options */
  binary: 0,
  suppressGoAhead: 3,
  comPort: 44,
} as const

const { iac } = telnet
/** Bytes of a subnegotiation that are kept: what we look at is short. */
const longestSubnegotiation = 256

export interface TelnetListener {
  /** bytes without commands */
  data(bytes: Buffer): void
  /** bytes to be sent back */
  reply(bytes: Buffer): void
  /** The other side wants an option of ours (true), or refuses it. */
  option?(option: number, isWanted: boolean): void
  subnegotiation?(option: number, value: Buffer): void
}

type State = 'data' | 'command' | 'option' | 'subnegotiation' | 'subnegotiation-command'

/** One connection's commands. All options are refused, but for those that make the line carry bytes as they are. */
export class TelnetCodec {
  readonly #listener: TelnetListener
  readonly #accepted: ReadonlySet<number>
  /** options that are on at our side, and at theirs */
  readonly #ours = new Set<number>()
  readonly #theirs = new Set<number>()
  #state: State = 'data'
  #command = 0
  #value: number[] = []

  /** @param more accepted beside binary and suppress-go-ahead */
  constructor(listener: TelnetListener, more: readonly number[] = []) {
    this.#listener = listener
    this.#accepted = new Set([telnet.binary, telnet.suppressGoAhead, ...more])
  }

  /** Asks for options: of ours with WILL, of theirs with DO. */
  ask(ours: readonly number[], theirs: readonly number[]): Buffer {
    for (const option of ours) this.#ours.add(option)
    for (const option of theirs) this.#theirs.add(option)
    return Buffer.from([
      ...ours.flatMap((option) => [iac, telnet.will, option]),
      ...theirs.flatMap((option) => [iac, telnet.do, option]),
    ])
  }

  push(chunk: Buffer): void {
    if (this.#state === 'data' && !chunk.includes(iac)) {
      this.#listener.data(chunk)
      return
    }
    const data = Buffer.allocUnsafe(chunk.length)
    let length = 0
    for (const byte of chunk) if (this.#isData(byte)) data[length++] = byte
    if (length > 0) this.#listener.data(data.subarray(0, length))
  }

  #isData(byte: number): boolean {
    switch (this.#state) {
      case 'data':
        if (byte !== iac) return true
        this.#state = 'command'
        return false
      case 'command':
        this.#state = this.#afterCommand(byte)
        return byte === iac
      case 'option':
        this.#state = 'data'
        this.#negotiate(byte)
        return false
      case 'subnegotiation':
        if (byte === iac) this.#state = 'subnegotiation-command'
        else this.#keep(byte)
        return false
      case 'subnegotiation-command':
        this.#endSubnegotiation(byte)
        return false
    }
  }

  #afterCommand(byte: number): State {
    this.#command = byte
    if (byte >= telnet.will && byte <= telnet.dont) return 'option'
    if (byte !== telnet.subnegotiation) return 'data'
    this.#value = []
    return 'subnegotiation'
  }

  #endSubnegotiation(byte: number): void {
    if (byte === iac) {
      this.#keep(byte)
      this.#state = 'subnegotiation'
      return
    }
    this.#state = 'data'
    const [option, ...value] = this.#value
    if (byte === telnet.subnegotiationEnd && option !== undefined)
      this.#listener.subnegotiation?.(option, Buffer.from(value))
  }

  #keep(byte: number): void {
    if (this.#value.length < longestSubnegotiation) this.#value.push(byte)
  }

  /** Answers only what changes something, so that two ends never answer each other for ever. */
  #negotiate(option: number): void {
    switch (this.#command) {
      case telnet.will:
        this.#turnOn(this.#theirs, option, telnet.do, telnet.dont)
        break
      case telnet.wont:
        if (this.#theirs.delete(option)) this.#reply(telnet.dont, option)
        break
      case telnet.do:
        this.#turnOn(this.#ours, option, telnet.will, telnet.wont)
        this.#listener.option?.(option, true)
        break
      case telnet.dont:
        if (this.#ours.delete(option)) this.#reply(telnet.wont, option)
        this.#listener.option?.(option, false)
        break
    }
  }

  #turnOn(side: Set<number>, option: number, yes: number, no: number): void {
    if (side.has(option)) return
    const isAccepted = this.#accepted.has(option)
    if (isAccepted) side.add(option)
    this.#reply(isAccepted ? yes : no, option)
  }

  #reply(command: number, option: number): void {
    this.#listener.reply(Buffer.from([iac, command, option]))
  }
}

/** Bytes as telnet sends them: each FF twice. */
export function escapeTelnet(data: Buffer): Buffer {
  if (!data.includes(iac)) return data
  return Buffer.from([...data].flatMap((byte) => (byte === iac ? [iac, iac] : [byte])))
}

/** A subnegotiation as it is sent. */
export function subnegotiation(option: number, value: readonly number[]): Buffer {
  return Buffer.from([
    iac,
    telnet.subnegotiation,
    option,
    ...escapeTelnet(Buffer.from(value)),
    iac,
    telnet.subnegotiationEnd,
  ])
}
