// How a port cuts what a device sends.
import { lineSettings, madeFramer } from '../../lib/serial/framing/helper.ts'
import type { Device } from './device.ts'

/** The frames, as they go into the flow. */
export function payloadsOf({ framing = {}, sent, isCutIn }: Device): Array<string | Buffer> {
  const { framer, frames, clock } = madeFramer(lineSettings(framing, 65_536))
  framer.begin(isCutIn !== true)
  framer.push(Buffer.from(sent, 'latin1'), 0)
  // lines that end in CR alone are known by a pause
  clock.tick(5_000)
  return frames.map(({ payload }) => payload)
}

/** The same as bytes in Latin-1. */
export function framesOf(device: Device): string[] {
  return payloadsOf(device).map((payload) => Buffer.from(payload as Buffer).toString('latin1'))
}
