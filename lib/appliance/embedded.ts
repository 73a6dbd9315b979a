// Keeps the embedded broker's port: where another program has it, logging goes on and we try again.
import { inBackground } from '../kit/background.ts'
import { type Clock, systemClock } from '../kit/clock.ts'
import { asError, errorCode } from '../kit/errors.ts'

export interface RunningBroker {
  url: string
  stop(): Promise<void>
}

export interface KeepBrokerOptions {
  port: number
  /** starts a broker on 127.0.0.1; rejects with EADDRINUSE where the port is taken */
  start(port: number): Promise<RunningBroker>
  log(text: string): void
  /** milliseconds between attempts */
  pause: number
  clock?: Clock
}

export interface KeptBroker {
  /** where it listens or, while the port is taken, will listen */
  url: string
  /** false while another program has the port */
  running: boolean
  stop(): Promise<void>
}

/** Resolves after the first attempt, whether the port was free or not. */
export async function keepBroker(options: KeepBrokerOptions): Promise<KeptBroker> {
  const { port, log, clock = systemClock } = options
  let broker: RunningBroker | undefined
  let stopTimer = () => {}
  let stopped = false

  const attempt = async (first: boolean): Promise<void> => {
    try {
      broker = await options.start(port)
      kept.url = broker.url
      kept.running = true
      if (stopped) await broker.stop()
      else if (!first) log(`the port is free now: the embedded broker runs at ${broker.url}`)
    } catch (error) {
      if (first) log(complaint(port, error, options.pause))
      if (!stopped) stopTimer = clock.after(options.pause, () => inBackground(attempt(false)))
    }
  }
  const kept: KeptBroker = {
    url: `mqtt://127.0.0.1:${port}`,
    running: false,
    async stop() {
      stopped = true
      stopTimer()
      await broker?.stop()
    },
  }
  await attempt(true)
  return kept
}

function complaint(port: number, error: unknown, pause: number): string {
  const again = `logging goes on, trying again every ${pause / 1000} s`
  if (errorCode(error) !== 'EADDRINUSE') {
    return `the embedded broker cannot start (${asError(error).message}); ${again}`
  }
  return (
    `the MQTT port 127.0.0.1:${port} is taken by another program; ${again}. ` +
    `If that program is your broker, set FIELDLOG_MQTT=mqtt://127.0.0.1:${port}; else choose another FIELDLOG_MQTT_PORT`
  )
}
