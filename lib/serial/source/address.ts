// What a port can be connected to, as the user writes it: `/dev/…`, `tcp://host:port`, `telnet://host:port`,
// `rfc2217://host:port`, `demo:`.
// Used by the runtime and by the editor's panel: no Node.js modules here.

/** Bytes as they are; telnet; telnet that sets the serial port at the other end (RFC 2217). */
export type NetworkKind = 'tcp' | 'telnet' | 'rfc2217'

export type Address =
  | { kind: 'demo' }
  | { kind: NetworkKind; host: string; port: number }
  | { kind: 'device'; path: string }

const network = /^(tcp|telnet|rfc2217):\/\/(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/?#@[\]]+)):(\d{1,5})\/?$/i

/** Reads an address; an empty one is `demo:`. Throws an Error that says in words what is wrong. */
export function parseAddress(text: string): Address {
  const address = text.trim()
  if (address === '' || /^demo:$/i.test(address)) return { kind: 'demo' }
  const kind = /^(tcp|telnet|rfc2217):/i.exec(address)?.[1]?.toLowerCase()
  if (kind !== undefined) return parseNetwork(address, kind as NetworkKind)
  if (/^[a-z][a-z0-9+.-]*:/i.test(address)) {
    throw new Error(
      `"${address}" is neither a device path, nor tcp://, telnet:// or rfc2217://host:port, nor demo:`,
    )
  }
  if (/^COM\d+$/i.test(address)) return { kind: 'device', path: address.toUpperCase() }
  if (!address.startsWith('/')) {
    throw new Error(`"${address}" is not a device path: write it in full, as in /dev/ttyUSB0`)
  }
  if (/[\x00-\x1f]/.test(address)) throw new Error('a device path holds no control characters')
  return { kind: 'device', path: address }
}

function parseNetwork(text: string, kind: NetworkKind): Address {
  const match = network.exec(text)
  if (!match)
    throw new Error(`"${text}" is not of the form ${kind}://host:port, as in ${kind}://192.168.1.20:2000`)
  const port = Number(match[4])
  if (port < 1 || port > 65_535) throw new Error(`port ${port} is not between 1 and 65535`)
  return { kind, host: (match[2] ?? match[3])!, port }
}

/** The source's name in the log: `ttyUSB0`, `tcp:10.0.0.5:2000`, `demo`; only [A-Za-z0-9._:@-]. */
export function sourceName(address: Address): string {
  const name =
    address.kind === 'demo'
      ? 'demo'
      : address.kind === 'device'
        ? address.path.slice(address.path.lastIndexOf('/') + 1)
        : `${address.kind}:${address.host}:${address.port}`
  return name.replace(/[^A-Za-z0-9._:@-]/g, '_') || '_'
}

/** The address in a sentence. */
export function addressText(address: Address): string {
  if (address.kind === 'demo') return 'the demo collector'
  if (address.kind === 'device') return address.path
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}
