// Answers the set-up page and its interface: the choice of the first password, and, for those who are logged in then (or where no
// login is needed), the settings. docs/first-contact.md describes it for users.
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { inBackground } from '../../kit/background.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { refuseOtherSites } from '../guard.ts'
import { addressOf } from '../web/address.ts'
import { pathOf } from '../web/target.ts'
import { type FirstPassword, isRefusal } from './first-password.ts'
import { frontDoors, passwordAddress, setupFolder, stateAddress } from './guard.ts'
import { bodyOf } from './json-body.ts'

/** What the page is told. */
export interface SetupState {
  /** `password`: to be chosen; `closed`: it can be chosen after a restart only; `settings`: all else */
  phase: 'password' | 'closed' | 'settings'
  /** the gateway's name */
  gateway: string
  /** in the phase `settings` */
  settings?: SettingsState
}

export type SettingName = 'serial' | 'baud' | 'broker' | 'user' | 'gateway'

export interface SettingsState {
  values: Record<SettingName, string>
  /** a password for the broker is stored, which nobody is shown */
  hasPassword: boolean
  /** settings of the environment, which the page cannot change */
  fixed: SettingName[]
  /** settings that the flow does not look at: it was edited */
  unused: SettingName[]
}

/** What the page sends; the password is undefined where it stays as it is. */
export type SettingsChange = Record<SettingName, string> & { password?: string | undefined }

export interface BrokerTrial {
  ok: boolean
  /** what kind of trouble it is: `unreachable`, `login`, `tls` … (lib/mqtt/wire/problems.ts) */
  kind?: string
  /** what is wrong, in words */
  problem?: string
}

/** The files of the page. */
export interface SetupFiles {
  answer(
    path: string,
    headers: IncomingHttpHeaders,
  ): { status: number; headers: OutgoingHttpHeaders; body: Buffer | undefined } | undefined
}

export interface SetupParts {
  files: SetupFiles
  /** undefined where there was a login, or none is needed, from the start */
  first: FirstPassword | undefined
  gateway(): string
  settings(): SettingsState
  /** Checks, stores and applies them; rejects with the code CONFIG where they make no sense. */
  change(settings: SettingsChange): Promise<void>
  tryBroker(settings: Pick<SettingsChange, 'broker' | 'user' | 'password'>): Promise<BrokerTrial>
  log(text: string): void
}

type Work = (request: IncomingMessage) => Promise<object> | object

export class SetupSite {
  readonly #parts: SetupParts
  readonly #routes: ReadonlyMap<string, Work>

  constructor(parts: SetupParts) {
    this.#parts = parts
    this.#routes = new Map<string, Work>([
      [`GET ${stateAddress}`, () => this.#state()],
      [`POST ${passwordAddress}`, (request) => this.#choosePassword(request)],
      [`POST ${setupFolder}api/settings`, (request) => this.#change(request)],
      [`POST ${setupFolder}api/broker`, (request) => this.#tryBroker(request)],
    ])
  }

  /** Answers a request that is for the page, and every one while there is no password. Returns whether it did. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request.url ?? '')
    const isAlone = this.#isSettingUp
    if (path === '/fieldlog/setup' || (isAlone && frontDoors.includes(path))) {
      response.writeHead(303, { location: setupFolder, 'cache-control': 'no-store' }).end()
    } else if (path.startsWith(`${setupFolder}api/`)) this.#answer(request, response, path)
    else if (isAlone || path.startsWith(setupFolder)) this.#answerFile(request, response, path)
    else return false
    return true
  }

  get #isSettingUp(): boolean {
    const { first } = this.#parts
    return first !== undefined && first.phase !== 'chosen'
  }

  #answerFile(request: IncomingMessage, response: ServerResponse, path: string): void {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const answer = isRead && this.#parts.files.answer(path.slice(setupFolder.length - 1), request.headers)
    if (!answer) {
      sendJson(response, 404, { error: 'there is no such file' })
      return
    }
    response.writeHead(answer.status, answer.headers)
    response.end(request.method === 'HEAD' ? undefined : answer.body)
  }

  #answer(request: IncomingMessage, response: ServerResponse, path: string): void {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const work = this.#routes.get(`${method} ${path}`)
    // with a login the guard does not look: browsers send a Basic login for every site
    const refusal = refuseOtherSites(request, false)
    if (refusal) sendJson(response, refusal.status, { error: refusal.text.trim() })
    else if (!work) sendJson(response, 404, { error: 'there is no such address' })
    else inBackground(this.#work(work, request, response))
  }

  async #work(work: Work, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      sendJson(response, 200, await work(request))
    } catch (error) {
      if (statusOf(error) === 500) this.#parts.log(`set-up: ${asError(error).message}`)
      sendJson(response, statusOf(error), { error: asError(error).message, code: errorCode(error) })
    }
  }

  #state(): SetupState {
    const { first, gateway, settings } = this.#parts
    if (first && first.phase !== 'chosen') {
      return { phase: first.phase === 'open' ? 'password' : 'closed', gateway: gateway() }
    }
    return { phase: 'settings', gateway: gateway(), settings: settings() }
  }

  async #choosePassword(request: IncomingMessage): Promise<object> {
    const { first, log } = this.#parts
    const { password } = texts(await bodyOf(request), ['password'])
    if (!first) throw new NotNow()
    await first.choose(password)
    log(`the password was chosen from ${addressOf(request)}: from now on everything needs the login`)
    return {}
  }

  async #change(request: IncomingMessage): Promise<object> {
    const body = await bodyOf(request)
    const settings = texts(body, ['serial', 'baud', 'broker', 'user', 'gateway'])
    await this.#parts.change({ ...settings, password: optionalText(body, 'password') })
    this.#parts.log(`settings were made in the set-up page, from ${addressOf(request)}`)
    return {}
  }

  async #tryBroker(request: IncomingMessage): Promise<BrokerTrial> {
    const body = await bodyOf(request)
    const settings = texts(body, ['broker', 'user'])
    return this.#parts.tryBroker({ ...settings, password: optionalText(body, 'password') })
  }
}

/** There is a password from elsewhere, or none is needed. */
class NotNow extends Error {
  readonly code = 'TAKEN'
  constructor() {
    super('no password is to be chosen here')
  }
}

class MissingField extends Error {
  readonly code = 'BODY'
}

function texts<Name extends string>(
  body: Record<string, unknown>,
  names: readonly Name[],
): Record<Name, string> {
  return Object.fromEntries(
    names.map((name) => {
      const value = body[name]
      if (typeof value !== 'string') throw new MissingField(`${name} must be a text`)
      return [name, value]
    }),
  ) as Record<Name, string>
}

function optionalText(body: Record<string, unknown>, name: string): string | undefined {
  return body[name] === undefined ? undefined : texts(body, [name])[name]
}

function statusOf(error: unknown): number {
  const code = errorCode(error)
  if (code === 'TAKEN') return 409
  if (code === 'CLOSED') return 403
  return isRefusal(error) || code === 'BODY' || code === 'CONFIG' ? 400 : 500
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // what is left of a body that was refused is of no interest
    ...(status === 200 ? {} : { connection: 'close' }),
  })
  response.end(JSON.stringify(body))
}
