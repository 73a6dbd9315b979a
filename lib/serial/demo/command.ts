// What the computer sends to the demo collector: numbers with commas between them, then a letter.

export interface Command {
  letter: string
  /** the line that the device answers with */
  echo: string
  /** six of them: what was not given is as it was in an earlier command */
  values: readonly number[]
}

const kept = 6

export class CommandReader {
  readonly #values = new Array<number>(kept).fill(0)
  #given: number[] = []
  #value = 0
  #hasDigits = false

  /** The command that this character completes. */
  read(character: string): Command | undefined {
    if (/\d/.test(character)) {
      // a number has eight bits
      this.#value = (this.#value * 10 + Number(character)) & 0xff
      this.#hasDigits = true
    } else if (character === ',') this.#endNumber()
    else if (/[a-z]/.test(character)) return this.#complete(character)
    return undefined
  }

  #complete(letter: string): Command {
    if (this.#hasDigits || this.#given.length > 0) this.#endNumber()
    const given = this.#given
    this.#given = []
    for (const [place, value] of given.slice(0, kept).entries()) this.#values[place] = value
    return { letter, echo: `> ${given.join(',')}${letter}`, values: [...this.#values] }
  }

  #endNumber(): void {
    this.#given.push(this.#value)
    this.#value = 0
    this.#hasDigits = false
  }
}
