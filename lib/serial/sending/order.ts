// What a message asks a port to send.
import { type AnswerTest, readAnswer } from './answer.ts'
import { SendError } from './send-error.ts'

export interface Order {
  /** a text, to which the port adds its line end, or bytes as they are */
  data: string | Buffer
  /** the line that is waited for; without it the order has ended when the system has taken the bytes */
  answer?: AnswerTest
  /** ms for the answer, from the moment when the bytes were taken */
  timeout: number
  /** it may be sent while a replay runs, which it aborts */
  abort: boolean
  /** it may be sent although it destroys or changes something in the collector */
  force: boolean
}

export const defaultTimeout = 5_000
/** ms */
const timeouts = { min: 1, max: 600_000 }
/** bytes of one order */
export const longestOrder = 65_536

/** The order of a message: `payload`, `answer`, `timeout`, `abort`, `force`. @throws SendError */
export function readOrder(message: object): Order {
  const { payload, answer, timeout, abort, force } = message as Record<string, unknown>
  const order: Order = {
    data: readData(payload),
    timeout: readTimeout(timeout),
    abort: abort === true,
    force: force === true,
  }
  const test = readAnswer(answer)
  if (test) order.answer = test
  return order
}

function readData(payload: unknown): string | Buffer {
  const data = dataOf(payload)
  if (data === undefined) {
    const hint = 'give a string, a number or a Buffer; a template or function node makes one of anything else'
    throw new SendError('SEND_INVALID', `msg.payload is ${kindOf(payload)} and cannot be sent: ${hint}`)
  }
  if (Buffer.byteLength(data) > longestOrder) {
    const most = longestOrder.toLocaleString('en')
    throw new SendError('SEND_INVALID', `msg.payload has over ${most} bytes: send it in parts`)
  }
  return data
}

/** Numbers are sent as text. */
function dataOf(payload: unknown): string | Buffer | undefined {
  if (typeof payload === 'string') return payload
  if (typeof payload === 'number') return String(payload)
  // a copy: the sender's own may be changed while it waits
  return payload instanceof Uint8Array ? Buffer.from(payload) : undefined
}

function readTimeout(timeout: unknown): number {
  if (timeout === undefined || timeout === null || timeout === '') return defaultTimeout
  const ms = typeof timeout === 'string' ? Number(timeout) : timeout
  if (typeof ms === 'number' && ms >= timeouts.min && ms <= timeouts.max) return ms
  const range = `from ${timeouts.min} to ${timeouts.max}`
  throw new SendError(
    'SEND_INVALID',
    `msg.timeout is no time limit: give a number of milliseconds ${range}, or leave it out for ${defaultTimeout}`,
  )
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
