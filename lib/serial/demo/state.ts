// What the demo collector needs to go on after the gateway was away. It stands in page 0 of its chip, which is none of the
// log's, as JSON.
import { type Chip, pageSize } from './chip.ts'
import type { ReceiverState } from './receiver.ts'

export interface CollectorState extends ReceiverState {
  /** what was on the air up to this moment (ms since 1970) is on the chip, or lost; what came later is to be heard again */
  heardUntil: number
}

const statePage = 0

/** Undefined of a chip that is new, or of another program. */
export function readState(chip: Chip): CollectorState | undefined {
  const bytes = chip.read(statePage)
  const end = bytes.indexOf(0xff)
  let state: Partial<CollectorState> | null
  try {
    state = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end === -1 ? pageSize : end)))
  } catch {
    return undefined
  }
  const { booted, lastPage, seq, heardUntil } = state ?? {}
  if (!isWhole(booted) || !isWhole(lastPage) || !isWhole(seq) || !isWhole(heardUntil)) return undefined
  return { booted, lastPage, seq, heardUntil }
}

export function writeState(chip: Chip, { booted, lastPage, seq, heardUntil }: CollectorState): void {
  const text = new TextEncoder().encode(JSON.stringify({ booted, lastPage, seq, heardUntil }))
  const bytes = new Uint8Array(pageSize).fill(0xff)
  bytes.set(text)
  chip.write(statePage, bytes)
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
