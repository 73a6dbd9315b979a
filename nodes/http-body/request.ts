// A message of an `http in` node: what of it is a request, and how its answer goes back.
import type { IncomingMessage } from 'node:http'
import type { NodeMessage } from 'node-red'
import type { Answer, EventRequest } from '../../lib/http/receiver.ts'

/** Express's response, as far as it is needed. */
interface Response {
  headersSent: boolean
  status(code: number): Response
  set(headers: object): Response
  json(body: unknown): void
}

export interface RequestMessage extends NodeMessage {
  req?: IncomingMessage
  /** Node-RED's wrapper of the response */
  res?: { _res?: Response }
}

/** The request that a message carries; undefined where it has none. */
export function requestOf({ req, payload }: RequestMessage): EventRequest | undefined {
  if (!req) return undefined
  const { headers } = req
  if (Buffer.isBuffer(payload)) return { headers, body: payload }
  if (!req.readableEnded) return { headers, body: req }
  // somebody has read and parsed it
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload ?? '')
  return { headers: { ...headers, 'content-encoding': undefined }, body: Buffer.from(text) }
}

/** The message for an `http response` node. */
export function answerMessage(message: RequestMessage, { status, headers, body }: Answer): RequestMessage {
  return Object.assign(message, { payload: body, statusCode: status, headers: { ...headers } })
}

/** Answers without the flow, which is about to end. */
export function answerDirectly({ res }: RequestMessage, { status, headers, body }: Answer): void {
  if (res?._res && !res._res.headersSent) res._res.status(status).set(headers).json(body)
}
