// Who may talk to the HTTP server. A page on the web can make the user's browser send requests to this
// machine: by a DNS name of its own that resolves to 127.0.0.1, by forms, by websockets, which know no
// same-origin rule, or by fetch, whose answer Node-RED 4.1 lets every site read. Where no login protects the
// editor, such requests are refused.
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopbackAuthority } from './loopback.ts'

export interface GuardedRequest {
  method?: string | undefined
  headers: IncomingHttpHeaders
}

/** Why a request is refused, as text for the one who sent it. */
export interface Refusal {
  status: 403
  text: string
}

const foreignHost: Refusal = {
  status: 403,
  text:
    'Refused: Fieldlog has no password, so it answers only to localhost.\n' +
    'Open it as http://localhost or http://127.0.0.1 with its port, or set FIELDLOG_PASSWORD to reach it by another name.\n',
}

const throughProxy: Refusal = {
  status: 403,
  text:
    'Refused: this request comes through a reverse proxy, and Fieldlog has no password.\n' +
    'Set FIELDLOG_PASSWORD_FILE or FIELDLOG_PASSWORD to reach it through a proxy.\n',
}

const foreignOrigin: Refusal = {
  status: 403,
  text: 'Refused: this request comes from a page of another site.\n',
}

/** On loopback without a login: the Host header must name this machine, and no other site may read or write. */
export function refuseWithoutLogin(request: GuardedRequest, upgrade: boolean): Refusal | undefined {
  if (!isLoopbackAuthority(request.headers.host)) return foreignHost
  if (cameThroughProxy(request.headers)) return throughProxy
  return refuseOtherSites(request, upgrade)
}

/** What a page of another site makes a browser send, other than by a link that opens a tab. */
export function refuseOtherSites(request: GuardedRequest, upgrade: boolean): Refusal | undefined {
  return isCrossOrigin(request.headers) || isSentForAnotherSite(request, upgrade) ? foreignOrigin : undefined
}

/** With a login: browsers add it to a websocket by themselves, so another site's page must not open one. */
export function refuseWithLogin(request: GuardedRequest, upgrade: boolean): Refusal | undefined {
  return upgrade && isCrossOrigin(request.headers) ? foreignOrigin : undefined
}

/** A proxy on this machine may name `localhost` as the host, and yet pass on what comes from anywhere. */
export function cameThroughProxy(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => /^(?:forwarded|via|x-real-ip|x-forwarded-.*)$/.test(name))
}

/** A browser names the page's origin; programs send none. `null` (a sandboxed page) is foreign, too. */
function isCrossOrigin(headers: IncomingHttpHeaders): boolean {
  if (headers.origin === undefined) return false
  const origin = URL.parse(headers.origin)
  return !origin || origin.host.toLowerCase() !== withoutDefaultPort(headers.host ?? '', origin.protocol)
}

/**
 * Scripts and pictures are asked for without an origin, but browsers say where the page that wants them is from; another
 * port of this machine is `same-site`. Links from anywhere may open the editor and the pages in a tab; never in a frame.
 */
function isSentForAnotherSite({ method, headers }: GuardedRequest, upgrade: boolean): boolean {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  const reads = !upgrade && (method === 'GET' || method === 'HEAD')
  const opensTab = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  return !(reads && opensTab)
}

/** As `URL.host` has it: lower case, and without the port that the protocol implies. */
function withoutDefaultPort(authority: string, protocol: string): string {
  const implied = protocol === 'https:' ? ':443' : ':80'
  const text = authority.trim().toLowerCase()
  return text.endsWith(implied) ? text.slice(0, -implied.length) : text
}
