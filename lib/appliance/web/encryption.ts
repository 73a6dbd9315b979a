// TLS on the port of plain HTTP: the first byte of a connection tells which of the two it is. So one address serves both, and who
// comes without encryption is led to it.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import { addressOf, thisMachine } from './address.ts'
import type { Denial, Guard } from './guarded-server.ts'
import { hostOf } from './host-header.ts'

/** The record that begins a handshake (RFC 8446, section 5.1); no method of HTTP begins so. */
const handshake = 0x16

/** The connection as HTTP is to see it. @param socket that has something to read */
export function decrypted(socket: Socket, secureContext: SecureContext): Socket {
  const first = socket.read(1) as Buffer | null
  if (first !== null) socket.unshift(first)
  return first?.[0] === handshake ? new TLSSocket(socket, { isServer: true, secureContext }) : socket
}

/** Asks the guard only about what came encrypted, or from this machine, where nobody can listen. */
export function encryptedOnly(guard: Guard): Guard {
  return (request, upgrade) => {
    const isSafe =
      request.socket instanceof TLSSocket ||
      addressOf({ socket: request.socket, headers: {} }) === thisMachine
    return isSafe ? guard(request, upgrade) : toHttps(request, upgrade)
  }
}

/** A page that is read comes again; what was sent is not taken, for it came in the clear. */
function toHttps({ method, url = '/', headers }: IncomingMessage, upgrade: boolean): Denial {
  const host = headers.host ?? ''
  const isRead = !upgrade && (method === 'GET' || method === 'HEAD')
  if (isRead && hostOf(host) !== undefined) {
    return { status: 308, text: 'Encrypted only.\n', headers: { location: `https://${host}${url}` } }
  }
  return { status: 403, text: 'Refused: this gateway answers by https:// only.\n' }
}
