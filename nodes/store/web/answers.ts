// Answers of the interface in HTTP: JSON with what caches need, and errors as docs/history.md says.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { asError, errorCode } from '../../../lib/kit/errors.ts'
import type { Waiting } from '../../../lib/pages/live-feed.ts'

/** What Express adds. */
export interface ApiRequest extends IncomingMessage {
  query: Record<string, unknown>
}

const zip = promisify(gzip)

/** bytes below which zipping is not worth it */
const fewBytes = 2_000
/** seconds after which one asks again where nothing says how long it takes */
const usualWait = 2
const longestWait = 60

/** What every answer says to those between it and the one who asked. */
export function setCommonHeaders(response: ServerResponse, type: string, cacheControl = 'no-store'): void {
  // Node-RED 4.1 lets the pages of any site read what its admin API answers
  response.removeHeader('access-control-allow-origin')
  response.setHeader('content-type', type)
  response.setHeader('cache-control', cacheControl)
  response.setHeader('x-content-type-options', 'nosniff')
}

const json = 'application/json; charset=utf-8'

/** @param etag where the answer stays the same */
export async function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
  etag?: string,
): Promise<void> {
  setCommonHeaders(response, json, etag === undefined ? 'no-store' : 'private, no-cache')
  response.setHeader('vary', 'Accept-Encoding, Authorization')
  if (etag !== undefined) {
    response.setHeader('etag', etag)
    const known = request.headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''))
    if (known?.includes(etag)) {
      response.writeHead(304).end()
      return
    }
  }
  const zips = body.length >= fewBytes && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  // quickly: the network is near
  const bytes = zips ? await zip(body, { level: 3 }) : Buffer.from(body)
  if (zips) response.setHeader('content-encoding', 'gzip')
  response.setHeader('content-length', bytes.length)
  response.writeHead(200).end(request.method === 'HEAD' ? undefined : bytes)
}

export function sendWaiting(response: ServerResponse, waiting: Waiting): void {
  const seconds = Math.min(longestWait, Math.max(1, Math.ceil(waiting.left ?? usualWait)))
  refuse(response, 503, waiting, seconds)
}

/** What became of a question that was not answered. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const says = { error: asError(error).message }
  const code = errorCode(error)
  if (code === 'QUERY') refuse(response, 400, says)
  else if (code === 'NO_STORE') sendWaiting(response, { waiting: 'start', done: 0, left: null })
  else if (code === 'TOO_LONG') refuse(response, 503, says, usualWait)
  else refuse(response, 500, says)
}

/** @param wait seconds after which it is worth asking again */
export function refuse(
  response: ServerResponse,
  status: 400 | 404 | 500 | 503,
  body: object,
  wait?: number,
): void {
  if (wait !== undefined) response.setHeader('retry-after', wait)
  setCommonHeaders(response, json)
  response.writeHead(status).end(JSON.stringify(body))
}
