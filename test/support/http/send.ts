// Sends requests as the tests need them: any header, none that nobody asked for, bodies in pieces.
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export interface Sent {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** of a JSON answer; undefined where it is none */
  body: Record<string, unknown> | undefined
}

export interface SendOptions {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** no length is told before: the body goes in chunks */
  chunked?: boolean
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Resolves to the answer; without a Content-Type where none is given. */
export function sendRequest(url: string, options: SendOptions = {}): Promise<Sent> {
  const { method = 'POST', headers = {}, body = '', chunked = false } = options
  const bytes = Buffer.from(body)
  const length = chunked ? {} : { 'content-length': String(bytes.length) }
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: jsonOf(text) })
      })
    })
    sending.on('error', reject)
    if (chunked) sending.write(bytes)
    sending.end(chunked ? undefined : bytes)
  })
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}
