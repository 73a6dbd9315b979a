// The framer for a port's settings.
import type { Clock } from '../../kit/clock.ts'
import { parseBytes } from './bytes-text.ts'
import type { Cutter } from './cutter.ts'
import { cobsCutter, DelimiterCutter, SilenceCutter, slipCutter } from './delimited.ts'
import type { Framer, FramerListener } from './frame.ts'
import { LineFramer } from './line-framer.ts'
import { MarkedCutter } from './marked.ts'
import { PatternCutter } from './pattern.ts'
import type { FramingKind, FramingSettings, LineSettings } from './settings.ts'
import { lengthField, SizedCutter } from './sized.ts'
import { StreamFramer } from './stream-framer.ts'

export function createFramer(settings: LineSettings, clock: Clock, listener: FramerListener): Framer {
  const { framing, maxLine, emptyLines } = settings
  if (framing.framing === 'auto') return new LineFramer(settings, clock, listener)
  // a length that the user has set is the limit of itself
  const limit = framing.framing === 'fixed' ? Math.max(maxLine, framing.frameSize) : maxLine
  // a frame of these codes may begin with what ends one
  const isCode = framing.framing === 'slip' || framing.framing === 'cobs'
  const empty = emptyLines ? 'all' : isCode ? 'none' : 'cut'
  return new StreamFramer(cutters[framing.framing](framing, limit), limit, empty, clock, listener)
}

type MakeCutter = (settings: FramingSettings, limit: number) => Cutter

const cutters: Readonly<Record<Exclude<FramingKind, 'auto'>, MakeCutter>> = {
  lf: () => new DelimiterCutter(Buffer.from('\n')),
  crlf: () => new DelimiterCutter(Buffer.from('\r\n')),
  cr: () => new DelimiterCutter(Buffer.from('\r')),
  delimiter: ({ delimiter }) => new DelimiterCutter(bytesOf(delimiter)),
  marks: ({ frameStart, frameEnd, frameAfter, keepMarks }, limit) =>
    new MarkedCutter(
      { start: bytesOf(frameStart), end: bytesOf(frameEnd), after: frameAfter, keep: keepMarks },
      limit,
    ),
  fixed: ({ frameSize, frameSync }, limit) => new SizedCutter(bytesOf(frameSync), limit, () => frameSize),
  length: ({ frameSync, lengthOffset, lengthSize, lengthOrder, lengthCounts, lengthExtra }, limit) =>
    new SizedCutter(
      bytesOf(frameSync),
      limit,
      lengthField(
        {
          offset: lengthOffset,
          size: lengthSize,
          order: lengthOrder,
          counts: lengthCounts,
          extra: lengthExtra,
        },
        limit,
      ),
    ),
  silence: ({ silence }) => new SilenceCutter(silence),
  slip: (_settings, limit) => slipCutter(limit),
  cobs: (_settings, limit) => cobsCutter(limit),
  pattern: ({ framePattern }) => new PatternCutter(framePattern),
}

function bytesOf(text: string): Buffer {
  return Buffer.from(parseBytes(text))
}
