// What a port can be connected to, as the user writes it: `/dev/…`, `usb:vendor:product[:serial number]`,
// `tcp://host:port`, `telnet://host:port`, `rfc2217://host:port`, `demo:`, `replay:file`.
// Used by the runtime and by the editor's panel: no Node.js modules here.

import { replayMark } from '../../event.ts'
import { type Sentence, SentenceError, sentencesOf } from '../../words/sentence.ts'

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
  | ReplayAddress

/** A stored day or a journal that is played. */
export interface ReplayAddress {
  kind: 'replay'
  /** a file or folder; relative to the gateway's home */
  path: string
  /** 1: each line at its own time of day; 60: an hour in a minute; Infinity: all at once */
  speed: number
  /** from the beginning again at the end */
  loop: boolean
}

const fastest = 100_000

/** What is said of an address that is none; nodes/port/locales has it in other languages. */
export const addressSentences = {
  addressServer:
    '"__address__" does not say how to connect: write __suggestion__ for a server that sends bytes as they are',
  addressKind:
    '"__address__" is neither a device path, nor usb:vendor:product, nor tcp://, telnet:// or rfc2217://host:port, nor demo: or replay:file',
  addressPath: '"__address__" is not a device path: write it in full, as in __suggestion__',
  addressControls: 'a device path holds no control characters',
  addressUsb:
    '"__address__" is not of the form usb:vendor:product or usb:vendor:product:serial number, as in __example__',
  addressNetwork: '"__address__" is not of the form __kind__://host:port, as in __kind__://192.168.1.20:2000',
  addressPort: 'port __port__ is not between 1 and 65535',
  replayPath: 'replay: needs a file or folder behind it, as in __example__',
  replayControls: 'a path holds no control characters',
  replayOption: '"__option__" is no option of replay: expected speed=1, speed=60, speed=max or loop',
  replayForEver: 'loop and speed=max together would fill the disk: give a number as the speed',
  replayPercent: '"__path__" has a % that begins no %XX: write it %25',
  replaySpeed: '"__speed__" is no speed: expected max, or a number above 0 up to __fastest__',
  sourceName: '"__name__" is no name for the log: take up to 64 letters, digits and . _ : @ -',
} as const

const sentence = sentencesOf(addressSentences)

function wrong(key: keyof typeof addressSentences, values: Record<string, string> = {}): SentenceError {
  return new SentenceError(sentence(key, values))
}

const network = /^(tcp|telnet|rfc2217):\/\/(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/?#@[\]]+)):(\d{1,5})\/?$/i

/** What the system calls a serial device, without the folder that it is in. */
const deviceName = /^tty[A-Za-z]+\d+$/

/** Reads an address; an empty one is `demo:`, and `ttyUSB0` is `/dev/ttyUSB0`. Throws a SentenceError that says what is wrong. */
export function parseAddress(text: string): Address {
  const address = text.trim()
  if (address === '' || /^demo:$/i.test(address)) return { kind: 'demo' }
  if (/^usb:/i.test(address)) return parseUsb(address)
  if (/^replay:/i.test(address)) return parseReplay(address)
  const kind = /^(tcp|telnet|rfc2217):/i.exec(address)?.[1]?.toLowerCase()
  if (kind !== undefined) return parseNetwork(address, kind as NetworkKind)
  if (deviceName.test(address)) return { kind: 'device', path: `/dev/${address}` }
  const suggestion = suggestedAddress(address)
  if (suggestion !== undefined && !suggestion.startsWith('/'))
    throw wrong('addressServer', { address, suggestion })
  if (/^[a-z][a-z0-9+.-]*:/i.test(address)) {
    throw wrong('addressKind', { address })
  }
  if (/^COM\d+$/i.test(address)) return { kind: 'device', path: address.toUpperCase() }
  if (!address.startsWith('/')) {
    throw wrong('addressPath', { address, suggestion: suggestion ?? '/dev/ttyUSB0' })
  }
  if (/[\x00-\x1f]/.test(address)) throw wrong('addressControls')
  return { kind: 'device', path: address }
}

/**
 * The address that was probably meant where `parseAddress` refuses the text: `tcp://` before host:port, as `192.168.1.5:2000`,
 * and `/` before a path that begins with `dev/`. Undefined where nothing is near.
 */
export function suggestedAddress(text: string): string | undefined {
  const address = text.trim()
  if (/^dev\/[^\s\x00-\x1f]+$/.test(address)) return `/${address}`
  const server = /^(?:\/\/)?([^\s/]+:\d{1,5})\/?$/.exec(address)?.[1]
  if (server === undefined || scheme.test(address)) return undefined
  const suggestion = `tcp://${server}`
  const port = Number(network.exec(suggestion)?.[4] ?? 0)
  return port >= 1 && port <= 65_535 ? suggestion : undefined
}

/** begins what is no host, though it has the form of one: `usb:1` */
const scheme = /^(?:usb|replay|demo|tcp|telnet|rfc2217|com\d+):/i

const usb = /^usb:([0-9a-f]{1,4}):([0-9a-f]{1,4})(?::([^\x00-\x1f]+))?$/i

function parseUsb(text: string): UsbAddress {
  const match = usb.exec(text)
  if (!match) throw wrong('addressUsb', { address: text, example: 'usb:0403:6001:A40117UK' })
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
  if (!match) throw wrong('addressNetwork', { address: text, kind })
  const port = Number(match[4])
  if (port < 1 || port > 65_535) throw wrong('addressPort', { port: String(port) })
  return { kind, host: (match[2] ?? match[3])!, port }
}

/** `replay:<path>[?speed=1|60|max][&loop]`; in the path `?` and `%` are written `%3F` and `%25`. */
function parseReplay(text: string): ReplayAddress {
  const [, written = '', options = ''] = /^replay:([^?]*)(?:\?(.*))?$/is.exec(text) ?? []
  const path = decodedPath(written)
  if (path === '') throw wrong('replayPath', { example: 'replay:logs/20121130.txt.gz' })
  if (/[\x00-\x1f]/.test(path)) throw wrong('replayControls')
  const address: ReplayAddress = { kind: 'replay', path, speed: 1, loop: false }
  for (const option of options.split('&').filter((each) => each !== '')) {
    const [name, value] = option.split('=', 2)
    if (name === 'speed' && value !== undefined) address.speed = parseSpeed(value)
    else if (option === 'loop') address.loop = true
    else throw wrong('replayOption', { option })
  }
  if (address.loop && address.speed === Number.POSITIVE_INFINITY) throw wrong('replayForEver')
  return address
}

function decodedPath(written: string): string {
  try {
    return decodeURIComponent(written)
  } catch {
    throw wrong('replayPercent', { path: written })
  }
}

function parseSpeed(value: string): number {
  if (value === 'max') return Number.POSITIVE_INFINITY
  const speed = Number(value)
  if (/^[\d.]+$/.test(value) && speed > 0 && speed <= fastest) return speed
  throw wrong('replaySpeed', { speed: value, fastest: String(fastest) })
}

/** The source's name in the log: `ttyUSB0`, `A40117UK`, `tcp:10.0.0.5:2000`, `demo`, `20121130@replay`; only [A-Za-z0-9._:@-]. */
export function sourceName(address: Address): string {
  return ownName(address).replace(/[^A-Za-z0-9._:@-]/g, '_') || '_'
}

function ownName(address: Address): string {
  switch (address.kind) {
    case 'demo':
      return 'demo'
    case 'device':
      return lastPart(address.path)
    case 'replay':
      return `${lastPart(address.path.replace(/\/+$/, '')).replace(/\.txt(\.gz)?$/, '')}${replayMark}`
    case 'usb':
      return address.serialNumber ?? `${address.vendor}-${address.product}`
    default:
      return `${address.kind}:${address.host}:${address.port}`
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** A port's names, as its user gives them; empty where there is none. */
export interface PortNames {
  /** in the log */
  sourceName: string
  /** in the editor */
  name: string
  /** the name in the editor is the one in the log, where that is not given */
  nameIsSource: boolean
}

/** What the user wants the log to call the source, `K_che_1` for the port `Küche 1`; empty: what the address says. */
export function chosenSource({ sourceName, name, nameIsSource }: PortNames): string {
  if (sourceName !== '' || !nameIsSource) return sourceName
  return name
    .trim()
    .replace(/[^A-Za-z0-9._:@-]/g, '_')
    .slice(0, 64)
}

/** The source's name in the log, where a user may have chosen one (`chosenSource`). What is played is told by its end, and the demo
 *  keeps its own name. */
export function nameInLog(address: Address, chosen: string): string {
  if (chosen === '' || address.kind === 'demo') return sourceName(address)
  return address.kind === 'replay' && !chosen.endsWith(replayMark) ? `${chosen}${replayMark}` : chosen
}

/** What is wrong with a source's name that a user has chosen; undefined where nothing is. */
export function sourceNameProblem(name: string): Sentence | undefined {
  if (/^[A-Za-z0-9._:@-]{1,64}$/.test(name)) return undefined
  return sentence('sourceName', { name })
}

/** The address in a sentence. */
export function addressText(address: Address): string {
  if (address.kind === 'demo') return 'the demo collector'
  if (address.kind === 'device' || address.kind === 'replay') return address.path
  if (address.kind === 'usb') return usbText(address)
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/** As it is written: `usb:0403:6001:A40117UK`. */
export function usbText({ vendor, product, serialNumber }: UsbAddress): string {
  return ['usb', vendor, product, ...(serialNumber === undefined ? [] : [serialNumber])].join(':')
}
