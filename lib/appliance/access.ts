// Decides which HTTP requests are let in, with a login and without one. SECURITY.md says what is defended.
import type { RequestListener } from 'node:http'
import { refuseWithLogin, refuseWithoutLogin } from './guard.ts'
import type { Guard } from './guarded-server.ts'
import type { BasicAuth } from './login.ts'

/** The guard in front of everything the HTTP server answers. */
export function guardFor(auth: BasicAuth | undefined): Guard {
  if (!auth) return refuseWithoutLogin
  return async (request, upgrade) => {
    const refusal = refuseWithLogin(request, upgrade)
    if (refusal) return refusal
    // the editor's websocket logs in by itself; those of flows and dashboards do not,
    // nor do the polls (`transport=polling`) that socket servers answer before the application sees them
    const url = URL.parse(request.url ?? '', 'http://host')
    const flowSocket = upgrade ? url?.pathname !== '/comms' : (url?.searchParams.has('transport') ?? true)
    return flowSocket && !(await auth.allows(request.headers)) ? logIn : undefined
  }
}

const logIn = {
  status: 401 as const,
  text: 'Log in as the user admin.\n',
  headers: { 'www-authenticate': 'Basic realm="Fieldlog", charset="UTF-8"' },
}

/** For all that is not the editor's: what flows serve over HTTP. */
export function demandLogin(auth: BasicAuth) {
  return (...[request, response, next]: [...Parameters<RequestListener>, next?: () => void]) => {
    auth.allows(request.headers).then(
      (allowed) => {
        if (allowed) return next?.()
        response.writeHead(logIn.status, { 'content-type': 'text/plain', ...logIn.headers })
        response.end(logIn.text)
      },
      () => response.destroy(),
    )
  }
}
