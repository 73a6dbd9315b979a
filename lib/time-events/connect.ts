// Which way a client's events go.
import { existsSync } from 'node:fs'
import { asError, withCode } from '../kit/errors.ts'
import { Libc } from './transport/libc.ts'
import { queueNameProblem, socketNameProblem, usualQueue, usualSocket, usualUdp } from './transport/names.ts'
import { sendToQueue } from './transport/queue.ts'
import type { Sender } from './transport/receiver.ts'
import { sendToSocket } from './transport/socket.ts'
import { sendToUdp, type UdpAddress } from './transport/udp.ts'

/** A way that has a name, and how to open it. */
export interface Way {
  /** `queue:/telog.mq`, `socket:@timevt-server`, `udp:127.0.0.1:5150` */
  name: string
  /** it loses datagrams without a word */
  isLossy?: true
  /** Throws the system's error. */
  open(): Sender
}

/**
 * The ways that a text allows, in the order in which they are tried. Throws where it names none, and where the package koffi
 * is missing.
 * @param text `auto`, `queue`, `queue:/name`, `socket`, `socket:@name`, `socket:/path`, `udp`, or `udp:host:port`
 */
export function waysOf(text: string, loadLibc: () => Libc = () => Libc.load()): Way[] {
  const [, kind = '', rest] = /^(auto|queue|socket|udp)(?::(.+))?$/.exec(text) ?? []
  if (kind === 'udp') return [udpWay(text, rest)]
  const queue = (name: string): Way => ({ name: `queue:${name}`, open: () => sendToQueue(libc, name) })
  const socket = (name: string): Way => ({ name: `socket:${name}`, open: () => sendToSocket(libc, name) })
  const problem =
    (kind === '' || (kind === 'auto' && rest !== undefined) ? 'is none that is known' : undefined) ??
    (kind === 'queue' && rest !== undefined ? queueNameProblem(rest)?.text : undefined) ??
    (kind === 'socket' && rest !== undefined ? socketNameProblem(rest)?.text : undefined)
  if (problem !== undefined) throw wrongWay(text, problem)
  const libc = loadLibc()
  if (kind === 'queue') return [queue(rest ?? usualQueue)]
  if (kind === 'socket') return [socket(rest ?? usualSocket)]
  // as the usual client does
  return existsSync('/proc/sys/fs/mqueue') ? [queue(usualQueue), socket(usualSocket)] : [socket(usualSocket)]
}

/** Opens the first way that can be opened; else throws what the last one said. */
export function openFirst(ways: readonly Way[]): { way: Way; sender: Sender } {
  let problem = new Error('time events: there is no way to send')
  for (const way of ways) {
    try {
      return { way, sender: way.open() }
    } catch (error) {
      problem = asError(error)
    }
  }
  throw problem
}

function udpWay(text: string, rest: string | undefined): Way {
  const address = rest === undefined ? usualUdp : udpAddress(rest)
  if (!address) throw wrongWay(text, 'must be udp:host:port')
  return { name: `udp:${address.host}:${address.port}`, isLossy: true, open: () => sendToUdp(address) }
}

/** Undefined where it is none. */
function udpAddress(text: string): UdpAddress | undefined {
  const [, host, port] = /^\[?([^[\]]+)\]?:(\d{1,5})$/.exec(text) ?? []
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined
  return { host, port: Number(port) }
}

function wrongWay(text: string, problem: string): Error {
  const ways = 'auto, queue, queue:/name, socket, socket:@name, socket:/path, udp or udp:host:port'
  return withCode(
    'EVENTS_TRANSPORT',
    new Error(`time events: the transport ${text} ${problem}; give ${ways}`),
  )
}
