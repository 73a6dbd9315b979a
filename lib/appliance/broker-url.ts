// Takes FIELDLOG_MQTT apart as people write it: a password in it may hold characters that a URL would escape.

export interface BrokerAddress {
  /** without a login */
  url: string
  user: string
  password: string
}

const schemes = ['mqtt', 'mqtts', 'ws', 'wss']

/** host, port, path and query; letters of any script, for what is not ASCII is allowed in host names */
const authority = /^((?:\[[\da-f:.]+\]|[\p{L}\p{N}._-]+)(?::(\d{1,5}))?)(\/[^\s?#]*)?(\?[^\s#]*)?$/iu

/**
 * The login is what stands before the last `@`; in it the user ends at the first colon. Escapes are undone; a `%` that
 * escapes nothing stands for itself, unless there are escapes, too. Returns undefined for whatever cannot be read in
 * one way only.
 */
export function brokerAddress(text: string): BrokerAddress | undefined {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/is.exec(text) ?? []
  if (!schemes.includes(scheme.toLowerCase())) return undefined
  const at = rest.lastIndexOf('@')
  const [, host = '', port, path = '', query = ''] = authority.exec(rest.slice(at + 1)) ?? []
  if (!host || Number(port) > 65_535) return undefined
  const login = loginOf(rest.slice(0, Math.max(0, at)))
  // a path and a trailing slash mean nothing to MQTT over TCP
  const place = scheme.toLowerCase().startsWith('ws') ? `${path}${query}` : ''
  return login && { url: `${scheme.toLowerCase()}://${host}${place === '/' ? '' : place}`, ...login }
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
