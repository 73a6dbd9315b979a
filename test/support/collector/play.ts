// Drives a model in tests that do not care for the time that lines take.
import type { CollectorModel } from './model.ts'
import type { Printed } from './schedule.ts'

/** Everything that it says until it has nothing left to do. */
export function finish(model: CollectorModel): Printed[] {
  const printed: Printed[] = []
  for (let next = model.next; next !== undefined; next = model.next) printed.push(...model.advance(next))
  return printed
}

/** The texts of packets and of the flash: no banner, no help, no echo. */
export function essential(lines: readonly Printed[]): string[] {
  return lines.map(({ text }) => text).filter((text) => /^(OK|R|r:|DF) /.test(text))
}

/** The command that asks for all that came after a marker. */
export function replayCommand(seq: number, t: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUInt16BE(seq)
  bytes.writeInt32BE(t, 2)
  return Buffer.from(`${[...bytes].join(',')}r`)
}
