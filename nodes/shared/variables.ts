// Tells the panels what a variable of the environment says now: `${FIELDLOG_BAUD}` alone tells a reader nothing.
import type { NodeAPI } from 'node-red'
import { withoutLogin } from '../../lib/kit/url-login.ts'
import type { Request, Response } from './express.ts'
import type { VariableReport } from './panel/variable-value.ts'

/** GET /fieldlog/variables/<name>: a `VariableReport`. Permission fieldlog.read. */
export function serveVariables(RED: NodeAPI): void {
  const mayRead = RED.auth.needsPermission('fieldlog.read')
  RED.httpAdmin.get(
    '/fieldlog/variables/:name',
    mayRead,
    ({ params }: Request<{ name: string }>, response: Response) => {
      response.json(variableReport(params.name, process.env))
    },
  )
}

/** Whoever may look at flows must not read the rest of the environment by it, nor a password. */
export function variableReport(name: string, environment: NodeJS.ProcessEnv): VariableReport {
  if (!/^FIELDLOG_[A-Z_]+$/.test(name) || /PASS|SECRET|TOKEN|KEY|USER/.test(name)) return { isHidden: true }
  const value = environment[name]
  return value === undefined || value === '' ? {} : { value: withoutLogin(value) }
}
