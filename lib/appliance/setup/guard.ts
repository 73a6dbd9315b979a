// Who gets what while the gateway has no password and others can reach it: the set-up page and the choice of a password,
// for browsers of the same network; nothing else for anybody, this machine's own programs included.
import type { IncomingMessage } from 'node:http'
import type { networkInterfaces } from 'node:os'
import { cameThroughProxy, refuseOtherSites } from '../guard.ts'
import type { Denial } from '../web/guarded-server.ts'
import { pathOf } from '../web/target.ts'
import { isNear, isOwnAuthority } from './neighbours.ts'

export interface Surroundings {
  hostName: string
  interfaces: typeof networkInterfaces
}

export const setupFolder = '/fieldlog/setup/'
/** A browser that asks for these is led to the set-up page. */
export const frontDoors: readonly string[] = ['/', '/fieldlog', '/fieldlog/', '/fieldlog/setup']
export const stateAddress = `${setupFolder}api/state`
export const passwordAddress = `${setupFolder}api/password`

const setupFile = /^\/fieldlog\/setup\/(?:[\w-]+\.[\w-]+)?$/

const noPassword: Denial = {
  status: 403,
  text:
    'Refused: this gateway has no password yet, so it answers with its set-up page only.\n' +
    `Open http://<its address>:<its port>${setupFolder} in a browser, or set FIELDLOG_PASSWORD_FILE.\n`,
}

const foreignName: Denial = {
  status: 403,
  text:
    'Refused: this gateway has no password yet, so it answers only to its IP address, to its own name and to names that end in .local.\n' +
    'Open it as http://<IP address> or http://<name>.local, with its port.\n',
}

const fromAfar: Denial = {
  status: 403,
  text:
    'Refused: this gateway has no password yet, and one can be chosen only from its own network, without a proxy in between.\n' +
    'Set FIELDLOG_PASSWORD_FILE where that is not possible.\n',
}

/** `own`: the set-up page answers, and nobody else gets to see the request. */
export function guardSetup(
  request: IncomingMessage,
  upgrade: boolean,
  { hostName, interfaces }: Surroundings,
): Denial | 'own' {
  if (!isOwnAuthority(request.headers.host, hostName)) return foreignName
  if (cameThroughProxy(request.headers)) return fromAfar
  if (!isNear(request.socket.remoteAddress, interfaces())) return fromAfar
  return refuseOtherSites(request, upgrade) ?? (!upgrade && isForSetup(request) ? 'own' : noPassword)
}

function isForSetup({ method, url = '' }: IncomingMessage): boolean {
  const path = pathOf(url)
  if (method === 'POST') return url === passwordAddress
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead && (frontDoors.includes(path) || setupFile.test(path) || path === stateAddress)
}
