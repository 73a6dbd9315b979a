// Whom a wrong login is put down to.
import type { IncomingMessage } from 'node:http'

/** What all addresses of this machine count as. */
export const thisMachine = 'this machine'

/**
 * The address a request comes from. Behind a reverse proxy on this machine it is the one that the proxy has added;
 * nobody else's word is taken for it. All of this machine's own count as one, and so does an IPv6 network of 64 bits,
 * which is what a single customer gets.
 */
export function addressOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
  const peer = kindOf(socket.remoteAddress ?? '')
  if (peer !== thisMachine) return peer
  const added = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  return added && /^[0-9a-fA-F.:]{3,45}$/.test(added) ? kindOf(added) : peer
}

function kindOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (plain === '::1' || plain.startsWith('127.')) return thisMachine
  return plain.includes(':') ? `${groups(plain).slice(0, 4).join(':')}::/64` : plain
}

/** The eight groups of an IPv6 address, with those that `::` stands for put in. */
function groups(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const front = head ? head.split(':') : []
  if (tail === undefined) return front
  const back = tail ? tail.split(':') : []
  return [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back]
}
