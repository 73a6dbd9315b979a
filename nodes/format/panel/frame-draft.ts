// What a definition says of whole lines (what they must hold, which make a record, their checksum) as the texts of the
// panel's inputs, and back. What a text does not hold goes into the definition as it is: the check tells it at that input.
import {
  type CheckDefinition,
  type Condition,
  type DecoderKind,
  type FormatDefinition,
  isPacketKind,
  type RecordDefinition,
} from '../../../lib/formats/model/definition.ts'
import { asText, numberOrText, textOrNone, withoutNone } from '../../shared/panel/texts.ts'

/** The inputs by name: a text, or whether a flag is set. */
export type FrameDraft = Record<string, string | boolean>

type Range = readonly [number, number]

export function toFrameDraft({ takes = {}, record, check }: Partial<FormatDefinition>): FrameDraft {
  return {
    word: takes.word === true,
    bytes: showRange(takes.bytes),
    columns: showRange(takes.columns),
    where: showConditions(takes.where),
    checked: takes.checked === true,
    recordStart: record?.start ?? '',
    recordEnd: record?.end ?? '',
    recordLines: asText(record?.maxLines),
    recordSeconds: asText(record?.seconds),
    recordLineEnd: record?.lineEnd === undefined ? '' : showMark(record.lineEnd),
    recordEmptyAfter: asText(record?.emptyAfter),
    checkKind: check?.kind ?? '',
    checkFrom: showMark(check?.from),
    checkTo: showMark(check?.to),
    checkMarks: check?.marks ?? '',
    checkAt: showMark(check?.at),
    checkWritten: check?.written ?? 'hex',
    checkHexed: check?.hexed === true,
    checkEachLine: check?.eachLine === true,
    checkOptional: check?.optional === true,
  }
}

/** The parts of a definition that the inputs describe. */
export function fromFrameDraft(draft: FrameDraft, kind: DecoderKind) {
  const text = (name: string) => String(draft[name] ?? '')
  const flag = (name: string) => draft[name] === true || undefined
  const isPacket = isPacketKind(kind)
  const takes = withoutNone({
    word: isPacket ? undefined : flag('word'),
    bytes: isPacket ? readRange(text('bytes')) : undefined,
    columns: kind === 'columns' ? readRange(text('columns')) : undefined,
    where: readConditions(text('where')),
    checked: flag('checked'),
  })
  const record = withoutNone({
    start: text('recordStart') || undefined,
    end: text('recordEnd') || undefined,
    maxLines: numberOrText(text('recordLines')),
    seconds: numberOrText(text('recordSeconds')),
    lineEnd: readMark(text('recordLineEnd')),
    emptyAfter: numberOrText(text('recordEmptyAfter')),
  })
  const check = withoutNone({
    kind: textOrNone(text('checkKind')),
    from: readMark(text('checkFrom')),
    to: readMark(text('checkTo')),
    marks: textOrNone(text('checkMarks')),
    hexed: flag('checkHexed'),
    at: readMark(text('checkAt')),
    written: text('checkWritten') === 'hex' ? undefined : textOrNone(text('checkWritten')),
    eachLine: flag('checkEachLine'),
    optional: flag('checkOptional'),
  })
  return {
    takes,
    record: Object.keys(record).length > 0 ? (record as unknown as RecordDefinition) : undefined,
    // without a kind the other inputs are not shown
    check: check.kind === undefined ? undefined : (check as unknown as CheckDefinition),
  }
}

/** `4` or `4-7` */
function showRange(range: Range | undefined): string {
  if (!Array.isArray(range)) return asText(range)
  return range[0] === range[1] ? asText(range[0]) : range.join('-')
}

function readRange(text: string): unknown {
  if (text.trim() === '') return undefined
  const match = /^\s*(\d+)\s*(?:[-–…]\s*(\d+)\s*)?$/.exec(text)
  return match ? [Number(match[1]), Number(match[2] ?? match[1])] : [text.trim()]
}

/** `model=A|B, id~^[0-9]+$`; as JSON where that does not say all. */
function showConditions(where: readonly Condition[] | undefined): string {
  if (where === undefined) return ''
  const json = JSON.stringify(where)
  if (!Array.isArray(where)) return json
  const text = where
    .map(({ from, is, matches }) => (is ? `${from}=${is.join('|')}` : `${from}~${matches}`))
    .join(', ')
  return JSON.stringify(readConditions(text)) === json ? text : json
}

function readConditions(text: string): unknown {
  if (text.trim() === '') return undefined
  if (text.trim().startsWith('[')) {
    try {
      return JSON.parse(text)
    } catch {
      // half-typed: the check says what is wrong with the text as it stands
      return text
    }
  }
  return text.split(',').map((each) => {
    const match = /^([^=~]*)([=~])(.*)$/s.exec(each.trim())
    if (!match) return { from: scalarOf(each.trim()) }
    const [, from = '', sign, value = ''] = match
    const place = scalarOf(from.trim())
    return sign === '='
      ? { from: place, is: value.split('|').map(scalarOf) }
      : { from: place, matches: value }
  })
}

/** A number where the text is how one is written; `007` is a text. */
function scalarOf(text: string): string | number {
  return String(Number(text)) === text ? Number(text) : text
}

const names = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\\', '\\\\'],
])

/** A text with escapes, or an offset; a text that looks like an offset stands in quotes. */
function showMark(mark: string | number | undefined): string {
  if (typeof mark !== 'string') return asText(mark)
  const text = [...mark].map((character) => names.get(character) ?? hexOf(character)).join('')
  return /^-?\d+$|^".*"$|^\s|\s$/.test(text) ? `"${text}"` : text
}

function hexOf(character: string): string {
  const code = character.charCodeAt(0)
  return code < 32 || code === 127 ? `\\x${code.toString(16).padStart(2, '0')}` : character
}

function readMark(text: string): string | number | undefined {
  if (text === '') return undefined
  if (/^-?\d+$/.test(text)) return Number(text)
  const quoted = /^"(.*)"$/s.exec(text)?.[1] ?? text
  return quoted.replace(/\\(?:x([0-9a-fA-F]{2})|([tnr\\]))/g, (_, hex?: string, letter?: string) =>
    hex === undefined
      ? ({ t: '\t', n: '\n', r: '\r' }[letter as string] ?? '\\')
      : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
