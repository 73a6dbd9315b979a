// A send queue whose device is written by hand.
import type { HeardLine } from '../../../../lib/serial/sending/answer.ts'
import { type Order, readOrder } from '../../../../lib/serial/sending/order.ts'
import { type SendPort, SendQueue } from '../../../../lib/serial/sending/send-queue.ts'
import {
  defaultSendSettings,
  endOf,
  isJeelink,
  type SendSettings,
} from '../../../../lib/serial/sending/settings.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

interface Write {
  text: string
  taken(): void
  fails(error: Error): void
}

/** Takes what the queue writes: at once, or, where it is slow, when the test says so. */
class FakePort implements SendPort {
  written: string[] = []
  /** writes that have not ended */
  pending: Write[] = []
  isSlow = false
  isBusy: string | undefined
  failures: string[] = []

  write(data: Buffer): Promise<void> {
    const text = data.toString('latin1')
    this.written.push(text)
    if (!this.isSlow) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const ended = (end: () => void) => () => {
        this.pending = this.pending.filter((write) => write !== entry)
        end()
      }
      const entry: Write = { text, taken: ended(resolve), fails: (error) => ended(() => reject(error))() }
      this.pending.push(entry)
    })
  }

  busy(): string | undefined {
    return this.isBusy
  }

  isJeelink(settings: SendSettings): boolean {
    return isJeelink(settings, false)
  }

  lineEnd(settings: SendSettings, isJeelink: boolean): string {
    return endOf(settings, isJeelink, 'auto', undefined)
  }

  failed(error: Error): void {
    this.failures.push(error.message)
  }
}

export function madeQueue(settings: Partial<SendSettings> = {}) {
  const clock = new FakeClock()
  const port = new FakePort()
  const queue = new SendQueue(clock, port)
  queue.configure({ ...defaultSendSettings, ...settings }, '/dev/fake')
  const ends: string[] = []
  /** Sends a message, and notes how it ends: `taken`, the answer, or the code of the error. */
  const send = (payload: unknown, more: object = {}, sender?: object): void => {
    const name = String(payload)
    queue.send(readOrder({ payload, ...more }), sender).then(
      (answered) => ends.push(`${name}: ${answered ? String(answered.line.payload) : 'taken'}`),
      (error: { code: string }) => ends.push(`${name}: ${error.code}`),
    )
  }
  return { clock, port, queue, ends, send, hear: (payload: string) => queue.heard({ payload }) }
}

/** The error with which an order ends at once or, where time has to pass, when it has passed. */
export async function errorOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('it did not fail')
}

export const order = (payload: unknown, more: object = {}): Order => readOrder({ payload, ...more })
export const line = (payload: string | Buffer, framed?: HeardLine['framed']): HeardLine =>
  framed ? { payload, framed } : { payload }
