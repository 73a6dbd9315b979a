// Programs read the interface of the pages, and Prometheus the metrics, with the Basic login. Node-RED asks for a token there, so the guard, which has found
// the login right, adds one that Node-RED takes. It can only read, and only the guard knows it: a page of another site that
// makes a browser send its login can change nothing by it.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { pathOf } from './web/target.ts'

const interfaceFolder = '/fieldlog/api/'
const metrics = ['/metrics', '/fieldlog/metrics']

export class ReaderLogin {
  /** of the request, in small letters */
  readonly header = 'x-fieldlog-reader'
  readonly permissions = ['fieldlog.read']
  readonly #token = randomBytes(32)

  /** The request had the right login: it may read the interface and the metrics, where that is what it asks for. */
  admit(request: IncomingMessage): void {
    const { method, url = '', headers } = request
    const reads = method === 'GET' || method === 'HEAD'
    const path = pathOf(url)
    if (reads && (path.startsWith(interfaceFolder) || metrics.includes(path)))
      headers[this.header] = this.#token.toString('base64url')
  }

  isRight(token: string): boolean {
    const given = Buffer.from(token, 'base64url')
    return given.length === this.#token.length && timingSafeEqual(given, this.#token)
  }
}
