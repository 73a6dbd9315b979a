// How a port's bytes become frames, as the user sets it: each setting once, for the runtime and the editor's panel.
import { choice, flag, text, wholeNumber } from '../../options/fields.ts'
import type { Settings } from '../../options/options.ts'
import { compilePattern } from '../../options/pattern.ts'
import { bytesProblem } from './bytes-text.ts'

const framingKinds = [
  'auto',
  'lf',
  'crlf',
  'cr',
  'delimiter',
  'marks',
  'fixed',
  'length',
  'silence',
  'slip',
  'cobs',
  'pattern',
] as const

export type FramingKind = (typeof framingKinds)[number]

/** A longer frame is given out in pieces of this size. */
export const maxLine = wholeNumber({
  title: 'longest line',
  unit: 'bytes',
  min: 16,
  max: 1_048_576,
  default: 65_536,
  env: true,
})

/** Of each kind only some have a meaning: `framingInputs`. */
export const framingFields = {
  framing: choice(framingKinds, {
    title: 'frames',
    description: 'How the bytes are cut: at line ends (found automatically), or as another kind.',
    default: 'auto',
  }),
  delimiter: text({
    title: 'delimiter',
    description: 'The bytes between two frames, with escapes.',
    default: ';',
    problem: bytesProblem,
  }),
  frameStart: text({
    title: 'start',
    description: 'The bytes that a frame begins with, with escapes.',
    default: '\\x02',
    problem: bytesProblem,
  }),
  frameEnd: text({
    title: 'end',
    description: 'The bytes that a frame ends with, with escapes.',
    default: '\\x03',
    problem: bytesProblem,
  }),
  frameAfter: wholeNumber({
    title: 'after the end',
    description:
      'So many bytes behind the end belong to the frame (a checksum), fewer where the line ends before.',
    unit: 'bytes',
    min: 0,
    max: 64,
    default: 0,
  }),
  keepMarks: flag({
    title: 'keep the marks',
    description: 'Start and end are part of what is logged.',
    default: true,
  }),
  frameSize: wholeNumber({ title: 'length', unit: 'bytes', min: 1, max: 65_536, default: 12 }),
  frameSync: text({
    title: 'begins with',
    description: 'Bytes that each frame begins with, with escapes; nothing where there are none.',
    problem: bytesProblem,
  }),
  lengthOffset: wholeNumber({
    title: 'bytes before the length',
    unit: 'bytes',
    min: 0,
    max: 255,
    default: 2,
  }),
  lengthSize: choice([1, 2, 3, 4], { title: 'size of the length', default: 2 }),
  lengthOrder: choice(['big', 'little'], { title: 'order of its bytes', default: 'big' }),
  lengthCounts: choice(['rest', 'all'], {
    title: 'it counts',
    description: 'The bytes behind it, or all bytes of the frame.',
    default: 'rest',
  }),
  lengthExtra: wholeNumber({
    title: 'not counted',
    description: 'Bytes at the end of the frame that the length leaves out.',
    unit: 'bytes',
    min: 0,
    max: 255,
    default: 0,
  }),
  silence: wholeNumber({ title: 'pause', unit: 'ms', min: 2, max: 60_000, default: 100 }),
  framePattern: text({
    title: 'pattern',
    description:
      "A regular expression (RE2) that finds what stands between two frames; bytes are written as '\\xNN'.",
    default: '[\\r\\n]+',
    problem: patternProblem,
  }),
}

export type FramingSettings = Settings<typeof framingFields>

/** The inputs that a kind has beside its name. */
export const framingInputs: Readonly<Record<FramingKind, ReadonlyArray<keyof FramingSettings>>> = {
  auto: [],
  lf: [],
  crlf: [],
  cr: [],
  delimiter: ['delimiter'],
  marks: ['frameStart', 'frameEnd', 'frameAfter', 'keepMarks'],
  fixed: ['frameSize', 'frameSync'],
  length: ['frameSync', 'lengthOffset', 'lengthSize', 'lengthOrder', 'lengthCounts', 'lengthExtra'],
  silence: ['silence'],
  slip: [],
  cobs: [],
  pattern: ['framePattern'],
}

/** How bytes become lines. */
export interface LineSettings {
  /** bytes; a longer frame is given out in pieces of this size. 16 … 1,048,576 */
  maxLine: number
  /** give out frames of no bytes, too; else they are only counted */
  emptyLines: boolean
  framing: FramingSettings
}

function patternProblem(pattern: string): string | undefined {
  const foreign = /[^\x20-\x7e]/u.exec(pattern)
  if (foreign) return `the pattern has "${foreign[0]}": it looks at bytes, so write such a character as \\xNN`
  try {
    return compilePattern(pattern).matcher('').matches() ? 'the pattern finds an empty text, too' : undefined
  } catch (error) {
    return `the pattern cannot be used: ${(error as Error).message}`
  }
}
