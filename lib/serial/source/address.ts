// What a port can be connected to, as the user writes it: `/dev/…`, `usb:vendor:product[:serial number]`,
// `tcp://host:port`, `telnet://host:port`, `rfc2217://host:port`, `demo:`.
// Used by the runtime and by the editor's panel: no Node.js modules here.

/** Bytes as they are; telnet; telnet that sets the serial port at the other end (RFC 2217). */
export type NetworkKind = 'tcp' | 'telnet' | 'rfc2217'

/** A device by what it says of itself, whatever its path. */
export interface UsbAddress {
  kind: 'usb'
  /** 4 hex digits, in small letters */
  vendor: string
  product: string
  serialNumber?: string
}

export type Address =
  | { kind: 'demo' }
  | UsbAddress
  | { kind: NetworkKind; host: string; port: number }
  | { kind: 'device'; path: string }

const network = /^(tcp|telnet|rfc2217):\/\/(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/?#@[\]]+)):(\d{1,5})\/?$/i

/** Reads an address; an empty one is `demo:`. Throws an Error that says in words what is wrong. */
export function parseAddress(text: string): Address {
  const address = text.trim()
  if (address === '' || /^demo:$/i.test(address)) return { kind: 'demo' }
  if (/^usb:/i.test(address)) return parseUsb(address)
  const kind = /^(tcp|telnet|rfc2217):/i.exec(address)?.[1]?.toLowerCase()
  if (kind !== undefined) return parseNetwork(address, kind as NetworkKind)
  if (/^[a-z][a-z0-9+.-]*:/i.test(address)) {
    throw new Error(
      `"${address}" is neither a device path, nor usb:vendor:product, nor tcp://, telnet:// or rfc2217://host:port, nor demo:`,
    )
  }
  if (/^COM\d+$/i.test(address)) return { kind: 'device', path: address.toUpperCase() }
  if (!address.startsWith('/')) {
    throw new Error(`"${address}" is not a device path: write it in full, as in /dev/ttyUSB0`)
  }
  if (/[\x00-\x1f]/.test(address)) throw new Error('a device path holds no control characters')
  return { kind: 'device', path: address }
}

const usb = /^usb:([0-9a-f]{1,4}):([0-9a-f]{1,4})(?::([^\x00-\x1f]+))?$/i

function parseUsb(text: string): UsbAddress {
  const match = usb.exec(text)
  if (!match)
    throw new Error(
      `"${text}" is not of the form usb:vendor:product or usb:vendor:product:serial number, as in usb:0403:6001:A40117UK`,
    )
  const [, vendor = '', product = '', serialNumber] = match
  const address: UsbAddress = { kind: 'usb', vendor: usbId(vendor), product: usbId(product) }
  return serialNumber === undefined ? address : { ...address, serialNumber }
}

/** An id as 4 hex digits: systems write it with and without zeros, in large and in small letters. */
export function usbId(text: string): string {
  return text.toLowerCase().padStart(4, '0')
}

function parseNetwork(text: string, kind: NetworkKind): Address {
  const match = network.exec(text)
  if (!match)
    throw new Error(`"${text}" is not of the form ${kind}://host:port, as in ${kind}://192.168.1.20:2000`)
  const port = Number(match[4])
  if (port < 1 || port > 65_535) throw new Error(`port ${port} is not between 1 and 65535`)
  return { kind, host: (match[2] ?? match[3])!, port }
}

/** The source's name in the log: `ttyUSB0`, `A40117UK`, `tcp:10.0.0.5:2000`, `demo`; only [A-Za-z0-9._:@-]. */
export function sourceName(address: Address): string {
  return ownName(address).replace(/[^A-Za-z0-9._:@-]/g, '_') || '_'
}

function ownName(address: Address): string {
  switch (address.kind) {
    case 'demo':
      return 'demo'
    case 'device':
      return address.path.slice(address.path.lastIndexOf('/') + 1)
    case 'usb':
      return address.serialNumber ?? `${address.vendor}-${address.product}`
    default:
      return `${address.kind}:${address.host}:${address.port}`
  }
}

/** What is wrong with a source's name that a user has chosen; undefined where nothing is. */
export function sourceNameProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9._:@-]{1,64}$/.test(name)) return undefined
  return `"${name}" is no name for the log: take up to 64 letters, digits and . _ : @ -`
}

/** The address in a sentence. */
export function addressText(address: Address): string {
  if (address.kind === 'demo') return 'the demo collector'
  if (address.kind === 'device') return address.path
  if (address.kind === 'usb') return usbText(address)
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/** As it is written: `usb:0403:6001:A40117UK`. */
export function usbText({ vendor, product, serialNumber }: UsbAddress): string {
  return ['usb', vendor, product, ...(serialNumber === undefined ? [] : [serialNumber])].join(':')
}
