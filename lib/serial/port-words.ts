// What a port says of lines that could not be kept or do not end, and the limits that the sentences name.
import { noEndAfter } from './framing/no-end.ts'
import type { LoanReason } from './port-interface.ts'

/** Lines that wait while the flow runs; reading pauses beyond where that loses nothing, and goes on at a quarter of it. */
export const waitingLimits = { count: 2_000, bytes: 4 * 1024 * 1024 }
/** Lines held during a deploy, or waiting where a pause would lose them. */
export const heldLimits = { count: 10_000, bytes: 16 * 1024 * 1024 }

/** Why a port lends its device while a panel looks for its speed. */
export const speedLoan: LoanReason = {
  why: 'its speed is looked for',
  lost: 'what the device sent meanwhile was logged only as long as it was listened to at its own speed',
}

/** … and while a panel listens to it with other settings. */
export function listenLoan(speed: string): LoanReason {
  return { why: `a panel listens to it at ${speed}`, lost: 'what the device sent meanwhile was not logged' }
}

const mostHeld = `${heldLimits.count.toLocaleString('en')} lines or ${heldLimits.bytes / 2 ** 20} MiB`

export function droppedText(count: number): string {
  return `${count.toLocaleString('en')} lines dropped during the deploy: at most ${mostHeld} are held`
}

export function floodText(count: number): string {
  return `${count.toLocaleString('en')} lines dropped: they come faster than the flow takes them, and ${mostHeld} wait already. Set flow control if the device has it`
}

export function renamedText(name: string, was: string): string {
  return `the log calls this source ${name} from now on, and no longer ${was}: names of devices, series in the store and rules that go by the source begin anew. To go on as before, set the port's name in the log to ${was}`
}

export function noEndText(source: string): string {
  return `bytes come from ${source}, but no line has ended for ${noEndAfter / 1000} seconds`
}

export function longLineText(source: string, bytes: number): string {
  return `a line from ${source} is over ${bytes.toLocaleString('en')} bytes: it is given out in pieces of that size`
}
