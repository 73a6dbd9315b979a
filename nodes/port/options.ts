import { parseAddress } from '../../lib/serial/source/address.ts'
import {
  baudRateLimits,
  type DataBits,
  dataBitsChoices,
  type FlowControl,
  flowControlChoices,
  type LineSettings,
  maxLineLimits,
  oneOf,
  type Parity,
  parityChoices,
  type SerialSettings,
  type StopBits,
  stopBitsChoices,
  wholeNumber,
} from '../../lib/serial/source/settings.ts'
import { isVariable } from '../shared/variable.ts'

/** The properties of a `fieldlog-port` node. Numbers may be strings: from the panel, or from the environment. */
export interface PortOptions {
  /** shown in the editor; default empty */
  name: string
  /** `/dev/…`, `tcp://host:port` or `demo:`; default empty, which is `demo:` */
  path: string
  /** bits a second; default 57600 */
  baudRate: number | string
  /** bits a character; default 8 */
  dataBits: DataBits | string
  /** default none */
  parity: Parity
  /** default 1 */
  stopBits: StopBits | string
  /** default none */
  flowControl: FlowControl
  /** bytes; a longer line is logged in pieces of this size; default 65536 */
  maxLine: number | string
  /** empty lines are readings, too; default false: they are only counted */
  logEmptyLines: boolean
}

export const portDefaults: PortOptions = {
  name: '',
  path: '',
  baudRate: 57_600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flowControl: 'none',
  maxLine: 65_536,
  logEmptyLines: false,
}

const readers = {
  path: (value: unknown) => {
    parseAddress(String(value))
    return String(value).trim()
  },
  baudRate: (value: unknown) => wholeNumber('baud rate', value, baudRateLimits),
  dataBits: (value: unknown) => oneOf('data bits', value, dataBitsChoices),
  parity: (value: unknown) => oneOf('parity', value, parityChoices),
  stopBits: (value: unknown) => oneOf('stop bits', value, stopBitsChoices),
  flowControl: (value: unknown) => oneOf('flow control', value, flowControlChoices),
  maxLine: (value: unknown) => wholeNumber('longest line', value, maxLineLimits),
}

/** What is wrong with one property, in words; undefined where it is right, empty, or the name of a variable. */
export function portProblem(property: keyof typeof readers, value: unknown): string | undefined {
  if (isEmpty(value)) return undefined
  try {
    readers[property](value)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** A port's settings, checked. What is empty is its default. Throws an Error in words. */
export function readPortOptions(options: Partial<PortOptions>): {
  path: string
  serial: SerialSettings
  lines: LineSettings
} {
  const value = <Key extends keyof typeof readers>(key: Key) =>
    readers[key](isEmpty(options[key]) ? portDefaults[key] : options[key]) as ReturnType<
      (typeof readers)[Key]
    >
  return {
    path: value('path'),
    serial: {
      baudRate: value('baudRate'),
      dataBits: value('dataBits'),
      parity: value('parity'),
      stopBits: value('stopBits'),
      flowControl: value('flowControl'),
    },
    lines: { maxLine: value('maxLine'), emptyLines: options.logEmptyLines === true },
  }
}

function isEmpty(value: unknown): boolean {
  return String(value ?? '').trim() === '' || isVariable(value)
}
