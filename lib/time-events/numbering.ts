// UDP loses datagrams without a word. So a client of ours says now and then how many it has sent, in a mark; the server
// compares that with what came from the same address and port, which no two clients share.
import type { Clock } from '../kit/clock.ts'
import type { Sender } from './transport/receiver.ts'
import type { TimeEvent } from './wire/time-event.ts'

/** ms between two marks of a client that sends */
const markInterval = 1_000
/** clients that are known at a time */
const mostClients = 1_000

const category = 'TELOG'
const step = 'SENT'

/** The event that tells how many datagrams were sent before it, marks not counted. */
export function sentMark(sent: number): { cat: string; seq: string; msg: string } {
  return { cat: category, seq: step, msg: `n=${sent}` }
}

/** How many the mark tells; undefined of any other event. */
export function sentOf({ cat, seq, msg }: TimeEvent): number | undefined {
  if (cat !== category || seq !== step) return undefined
  const [, count] = /^n=(\d{1,15})$/.exec(msg ?? '') ?? []
  return count === undefined ? undefined : Number(count)
}

/**
 * A sender whose datagrams are counted and told: before the first one, each second in which there were more, and when it settles
 * or closes. The last mark is sent once more, a second later or at the end, as it may get lost, too.
 * @param frameOf makes the datagram of a mark
 */
export function numbered(sender: Sender, frameOf: (sent: number) => Buffer, clock: Clock): Sender {
  let sent = 0
  let told: number | undefined
  /** while there is something to tell, or to tell once more */
  let stopTimer: (() => void) | undefined

  function tell(): string | undefined {
    const problem = sender.send(frameOf(sent))
    if (problem === undefined) told = sent
    return problem
  }

  function tellLater(): void {
    stopTimer ??= clock.after(markInterval, () => {
      stopTimer = undefined
      const hasNews = told !== sent
      if (tell() !== undefined || hasNews) tellLater()
    })
  }

  return {
    send(datagram) {
      const problem = (told === undefined ? tell() : undefined) ?? sender.send(datagram)
      if (problem !== undefined) return problem
      sent++
      tellLater()
      return undefined
    },
    settle() {
      if (told !== undefined && told !== sent) tell()
    },
    get pending() {
      return sender.pending
    },
    close() {
      stopTimer?.()
      if (stopTimer) tell()
      sender.close()
    },
  }
}

interface Count {
  /** the client's number of the last mark */
  sent: number
  /** its number where our count begins */
  base: number
  received: number
  lost: number
}

/** What came of what each client sent. What a client sent before its first mark that came is not known. */
export class SentCounts {
  /** by address and port; the one that was silent longest first */
  readonly #clients = new Map<string, Count>()

  /** A datagram came that is no mark. */
  received(endpoint: string): void {
    const known = this.#clients.get(endpoint)
    if (known) known.received++
  }

  /** A mark came: how many were lost that were not told as lost before. */
  marked(endpoint: string, sent: number): number {
    let known = this.#clients.get(endpoint)
    this.#clients.delete(endpoint)
    // a number that falls is of a new client that has the port of an old one
    if (!known || sent < known.sent) known = { sent, base: sent, received: 0, lost: 0 }
    known.sent = sent
    this.#clients.set(endpoint, known)
    if (this.#clients.size > mostClients) this.#clients.delete(this.#clients.keys().next().value!)
    const lost = sent - known.base - known.received
    const more = Math.max(0, lost - known.lost)
    // what comes late, behind its mark, makes up for what is lost next
    known.lost += more
    return more
  }
}
