// Logins in URLs, as people write them: a password may hold characters that a URL would escape.

/**
 * A text with the login of every URL in it left out: so that none is ever printed. What stands before the last `@` of a
 * URL counts as its login, because people enter passwords with `/`, `#` and `@` as they are.
 */
export function withoutLogin(text: string): string {
  return text.replace(/([a-z][a-z\d+.-]*:\/\/)\S*@/gi, '$1')
}

export interface BrokerAddress {
  /** without a login */
  url: string
  /** in small letters */
  scheme: string
  /** with the port, where one is named */
  host: string
  user: string
  password: string
}

/** host, port, path and query; letters of any script, for what is not ASCII is allowed in host names */
const authority = /^((?:\[[\da-f:.]+\]|[\p{L}\p{N}._-]+)(?::(\d{1,5}))?)(\/[^\s?#]*)?(\?[^\s#]*)?$/iu

/**
 * The login is what stands before the last `@`; in it the user ends at the first colon. Escapes are undone; a `%` that
 * escapes nothing stands for itself, unless there are escapes, too. Returns undefined for whatever cannot be read in
 * one way only.
 * @param schemes in small letters
 */
export function brokerAddress(text: string, schemes: readonly string[]): BrokerAddress | undefined {
  const [, entered = '', rest = ''] = /^([a-z]+):\/\/(.*)$/is.exec(text) ?? []
  const scheme = entered.toLowerCase()
  if (!schemes.includes(scheme)) return undefined
  const isWebSocket = scheme.startsWith('ws')
  const at = rest.lastIndexOf('@')
  const [, host = '', port, path = '', query = ''] = authority.exec(rest.slice(at + 1)) ?? []
  if (!host || Number(port) > 65_535) return undefined
  // a host, a port and a path with an `@` in it, or a user and a password with a slash
  if (isWebSocket && at !== -1 && /^[^:]*:\d{1,5}[/?]/.test(rest)) return undefined
  const login = loginOf(rest.slice(0, Math.max(0, at)))
  // a path and a trailing slash mean nothing to MQTT over TCP
  const place = isWebSocket ? `${path}${query}` : ''
  return login && { url: `${scheme}://${host}${place === '/' ? '' : place}`, scheme, host, ...login }
}

function loginOf(text: string): { user: string; password: string } | undefined {
  const colon = text.includes(':') ? text.indexOf(':') : text.length
  const user = unescaped(text.slice(0, colon))
  const password = unescaped(text.slice(colon + 1))
  // such a user would rather be a host and a path, and the `@` a part of the path
  if (user === undefined || password === undefined || /[/?#]/.test(text.slice(0, colon))) return undefined
  return { user, password }
}

function unescaped(text: string): string | undefined {
  if (!/%[\da-f]{2}/i.test(text)) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
