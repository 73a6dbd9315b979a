// The login is Node-RED's own: who is logged in to the editor is logged in here, and the other way round.

interface Token {
  access_token: string
}

/** The editor keeps its token under this key followed by its path, in which it writes `-` for `/`: `auth-tokens` or `auth-tokens-admin`. */
export function tokenKey(pagesPath: string): string {
  const editorPath = new URL('..', new URL(pagesPath, 'http://gateway')).pathname
  return `auth-tokens${editorPath.slice(0, -1).replaceAll('/', '-')}`
}

/** What the editor sends to its `auth/token` to log in. */
export function tokenRequest(username: string, password: string): RequestInit {
  const fields = { client_id: 'node-red-editor', grant_type: 'password', scope: '', username, password }
  return { method: 'POST', body: new URLSearchParams(fields) }
}

/** Keeps the token where the editor does. A browser without storage keeps it until the page is closed. */
export class Login {
  readonly #key: string
  readonly #storage: Storage | undefined
  #token: string | undefined

  constructor(pagesPath: string, storage: Storage | undefined) {
    this.#key = tokenKey(pagesPath)
    this.#storage = storage
  }

  get token(): string | undefined {
    const stored = this.#storage?.getItem(this.#key)
    if (stored === undefined || stored === null) return this.#token
    try {
      return (JSON.parse(stored) as Token | null)?.access_token
    } catch {
      return undefined
    }
  }

  keep(token: Token): void {
    this.#token = token.access_token
    this.#storage?.setItem(this.#key, JSON.stringify(token))
  }

  forget(): void {
    this.#token = undefined
    this.#storage?.removeItem(this.#key)
  }
}

/** The browser's storage; reading it throws where the user does not allow it. */
export function browserStorage(): Storage | undefined {
  try {
    return globalThis.localStorage
  } catch {
    return undefined
  }
}
