// The admin endpoint that has stores made again.
import type { NodeAPI } from 'node-red'
import type { RebuildRequest, StoreState } from '../../lib/history/model/store-state.ts'
import { asError } from '../../lib/kit/errors.ts'
import { type Request, type Response, refuse } from '../shared/express.ts'
import { type DeployedStore, stores } from './registry.ts'

/** How a store is, for the command and the panel. */
export type StoreReport = StoreState & { id: string; name: string; path: string }

/**
 * - `GET /fieldlog/api/rebuild` (permission `fieldlog.read`): the deployed stores, as `StoreReport[]`
 * - `POST /fieldlog/api/rebuild` (`fieldlog.write`) with `{store, from, to, type}`, each of which may be left out: answers at once with
 *   `{started: true}`; 400 for what makes no sense, 404 where there is no such store, 409 where one is being made already
 */
export function serveRebuild(RED: NodeAPI): void {
  RED.httpAdmin.get(
    '/fieldlog/api/rebuild',
    RED.auth.needsPermission('fieldlog.read'),
    (_request: Request, response: Response) => response.json(stores().map(reportOf)),
  )
  RED.httpAdmin.post(
    '/fieldlog/api/rebuild',
    RED.auth.needsPermission('fieldlog.write'),
    ({ body }: Request, response: Response) => rebuild(body, response),
  )
}

function rebuild(body: unknown, response: Response): void {
  const { store, ...wanted } = Object(body) as Record<string, unknown>
  let request: RebuildRequest
  try {
    request = rebuildRequest(wanted)
  } catch (error) {
    refuse(response, 400, asError(error).message)
    return
  }
  const chosen = store === undefined ? stores() : stores().filter(({ id }) => id === store)
  if (chosen.length === 0) refuse(response, 404, 'there is no such store among the deployed flows')
  else if (chosen.map((one) => one.rebuild(request)).some((started) => started))
    response.json({ started: true })
  else refuse(response, 409, `no rebuild was started: ${chosen[0]!.state.says}`)
}

/** Reads `{from, to, type}`. Throws in words. */
export function rebuildRequest({ from, to, type }: Record<string, unknown>): RebuildRequest {
  const request: RebuildRequest = {}
  if (isGiven(from)) request.from = timeOf('from', from)
  if (isGiven(to)) request.to = timeOf('to', to)
  if (isGiven(type)) {
    if (typeof type !== 'string') throw new Error('type: a text is expected')
    request.type = type
  }
  if (request.from !== undefined && request.to !== undefined && request.to < request.from)
    throw new Error('to: it is before from')
  return request
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function timeOf(name: string, value: unknown): number {
  const time = typeof value === 'string' && !/^-?\d+$/.test(value) ? Date.parse(value) : Number(value)
  if (Number.isSafeInteger(time)) return time
  throw new Error(`${name}: milliseconds since 1970 or ISO 8601 is expected`)
}

function reportOf({ id, name, path, state }: DeployedStore): StoreReport {
  return { id, name, path, ...state }
}
