// An HTTP server whose guard stands before every listener. Express middleware would not do: socket servers
// of dashboards take the `request` listeners off and put their own in front, and upgrades never reach Express.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'

/** What to answer instead of letting a request in; undefined lets it in. */
export type Guard = (
  request: IncomingMessage,
  upgrade: boolean,
) => Promise<Denial | undefined> | Denial | undefined

export interface Denial {
  status: 401 | 403
  text: string
  headers?: Record<string, string>
}

export function createGuardedServer(listener: RequestListener, guard: Guard): Server {
  const server = createServer(listener)
  const emit = server.emit.bind(server) as (event: string, ...values: unknown[]) => boolean
  const guarded = (event: string, ...values: unknown[]): boolean => {
    if (event !== 'request' && event !== 'upgrade') return emit(event, ...values)
    const [request, target] = values as [IncomingMessage, ServerResponse | Duplex]
    const verdict = guard(request, event === 'upgrade')
    if (verdict instanceof Promise) {
      verdict.then((denial) => settle(event, values, target, denial)).catch(() => target.destroy())
    } else settle(event, values, target, verdict)
    return true
  }
  const settle = (event: string, values: unknown[], target: ServerResponse | Duplex, denial?: Denial) => {
    if (!denial) emit(event, ...values)
    else if (event === 'request') deny(target as ServerResponse, denial)
    else denyUpgrade(target as Duplex, denial)
  }
  server.emit = guarded
  return server
}

function deny(response: ServerResponse, denial: Denial): void {
  response.writeHead(denial.status, { 'content-type': 'text/plain; charset=utf-8', ...denial.headers })
  response.end(denial.text)
}

/** After an upgrade there is only the bare socket. */
function denyUpgrade(socket: Duplex, denial: Denial): void {
  const headers = {
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(denial.text)),
    ...denial.headers,
  }
  const reason = denial.status === 401 ? 'Unauthorized' : 'Forbidden'
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  // the other end may be gone already; there is nobody to tell
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${denial.status} ${reason}\r\n${lines.join('')}\r\n${denial.text}`)
}
