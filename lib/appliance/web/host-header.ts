// The Host header: under which name a client has asked for this machine. Whoever sends a request can write anything there.
import { isIPv6 } from 'node:net'

/**
 * The name or address of a Host header (`name`, `name:port`, `[address]:port`): in lower case, without the port, the
 * brackets and the dot that may end a name. Undefined for everything else: nothing, several hosts, a user, a path, a
 * port that no machine has, an address of IPv6 without brackets.
 */
export function hostOf(header: string | undefined): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([\w-]+(?:\.[\w-]+)*)\.?)(?::(\d{1,5}))?$/.exec(header ?? '')
  if (!match) return undefined
  const [, address, name, port = '0'] = match
  if (Number(port) > 65535 || (address !== undefined && !isIPv6(address))) return undefined
  return (address ?? name)?.toLowerCase()
}
