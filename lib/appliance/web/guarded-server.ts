// An HTTP server whose guard stands before every listener. Express middleware would not do: socket servers
// of dashboards take the `request` listeners off and put their own in front, and upgrades never reach Express.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { ConnectionQueue } from './connection-queue.ts'
import { securityHeaders } from './headers.ts'
import { isNormalTarget, pathOf } from './target.ts'

/** A denial to answer with; `own`: only for the listener the server was made with; `all`: for whoever listens. */
export type Verdict = Denial | 'own' | 'all'

export type Guard = (request: IncomingMessage, upgrade: boolean) => Promise<Verdict> | Verdict

export interface Denial {
  status: 308 | 400 | 401 | 403 | 411 | 413 | 429 | 503
  text: string
  headers?: Record<string, string>
}

/** No browser sends requests one behind the other before they are answered. */
const mostOpen = 16

const notNormal: Denial = { status: 400, text: 'Refused: the address is not in normal form.\n' }

/** Events by which Node.js hands a request out, with a response or with the bare socket. */
const withResponse = ['request', 'checkContinue', 'checkExpectation']
const withSocket = ['upgrade', 'connect']

/** @param opened makes of a connection that has something to read what HTTP is to see (encryption.ts) */
export function createGuardedServer(
  listener: RequestListener,
  guard: Guard,
  clock: Clock = systemClock,
  opened: (socket: Socket) => Socket = (socket) => socket,
): Server {
  const server = createServer(listener)
  const emit = server.emit.bind(server) as (event: string, ...values: unknown[]) => boolean

  /** requests of a connection that have no whole answer yet */
  const open = new WeakMap<Socket, number>()
  const isTooMuch = (socket: Socket, response: ServerResponse): boolean => {
    const count = (open.get(socket) ?? 0) + 1
    if (count > mostOpen) {
      if (count < Number.POSITIVE_INFINITY) socket.destroy()
      return true
    }
    open.set(socket, count)
    response.once('close', () => open.set(socket, (open.get(socket) ?? 1) - 1))
    return false
  }

  const judge = (request: IncomingMessage, upgrade: boolean) => {
    return isNormalTarget(request.url ?? '') ? guard(request, upgrade) : notNormal
  }
  const guardRequest = (event: string, request: IncomingMessage, response: ServerResponse) => {
    if (isTooMuch(request.socket, response)) return
    const headers = securityHeaders(pathOf(request.url ?? ''))
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    whenKnown(judge(request, false), response, (verdict) => {
      if (verdict === 'own') listener(request, response)
      else if (verdict === 'all') emit(event, request, response)
      else {
        // the connection ends with it; what was sent behind the request is not worth an answer
        open.set(request.socket, Number.POSITIVE_INFINITY)
        deny(response, verdict)
      }
    })
  }
  const guardSocket = (event: string, request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node.js has taken its own listener off, and an error that nobody hears would end the process
    socket.on('error', () => socket.destroy())
    whenKnown(judge(request, true), socket, (verdict) => {
      if (typeof verdict === 'object') denySocket(socket, verdict)
      else emit(event, request, socket, head)
    })
  }
  server.emit = (event: string, ...values: unknown[]): boolean => {
    if (withResponse.includes(event)) guardRequest(event, ...(values as [IncomingMessage, ServerResponse]))
    else if (withSocket.includes(event)) guardSocket(event, ...(values as [IncomingMessage, Duplex, Buffer]))
    else if (event === 'connection') queue.add(values[0] as Socket)
    else return emit(event, ...values)
    return true
  }
  const queue = new ConnectionQueue((socket) => {
    emit('connection', opened(socket))
  }, clock)
  return server
}

/** Settles at once where the verdict is there already; lets nobody in where it fails. */
function whenKnown(
  verdict: Promise<Verdict> | Verdict,
  target: ServerResponse | Duplex,
  settle: (verdict: Verdict) => void,
): void {
  if (verdict instanceof Promise) verdict.then(settle).catch(() => target.destroy())
  else settle(verdict)
}

function deny(response: ServerResponse, denial: Denial): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...denial.headers }
  // what is left of the request's body is of no interest
  response.writeHead(denial.status, { ...headers, connection: 'close' })
  response.end(denial.text)
}

/** After an upgrade there is only the bare socket. */
function denySocket(socket: Duplex, denial: Denial): void {
  const headers = {
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(denial.text)),
    ...securityHeaders(''),
    ...denial.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${denial.status} ${STATUS_CODES[denial.status]}\r\n${lines.join('')}\r\n${denial.text}`,
  )
}
