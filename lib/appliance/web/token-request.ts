// Takes the login out of a request for an access token (by which the editor and the command log in) and leaves the request as it was, for Node-RED to answer. Node-RED's own check would run on the main thread, and
// its limit of five attempts in ten minutes counts everybody's attempts together: it would lock the owner out.
import type { IncomingMessage } from 'node:http'
import type { Denial } from './guarded-server.ts'
import type { Credentials } from './login-gate.ts'

const mostBytes = 8192

/** The login, or what to answer where there is none to be found. */
export async function loginOfTokenRequest(request: IncomingMessage): Promise<Credentials | Denial> {
  const length = Number(request.headers['content-length'])
  if (!Number.isInteger(length)) return { status: 411, text: 'The length of the request must be given.\n' }
  if (length > mostBytes) return { status: 413, text: 'The request is too long.\n' }
  const body = await peek(request, length)
  return credentialsIn(body, request.headers['content-type'] ?? '') ?? noLogin
}

const noLogin: Denial = { status: 400, text: 'The request must have a username and a password.\n' }

/** The body, which can be read again afterwards. */
function peek(request: IncomingMessage, length: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const read = () => {
      for (let part = request.read() as Buffer | null; part; part = request.read() as Buffer | null) {
        parts.push(part)
      }
      const body = Buffer.concat(parts)
      if (body.length < length) return
      request.off('readable', read)
      request.off('close', gone)
      // before its `end` is emitted it can be put back
      if (length > 0) request.unshift(body)
      resolve(body.toString('utf8'))
    }
    const gone = () => reject(new Error('the client has gone'))
    request.on('readable', read)
    request.once('close', gone)
    read()
  })
}

/** As Node-RED would read them: JSON, or the form of a page. */
function credentialsIn(body: string, type: string): Credentials | undefined {
  const { username, password } = type.includes('json') ? parsed(body) : fields(body)
  if (typeof username !== 'string' || typeof password !== 'string') return undefined
  return { user: username, password }
}

function fields(body: string): { username?: unknown; password?: unknown } {
  return Object.fromEntries(new URLSearchParams(body))
}

function parsed(body: string): { username?: unknown; password?: unknown } {
  try {
    return Object(JSON.parse(body)) as { username?: unknown; password?: unknown }
  } catch {
    return {}
  }
}
