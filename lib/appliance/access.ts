// Decides which HTTP requests are let in, with a login and without one. SECURITY.md says what is defended.
import type { IncomingMessage, RequestListener } from 'node:http'
import { refuseWithLogin, refuseWithoutLogin } from './guard.ts'
import { basicCredentials } from './login.ts'
import type { ReaderLogin } from './reader-login.ts'
import { addressOf } from './web/address.ts'
import type { Denial, Guard, Verdict } from './web/guarded-server.ts'
import type { Credentials, LoginAnswer, LoginGate } from './web/login-gate.ts'
import { pathOf } from './web/target.ts'
import { loginOfTokenRequest } from './web/token-request.ts'

/** Whether a request has an access token of the editor's that is right; undefined while nobody can tell yet. */
export type TokenCheck = ((request: IncomingMessage) => Promise<boolean>) | undefined

export interface AccessParts {
  /** undefined: there is no login */
  gate: LoginGate | undefined
  tokenCheck(): TokenCheck
  /** told of right Basic logins */
  reader: Pick<ReaderLogin, 'admit'>
}

/** The guard in front of everything the HTTP server answers. */
export function guardFor({ gate, tokenCheck, reader }: AccessParts): Guard {
  if (!gate) return (request, upgrade) => refuseWithoutLogin(request, upgrade) ?? 'all'
  return (request, upgrade) => {
    const refusal = refuseWithLogin(request, upgrade)
    if (refusal) return refusal
    // a page cannot add a login to the editor's websocket: Node-RED asks for the token in its first message
    if (upgrade && request.url === '/comms') return 'all'
    if (!upgrade && isEditorsOwn(request)) return 'own'
    if (!upgrade && request.method === 'POST' && request.url === '/auth/token') {
      return checkTokenRequest(gate, request)
    }
    return checkLogin(gate, request, tokenCheck(), reader)
  }
}

/**
 * Files of the editor that it needs before anybody can log in, or that its pages load as scripts, without a token. They
 * are the same in every Node-RED. Packages have theirs below /resources.
 */
const editorFolders = /^\/(?:red|vendor|locales|theme|icons|resources|types|debug\/view)\//
const editorFiles = ['/', '/favicon.ico', '/theme', '/auth/login']
/** The files of our own pages, which hold no data: they ask for the login themselves. Their interfaces are one folder deeper. */
const pageFile = /^\/fieldlog(?:\/setup)?(?:\/(?:[\w-]+(?:\.[\w-]+)+)?)?$/

function isEditorsOwn({ method, url = '' }: IncomingMessage): boolean {
  const path = pathOf(url)
  return (
    (method === 'GET' || method === 'HEAD') &&
    (editorFiles.includes(path) || editorFolders.test(path) || pageFile.test(path))
  )
}

async function checkTokenRequest(gate: LoginGate, request: IncomingMessage): Promise<Verdict> {
  const login = await loginOfTokenRequest(request)
  if ('status' in login) return login
  const answer = await gate.ask(addressOf(request), login)
  if (answer === 'right') return 'own'
  return answer === 'wrong' ? wrongTokenLogin : notNow(answer.wait)
}

async function checkLogin(
  gate: LoginGate,
  request: IncomingMessage,
  tokens: TokenCheck,
  reader: AccessParts['reader'],
): Promise<Verdict> {
  const answer = await askBasic(gate, request)
  if (answer === 'right') {
    reader.admit(request)
    return 'all'
  }
  if (typeof answer === 'object') return notNow(answer.wait)
  if (!/^Bearer /i.test(request.headers.authorization ?? '')) return logIn(request)
  if (!tokens) return starting
  return (await tokens(request)) ? 'all' : logIn(request)
}

async function askBasic(
  gate: Pick<LoginGate, 'ask'>,
  request: IncomingMessage,
): Promise<LoginAnswer | undefined> {
  const given: Credentials | undefined = basicCredentials(request.headers.authorization)
  return given && gate.ask(addressOf(request), given)
}

/** What Node-RED says, too. */
const wrongTokenLogin: Denial = {
  status: 403,
  text: '{"error":"invalid_grant","error_description":"Invalid resource owner credentials"}',
  headers: { 'content-type': 'application/json' },
}

const starting: Denial = { status: 503, text: 'Fieldlog is starting.\n', headers: { 'retry-after': '2' } }

function notNow(wait: number): Denial {
  return {
    status: 429,
    text: `Too many wrong logins; try again in ${wait} s.\n`,
    headers: { 'retry-after': String(wait) },
  }
}

/**
 * A browser asks the user for a password, except on behalf of scripts of the editor and of our pages: they have a form for
 * it, and the browser's would cover it.
 */
function logIn({ headers }: IncomingMessage): Denial {
  const byEditor = headers['x-requested-with'] !== undefined || /^Bearer /i.test(headers.authorization ?? '')
  // a script of a page names the page, and, other than a link on it, does not want one
  const byPage = headers.referer !== undefined && !/\btext\/html\b/.test(headers.accept ?? '')
  const byScript = byEditor || byPage
  return {
    status: 401,
    text: 'Log in as the user admin.\n',
    ...(byScript ? {} : { headers: { 'www-authenticate': 'Basic realm="Fieldlog", charset="UTF-8"' } }),
  }
}

/** For all that is not the editor's: what flows serve over HTTP wants the Basic login, a token does not do. */
export function demandLogin(gate: Pick<LoginGate, 'ask'>) {
  return (...[request, response, next]: [...Parameters<RequestListener>, next?: () => void]) => {
    askBasic(gate, request).then(
      (answer) => {
        if (answer === 'right') return next?.()
        const { status, text, headers } = typeof answer === 'object' ? notNow(answer.wait) : logIn(request)
        response.writeHead(status, { 'content-type': 'text/plain', ...headers })
        response.end(text)
      },
      () => response.destroy(),
    )
  }
}
