// Asks the gateway for the set-up page. Whatever is not the answer wished for becomes an error with a code.
import type { BrokerTrial, SettingsChange, SetupState } from '../../lib/appliance/setup/site.ts'
import type { PortSuggestion } from '../../lib/serial/source/ports.ts'
import type { SpeedReport } from '../../lib/serial/speed-search.ts'
import { type Login, tokenRequest } from '../link/login.ts'

/** `login`: one is needed; `busy`: not now, but soon; `unreachable`: no answer; else the code that the gateway gave */
export class LinkError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** ms between looks at something that takes time */
const pause = 500

export class Link {
  readonly #login: Login

  constructor(login: Login) {
    this.#login = login
  }

  state = () => this.#json<SetupState>('GET', 'api/state')
  choosePassword = (password: string) => this.#json<object>('POST', 'api/password', { password })
  change = (settings: SettingsChange) => this.#json<object>('POST', 'api/settings', settings)
  tryBroker = (settings: Pick<SettingsChange, 'broker' | 'user' | 'password'>) =>
    this.#json<BrokerTrial>('POST', 'api/broker', settings)
  ports = () => this.#json<PortSuggestion[]>('GET', '../ports')

  /** Logs in as the editor does. @returns false where user or password are wrong */
  async logIn(username: string, password: string): Promise<boolean> {
    const answer = await reach('../../auth/token', tokenRequest(username, password))
    if (answer.ok) this.#login.keep(await answer.json())
    else if (answer.status === 503 || answer.status === 429) throw new LinkError('busy', '')
    return answer.ok
  }

  /** Looks for the speed of a device; gives what is heard again and again until it is over, or given up. */
  async findSpeed(path: string, tell: (report: SpeedReport) => void, signal: AbortSignal): Promise<void> {
    const { id } = await this.#json<{ id: string }>('POST', '../ports/speed', { path })
    const trial = `../ports/trials/${encodeURIComponent(id)}`
    try {
      for (let isOver = false; !isOver && !signal.aborted; ) {
        const report = await this.#json<SpeedReport>('GET', trial)
        if (!signal.aborted) tell(report)
        isOver = report.isOver
        if (!isOver) await new Promise((resolve) => setTimeout(resolve, pause))
      }
    } finally {
      await this.#json<object>('DELETE', trial).catch(() => undefined)
    }
  }

  async #json<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const { token } = this.#login
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    }
    const answer = await reach(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    if (answer.ok) return (await answer.json()) as Answer
    const said = (await answer.json().catch(() => ({}))) as { error?: string; code?: string }
    const code = { 401: 'login', 429: 'busy', 503: 'busy' }[answer.status] ?? said.code ?? 'refused'
    throw new LinkError(code, said.error ?? `status ${answer.status}`)
  }
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, cache: 'no-store' })
  } catch {
    throw new LinkError('unreachable', '')
  }
}
