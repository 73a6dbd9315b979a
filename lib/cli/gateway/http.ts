// Asks a running gateway over its admin API.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { asError, errorCode } from '../../kit/errors.ts'
import { withoutLogin } from '../../kit/url-login.ts'
import { CommandError } from '../command.ts'

/** Who asks. */
export interface Login {
  token: string | undefined
  user: string | undefined
  password: string | undefined
}

/** A gateway's admin API; `close` gives a token back that was asked for. */
export class AdminApi {
  readonly #url: URL
  #token: string | undefined
  #ownToken = false

  private constructor(url: URL, token: string | undefined) {
    this.#url = url
    this.#token = token
  }

  /** Logs in where a user is given, by name or in the URL. The URL's login is used for that only, and never shown. */
  static async open(url: string, login: Login): Promise<AdminApi> {
    const base = URL.parse(url.endsWith('/') ? url : `${url}/`)
    // a password with `/`, `?` or `#` would be taken for host and port, looked up and shown
    const isTornApart = base?.pathname.includes('@') || base?.search.includes('@') || base?.hash.includes('@')
    if (!base || !/^https?:$/.test(base.protocol) || isTornApart) {
      throw new CommandError(
        'the value of --url must be an http:// or https:// URL, with /, ?, # and @ in a password as %2F, %3F, %23 and %40',
      )
    }
    const user = login.user ?? (decoded(base.username) || undefined)
    const password = (login.user === undefined && decoded(base.password)) || login.password
    base.username = ''
    base.password = ''
    const api = new AdminApi(base, login.token)
    if (user !== undefined && login.token === undefined) await api.#logIn(user, password)
    return api
  }

  /** The JSON that a path answers with. Throws a CommandError with what the gateway said, or why it did not. */
  async ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const { status, text } = await this.#send(method, path, body)
    if (status === 200) return JSON.parse(text) as unknown
    if (status === 401) {
      throw new CommandError(
        `${this.#url.href} wants a login: give --user NAME with the password in FIELDLOG_PASSWORD_FILE, or --token`,
      )
    }
    if (status === 404 && answerOf(text).error === undefined) {
      throw new CommandError(`${this.#url.href} has no ${path}: is it a gateway with a deployed log node?`)
    }
    throw new CommandError(`the gateway refuses: ${messageOf(text) || `status ${status}`}`)
  }

  async close(): Promise<void> {
    if (this.#ownToken) await this.#send('POST', 'auth/revoke', { token: this.#token })
  }

  async #logIn(user: string, password: string | undefined): Promise<void> {
    if (password === undefined)
      throw new CommandError(
        `the password of ${user} is not given: set FIELDLOG_PASSWORD_FILE or FIELDLOG_PASSWORD`,
      )
    const login = {
      client_id: 'node-red-admin',
      grant_type: 'password',
      scope: '*',
      username: user,
      password,
    }
    const { status, text } = await this.#send('POST', 'auth/token', login)
    // without a login there is no such path, and none is needed
    if (status === 404) return
    if (status === 429) throw new CommandError(`${this.#url.href} says: ${messageOf(text)}`)
    if (status !== 200) throw new CommandError(`${this.#url.href} does not accept the login of ${user}`)
    this.#token = (JSON.parse(text) as { access_token: string }).access_token
    this.#ownToken = true
  }

  /** Without a time limit: the answer may come when the flow has done its work. */
  #send(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const url = new URL(path, this.#url)
    const headers: Record<string, string> = { accept: 'application/json' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (this.#token !== undefined) headers.authorization = `Bearer ${this.#token}`
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest
      const request = send(url, { method, headers }, (response) => {
        bodyOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject)
      })
      request.on('error', (error) => reject(new CommandError(whyNot(this.#url.href, error))))
      request.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

/** What a gateway's answer says is wrong. */
function answerOf(text: string): { error?: unknown; message?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    // an answer in words
    return { message: text.split('\n')[0] }
  }
}

function messageOf(text: string): string {
  const { error, message } = answerOf(text)
  return String(message ?? error ?? '')
}

function whyNot(url: string, error: unknown): string {
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there: is the gateway running? Give --url where it has another address',
    ENOTFOUND: 'there is no such host',
    ECONNRESET: 'it closed the connection before it answered',
  }
  return `cannot ask ${url}: ${reasons[errorCode(error) ?? ''] ?? withoutLogin(asError(error).message)}`
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // a stray % that escapes nothing stands for itself
    return part
  }
}
