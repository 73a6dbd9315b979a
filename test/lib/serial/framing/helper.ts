// Framers as a port makes them, and what they cut out of some bytes.
import type { Cut } from '../../../../lib/event.ts'
import { defaultsOf, readOptions } from '../../../../lib/options/options.ts'
import { createFramer } from '../../../../lib/serial/framing/create-framer.ts'
import type { Frame } from '../../../../lib/serial/framing/frame.ts'
import {
  type FramingSettings,
  framingFields,
  type LineSettings,
} from '../../../../lib/serial/framing/settings.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

export function lineSettings(
  framing: Partial<FramingSettings>,
  maxLine = 64,
  emptyLines = false,
): LineSettings {
  return {
    maxLine,
    emptyLines,
    framing: readOptions(framingFields, { ...defaultsOf(framingFields), ...framing }),
  }
}

/** A framer with what it gave out so far. */
export function madeFramer(settings: LineSettings) {
  const clock = new FakeClock()
  const frames: Frame[] = []
  const found: string[] = []
  const framer = createFramer(settings, clock, {
    frame: (frame) => frames.push(frame),
    found: (lineEnd) => found.push(lineEnd),
  })
  return { clock, frames, found, framer }
}

/** Text or hex of a payload with its mark: `one`, `hex:ff00`, `start:ne`. */
export function shown({ payload, cut }: { payload: string | Buffer; cut: Cut | undefined }): string {
  const text = typeof payload === 'string' ? payload : `hex:${payload.toString('hex')}`
  return cut === undefined ? text : `${cut}:${text}`
}

/** Pushes bytes in chunks of `size`, at 1, 2, 3 … ms. */
export function pushAll(
  framer: Pick<ReturnType<typeof createFramer>, 'push'>,
  bytes: Buffer,
  size = 1000,
): void {
  for (let at = 0, time = 1; at < bytes.length; at += size, time++)
    framer.push(bytes.subarray(at, at + size), time)
}

/** What the framer makes of bytes whose beginning is whole, in chunks of a size, and a pause of `rest` ms behind them. */
export function cut(
  framing: Partial<FramingSettings>,
  bytes: string | Buffer,
  { size = 1000, rest = 0, maxLine = 64, isWhole = true } = {},
): string[] {
  const { framer, frames, clock } = madeFramer(lineSettings(framing, maxLine))
  framer.begin(isWhole)
  pushAll(framer, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, size)
  clock.tick(rest)
  return frames.map(shown)
}
