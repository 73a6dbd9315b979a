// What a host types: numbers with commas between them, then a letter. No line end is needed.

export interface Command {
  readonly letter: string
  /** the line that the device answers with */
  readonly echo: string
  /** six numbers; those that were not given are of earlier commands */
  readonly values: readonly number[]
}

/** Letters that erase the log, cut the power, or write the settings. Nobody may send them for a catch-up. */
export const dangerous: ReadonlySet<string> = new Set('ewzibgocqx')

export class CommandReader {
  readonly #values = [0, 0, 0, 0, 0, 0]
  #given: number[] = []
  #digits = ''

  /** The command that this byte completes. */
  read(byte: number): Command | undefined {
    const char = String.fromCharCode(byte)
    if (/\d/.test(char)) this.#digits += char
    else if (char === ',') this.#endNumber()
    else if (/[a-z]/.test(char)) return this.#endCommand(char)
    return undefined
  }

  #endCommand(letter: string): Command {
    if (this.#digits !== '' || this.#given.length > 0) this.#endNumber()
    const given = this.#given
    this.#given = []
    for (const [place, value] of given.slice(0, this.#values.length).entries()) this.#values[place] = value
    return { letter, echo: `> ${given.join(',')}${letter}`, values: [...this.#values] }
  }

  /** Numbers over 255 are cut to 8 bits; one without digits is 0. */
  #endNumber(): void {
    const eightBits = BigInt.asUintN(8, BigInt(this.#digits || '0'))
    this.#given.push(Number(eightBits))
    this.#digits = ''
  }
}
