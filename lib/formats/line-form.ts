// What a format makes of a line before its decoder sees it: the lines of a record become one text with a line feed
// between them; the checksum is checked on the bytes as the device sent them.
import { isFrame } from './frames/assembler.ts'
import { Checksum } from './frames/checksum.ts'
import { trimmedLine } from './frames/controls.ts'
import { Frame } from './frames/frame.ts'
import { RecordRule } from './frames/record-rule.ts'
import type { Charset, FormatDefinition } from './model/definition.ts'
import { Failure } from './model/failure.ts'
import { Line } from './model/line.ts'

export interface LineForm {
  /** undefined: each line is by itself */
  readonly rule: RecordRule | undefined
  /** The line as the decoder sees it; undefined where it is none for this format. */
  read(line: Line): Line | undefined
  /** What is wrong with a line that was read, whatever the decoder would say: the last one, as it was given. */
  problem(line: Line): Failure | undefined
}

/** Throws what is wrong with a pattern. @param takesBytes the decoder reads bytes, also those of the checksum */
export function lineForm({ record, check, charset }: FormatDefinition, takesBytes: boolean): LineForm {
  const checksum = check === undefined ? undefined : new Checksum(check)
  if (record !== undefined) return new RecordForm(new RecordRule(record), checksum, charset ?? 'utf-8')
  return checksum === undefined ? plainForm : new CheckedForm(checksum, takesBytes, charset ?? 'utf-8')
}

/** Lines that need nothing done to them: most. */
const plainForm: LineForm = {
  rule: undefined,
  read: (line) => (line.pieces === undefined ? line : undefined),
  problem: () => undefined,
}

/** Lines that carry a checksum. */
class CheckedForm implements LineForm {
  readonly rule = undefined
  readonly #checksum: Checksum
  readonly #takesBytes: boolean
  readonly #charset: Charset
  readonly #frame = new Frame()
  readonly #own = new Line()

  constructor(checksum: Checksum, takesBytes: boolean, charset: Charset) {
    this.#checksum = checksum
    this.#takesBytes = takesBytes
    this.#charset = charset
  }

  read(line: Line): Line | undefined {
    if (line.pieces !== undefined) return undefined
    if (line.text === undefined || this.#takesBytes) return line
    if (this.#checksum.isBinary) {
      this.#frame.set(contentOf(line))
      setBlanked(this.#own, this.#frame, this.#checksum, line.source)
      this.#own.readAs(this.#charset)
      return this.#own
    }
    const text = this.#checksum.without(line.text)
    if (text === line.text) return line
    this.#own.set(text, line.source)
    this.#own.broken = line.isUnreadable
    return this.#own
  }

  problem(line: Line): Failure | undefined {
    if (line.text === undefined) return undefined
    this.#frame.set(contentOf(line))
    return this.#checksum.verify(this.#frame)
  }
}

/** Lines that were put together, and frames of the port that have several lines. */
class RecordForm implements LineForm {
  readonly rule: RecordRule
  readonly #checksum: Checksum | undefined
  readonly #frame = new Frame()
  readonly #own = new Line()
  readonly #charset: Charset
  #problem: Failure | undefined

  constructor(rule: RecordRule, checksum: Checksum | undefined, charset: Charset) {
    this.rule = rule
    this.#checksum = checksum
    this.#charset = charset
  }

  read(line: Line): Line | undefined {
    const lines = line.pieces?.map(textOf) ?? linesOf(line)
    if (lines === undefined || !this.rule.starts(lines[0] ?? '')) return undefined
    const last = lines.at(-1) ?? ''
    const { ends } = this.rule
    const isEnded = ends === undefined || (line.pieces === undefined ? endsOf(line, last) : [last]).some(ends)
    this.#problem = isEnded
      ? undefined
      : new Failure(`found ${lines.length} lines and no end, expected it in the last`, 'record')
    const areTexts = line.pieces?.every((piece) => typeof piece === 'string') ?? !line.broken
    if (this.#checksum !== undefined || !areTexts) this.#fill(line)
    if (this.#checksum !== undefined) this.#problem ??= this.#checksum.verify(this.#frame)
    if (areTexts && this.#checksum?.isBinary !== true) this.#own.set(joined(lines), line.source)
    else this.#setBytes(line.source)
    return this.#own
  }

  problem(): Failure | undefined {
    return this.#problem
  }

  #fill(line: Line): void {
    if (line.pieces === undefined) this.#frame.set(contentOf(line))
    else this.#frame.join(line.pieces, this.rule.lineEnd, this.rule.emptyAfter)
  }

  #setBytes(source: string): void {
    const own = this.#own
    setBlanked(own, this.#frame, this.#checksum, source)
    own.readAs(this.#charset)
    const { isUnreadable } = own
    own.set(joined(splitLines(own.text ?? '')), source)
    own.broken = isUnreadable
  }
}

const lineEnds = /\r?\n|\r/
const latin1 = new TextDecoder('latin1')

/** The lines of a frame; undefined where it is a single line. */
function linesOf(line: Line): string[] | undefined {
  return line.text !== undefined && isFrame(line.text) ? splitLines(wholeText(line)) : undefined
}

/**
 * A frame from its last line on, to its very end, and each line of that: what marks the end may stand behind that line,
 * and may be nothing but control characters (ETX and a checksum).
 */
function endsOf(line: Line, last: string): string[] {
  const text = wholeText(line)
  const end = text.slice(text.lastIndexOf(last))
  return [end, ...end.split(lineEnds)]
}

function wholeText(line: Line): string {
  return line.broken ? latin1.decode(line.bytes()) : (line.text ?? '')
}

/** What the device sent. */
function contentOf(line: Line): string | Uint8Array {
  return (line.broken ? line.bytes() : line.text) ?? ''
}

/** The lines of a text, without empty ones before the first and behind the last. */
function splitLines(text: string): string[] {
  const lines = text.split(lineEnds)
  const isFilled = (line: string) => trimmedLine(line) !== ''
  return lines.slice(Math.max(0, lines.findIndex(isFilled)), lines.findLastIndex(isFilled) + 1)
}

function joined(lines: readonly string[]): string {
  return lines.map(trimmedLine).join('\n')
}

function textOf(piece: string | Uint8Array): string {
  return typeof piece === 'string' ? piece : latin1.decode(piece)
}

/** The bytes as a line, without those of the checksum, which need be no text. */
function setBlanked(own: Line, frame: Frame, checksum: Checksum | undefined, source: string): void {
  checksum?.blank(frame)
  own.set(frame.bytes.slice(0, frame.length), source)
}
