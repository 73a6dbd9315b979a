// A port's settings: types, limits and checks, for runtime and panel alike.

export const dataBitsChoices = [8, 7, 6, 5] as const
export const parityChoices = ['none', 'even', 'odd'] as const
export const stopBitsChoices = [1, 2] as const
export const flowControlChoices = ['none', 'rtscts', 'xonxoff'] as const

export type DataBits = (typeof dataBitsChoices)[number]
export type Parity = (typeof parityChoices)[number]
export type StopBits = (typeof stopBitsChoices)[number]
export type FlowControl = (typeof flowControlChoices)[number]

/** Of a serial device; without meaning for `tcp://` and `demo:`. */
export interface SerialSettings {
  /** bits a second, 50 … 4,000,000 */
  baudRate: number
  dataBits: DataBits
  parity: Parity
  stopBits: StopBits
  flowControl: FlowControl
}

/** How bytes become lines. */
export interface LineSettings {
  /** bytes; a longer line is given out in pieces of this size. 16 … 1,048,576 */
  maxLine: number
  /** give out lines of no bytes, too; else they are only counted */
  emptyLines: boolean
}

export const baudRates = [300, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600]
export const baudRateLimits = { min: 50, max: 4_000_000 }
export const maxLineLimits = { min: 16, max: 1_048_576 }

/** A whole number within limits, or an Error that names the field and says what is wrong. */
export function wholeNumber(field: string, value: unknown, limits: { min: number; max: number }): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    throw new Error(`${field}: "${String(value)}" is not a whole number`)
  }
  if (number < limits.min || number > limits.max) {
    throw new Error(`${field}: ${number} is not between ${limits.min} and ${limits.max}`)
  }
  return number
}

/** One of the choices (numbers may arrive as strings), or an Error that names them. */
export function oneOf<T extends string | number>(field: string, value: unknown, choices: readonly T[]): T {
  const choice = choices.find((candidate) => String(candidate) === String(value))
  if (choice === undefined) throw new Error(`${field}: "${String(value)}" is none of ${choices.join(', ')}`)
  return choice
}
