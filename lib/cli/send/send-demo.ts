import { type Clock, systemClock } from '../../kit/clock.ts'
import { EvClient } from '../../time-events/ev-client.ts'
import { machineMonotonic } from '../../time-events/wire/monotonic.ts'
import { type Command, CommandError } from '../command.ts'
import { counted } from '../text.ts'
import { type DemoEvent, demoBoot } from './demo-boot.ts'
import { deliveryLimit, transportOption } from './send-event.ts'

/** @param clock by which it waits between the events */
export function sendDemo(clock: Clock = systemClock): Command {
  return {
    args: '',
    about:
      'Sends the time events of a boot, as nine processes of a small router would: 40 in 6 seconds, a DHCP lease of 3.4 s among\n' +
      'them. It shows what a flow makes of time events. The exit status is 1 where not all of them were taken.',
    options: { transport: transportOption },
    count: { min: 0, max: 0 },

    async run(_args, { transport, json }, { out, signal }) {
      const clients = new Clients(typeof transport === 'string' ? transport : undefined)
      try {
        const begin = clock.monotonic()
        const boot = machineMonotonic()
        for (const demo of demoBoot) {
          await waitUntil(begin + demo.at, clock, signal)
          if (signal.aborted) break
          await clients.send(demo, boot + demo.at)
        }
        const sent = await clients.flush()
        const seconds = Number(((clock.monotonic() - begin) / 1000).toFixed(1))
        await out(
          json === true
            ? `${JSON.stringify({ sent, seconds, transport: clients.way })}\n`
            : `${counted(sent, 'event')} sent in ${seconds.toFixed(1)} s by ${clients.way}\n`,
        )
        return sent === demoBoot.length ? 0 : 1
      } finally {
        clients.close()
      }
    },
  }
}

/** A client for each process of the demo. */
class Clients {
  readonly #transport: string | undefined
  readonly #bySource = new Map<string, EvClient>()
  #isTaken = false

  constructor(transport: string | undefined) {
    this.#transport = transport
  }

  /** `queue:/telog.mq` … */
  get way(): string {
    const [first] = this.#bySource.values()
    return first?.stats.transport ?? 'no queue and no socket'
  }

  /** Throws where nobody takes the first event. */
  async send({ source, event }: DemoEvent, time: number): Promise<void> {
    const client = this.#bySource.get(source) ?? this.#open(source)
    client.send({ ...event, time })
    if (!this.#isTaken && !(await client.flush(deliveryLimit))) {
      throw new CommandError(`nobody took the first event (${this.way}): is a server of time events running?`)
    }
    this.#isTaken = true
  }

  /** Resolves with how many events were taken. */
  async flush(): Promise<number> {
    const clients = [...this.#bySource.values()]
    await Promise.all(clients.map((client) => client.flush(deliveryLimit)))
    return clients.reduce((sum, { stats }) => sum + stats.sent, 0)
  }

  close(): void {
    for (const client of this.#bySource.values()) client.close()
  }

  #open(source: string): EvClient {
    const client = new EvClient({ name: source, ...(this.#transport && { transport: this.#transport }) })
    client.connect()
    this.#bySource.set(source, client)
    return client
  }
}

/** Resolves at a moment of the clock's monotonic time, or when the signal comes. */
function waitUntil(moment: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const left = moment - clock.monotonic()
  if (left <= 0 || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      stopTimer()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const stopTimer = clock.after(left, end)
    signal.addEventListener('abort', end)
  })
}
