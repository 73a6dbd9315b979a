// Asks the gateway. Every answer that is not the one wished for becomes an error with a code, by which the views decide what they show.
import type {
  ClusterRun,
  Latest,
  Reject,
  Series,
  SpanRow,
  Statistics,
  Status,
  Values,
  Waiting,
} from '../model/wire.ts'
import { type Login, tokenRequest } from './login.ts'

export type Trouble = 'login' | 'forbidden' | 'waiting' | 'unreachable' | 'refused'

export class ApiError extends Error {
  readonly code: Trouble
  /** why there is nothing yet, where the code is `waiting` */
  readonly waiting: Waiting | undefined

  constructor(code: Trouble, message: string, waiting?: Waiting) {
    super(message)
    this.code = code
    this.waiting = waiting
  }
}

type Parameters = Record<string, string | number>

export class Api {
  readonly #login: Login

  constructor(login: Login) {
    this.#login = login
  }

  latest = () => this.#json<Latest>('latest')
  status = () => this.#json<Status>('status')
  series = () => this.#json<Series[]>('series')
  rejects = (limit: number, before?: number) =>
    this.#json<Reject[]>('rejects', before === undefined ? { limit } : { limit, before })
  values = (parameters: Parameters, signal: AbortSignal) => this.#json<Values>('values', parameters, signal)
  statistics = (parameters: Parameters, signal: AbortSignal) =>
    this.#json<Statistics>('statistics', parameters, signal)
  spans = (from: string) => this.#json<SpanRow[]>('spans', { from })
  clusters = () => this.#json<ClusterRun[]>('clusters')

  /** The stream of server-sent events, once the gateway has answered. */
  async events(signal: AbortSignal): Promise<Response> {
    return this.#ask('api/events', { signal })
  }

  async rebuild(): Promise<void> {
    await this.#ask('api/rebuild', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
  }

  /** A file with all readings of a series in a range. */
  async csv(parameters: Parameters): Promise<Blob> {
    return (await this.#ask(address('export.csv', parameters), {})).blob()
  }

  /** Logs in as the editor does. @returns false where name or password are wrong */
  async logIn(username: string, password: string): Promise<boolean> {
    const answer = await reach('../auth/token', tokenRequest(username, password))
    if (answer.ok) this.#login.keep(await answer.json())
    else if (answer.status === 429 || answer.status === 503) {
      throw new ApiError('refused', 'Too many attempts: wait a minute, then try again.')
    }
    return answer.ok
  }

  async #json<Answer>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Answer> {
    const answer = await this.#ask(address(path, parameters), signal ? { signal } : {})
    return (await answer.json()) as Answer
  }

  async #ask(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    const { token } = this.#login
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    const answer = await reach(url, { ...init, headers })
    if (!answer.ok) throw await troubleOf(answer)
    return answer
  }
}

function address(path: string, parameters: Parameters): string {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
  return query.size > 0 ? `api/${path}?${query}` : `api/${path}`
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: 'no-cache' })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError('unreachable', 'The gateway does not answer.')
  }
}

async function troubleOf(answer: Response): Promise<ApiError> {
  const body: unknown = await answer.json().catch(() => undefined)
  switch (answer.status) {
    case 401:
      return new ApiError('login', 'A login is needed.')
    case 403:
      return new ApiError('forbidden', 'Your login does not allow this.')
    case 503:
      if (isWaiting(body)) return new ApiError('waiting', 'There is nothing to read yet.', body)
  }
  const says = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : undefined
  return new ApiError('refused', says ?? `The gateway answered with status ${answer.status}.`)
}

function isWaiting(body: unknown): body is Waiting {
  return typeof body === 'object' && body !== null && 'waiting' in body
}
