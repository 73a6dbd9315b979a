// The serial port at the other end of a telnet connection: RFC 2217, "Telnet Com Port Control Option".
import type { SerialSettings } from './settings.ts'
import { SourceError } from './source.ts'
import { subnegotiation, telnet } from './telnet-codec.ts'

interface Request {
  /** a server answers with the same number plus 100 */
  command: number
  value: number[]
}

/** A setting that the server must confirm as it is. */
interface Setting extends Request {
  /** in a sentence: `57600 bits/s` */
  text: string
}

const answerOffset = 100
const command = { baudRate: 1, dataBits: 2, parity: 3, stopBits: 4, control: 5 }
const parities: Record<SerialSettings['parity'], number> = { none: 1, odd: 2, even: 3 }
const flowControls: Record<SerialSettings['flowControl'], number> = { none: 1, xonxoff: 2, rtscts: 3 }
const control = { dtrOn: 8, dtrOff: 9, rtsOn: 11 }

/** Sets the remote port, and knows when all of it is confirmed. */
export class ComPort {
  readonly #text: string
  readonly #requests: Request[]
  readonly #waiting: Set<Setting>

  /** @param text the server, as messages name it */
  constructor(settings: SerialSettings, text: string) {
    const toConfirm = settingsFor(settings)
    this.#text = text
    this.#requests = [...toConfirm, ...controlsFor(settings)]
    this.#waiting = new Set(toConfirm)
  }

  /** What sets it. */
  get bytes(): Buffer {
    return Buffer.concat(
      this.#requests.map(({ command, value }) => subnegotiation(telnet.comPort, [command, ...value])),
    )
  }

  /** Everything was confirmed. */
  get isSet(): boolean {
    return this.#waiting.size === 0
  }

  /** The server says what it has set. Throws a SourceError where that is something else. */
  answered(answer: Buffer): void {
    const [command = 0, ...value] = answer
    for (const setting of this.#waiting) {
      if (command !== setting.command + answerOffset) continue
      if (String(value) !== String(setting.value))
        throw new SourceError(
          `${this.#text} does not take ${setting.text}: set the port to what the server has`,
          'settings refused',
        )
      this.#waiting.delete(setting)
    }
  }
}

/** What sets DTR, and nothing else. */
export function dtrBytes(isOn: boolean): Buffer {
  const value = isOn ? control.dtrOn : control.dtrOff
  return subnegotiation(telnet.comPort, [command.control, value])
}

function settingsFor({ baudRate, dataBits, parity, stopBits }: SerialSettings): Setting[] {
  const baud = Buffer.alloc(4)
  baud.writeUInt32BE(baudRate)
  return [
    { command: command.baudRate, value: [...baud], text: `${baudRate} bits/s` },
    { command: command.dataBits, value: [dataBits], text: `${dataBits} data bits` },
    { command: command.parity, value: [parities[parity]], text: `parity ${parity}` },
    { command: command.stopBits, value: [stopBits], text: `${stopBits} stop bits` },
  ]
}

/** Flow control, and the lines as an open port has them. Not every server has these lines, so none is waited for. */
function controlsFor({ flowControl }: SerialSettings): Request[] {
  return [flowControls[flowControl], control.dtrOn, control.rtsOn].map((value) => ({
    command: command.control,
    value: [value],
  }))
}
