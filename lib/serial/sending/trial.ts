// Something that a person sends, to see what the device says.
import { errorCode } from '../../kit/errors.ts'
import type { HeardLine } from './answer.ts'
import type { SendQueue } from './send-queue.ts'

/** ms that its lines are waited for */
const trialTime = 3_000
/** lines that are shown at most; with the last of them it ends */
export const mostTrialLines = 200

/**
 * Sends a text as any other, and resolves with the lines that came in the next three seconds. Nothing else is sent
 * meanwhile, so that they are its own. Rejects with a SendError.
 */
export async function sendAndHear(sending: SendQueue, text: string): Promise<HeardLine[]> {
  const lines: HeardLine[] = []
  const collect = (line: HeardLine) => (lines.push(line) < mostTrialLines ? undefined : {})
  try {
    await sending.send({ data: text, answer: collect, timeout: trialTime, abort: false, force: false })
  } catch (error) {
    // the time is over
    if (errorCode(error) !== 'SEND_UNANSWERED') throw error
  }
  return lines
}
