// The admin endpoints of journals: their state, and replays on request.
import type { NodeAPI } from 'node-red'
import type { LogState } from '../../lib/delivery/log-service.ts'
import { asError, errorCode, withCode } from '../../lib/kit/errors.ts'
import { type Request, type Response, refuse } from '../shared/express.ts'
import type { JournalNode } from './registry.ts'

/** A journal among the deployed flows. */
export interface JournalName {
  id: string
  name: string
  directory: string
}

/** Where a journal stands. */
export interface JournalReport extends JournalName, LogState {
  /** what is written to the disk in a day, by what was written since the start; undefined in the first minute */
  perDay: { bytes: number; syncs: number } | undefined
}

const secondsPerDay = 86_400
/** What was written in less time says nothing of a day; seconds. */
const shortest = 60

/**
 * - `GET /fieldlog/journals` (permission `fieldlog.read`): the deployed journals, as `JournalName[]`
 * - `GET /fieldlog/journals/<id>` (`fieldlog.read`): `JournalReport`; 404 where there is none
 * - `POST /fieldlog/journals/<id>/replay` (`fieldlog.write`) with `{from, to, for}`, `{incomplete: true}` or
 *   `{damaged: true}`, as JSON or in the query, and a `name` of your own choice: answers when the flow is done, with a
 *   `ReplayResult`; 400 for a wrong range, or where no node has the id in `for`; 409 while the journal is not open
 * - `DELETE /fieldlog/journals/<id>/replay` (`fieldlog.write`): ends the replays of the journal, or with `?name=` that
 *   one; answers `{cancelled}`, how many these were. Each of their own answers says from where to ask again
 * - `POST /fieldlog/journals/<id>/clock` (`fieldlog.write`): the user says that the clock is right; answers with the
 *   `JournalReport`; 404 where there is no such journal, 409 while it is not open
 */
export function serveJournals(RED: NodeAPI): void {
  const mayRead = RED.auth.needsPermission('fieldlog.read')
  const mayWrite = RED.auth.needsPermission('fieldlog.write')
  RED.httpAdmin.get('/fieldlog/journals', mayRead, (_request: Request, response: Response) => {
    response.json(journals(RED).map(nameOf))
  })
  RED.httpAdmin.get('/fieldlog/journals/:id', mayRead, (request: Request, response: Response) => {
    const journal = find(RED, request)
    if (journal) response.json(reportOf(journal))
    else refuse(response, 404, `there is no journal ${request.params.id} among the deployed flows`)
  })
  RED.httpAdmin.post('/fieldlog/journals/:id/replay', mayWrite, (request: Request, response: Response) => {
    replay(RED, find(RED, request), { ...request.query, ...asObject(request.body) }, response).catch(
      (error: unknown) => {
        refuse(response, errorCode(error) === 'REPLAY_RANGE' ? 400 : 409, asError(error).message)
      },
    )
  })
  RED.httpAdmin.delete('/fieldlog/journals/:id/replay', mayWrite, (request: Request, response: Response) => {
    const journal = find(RED, request)
    if (journal?.service)
      response.json({ cancelled: journal.service.cancelReplays(text(request.query.name)) })
    else refuse(response, 404, noSuchJournal)
  })
  RED.httpAdmin.post('/fieldlog/journals/:id/clock', mayWrite, (request: Request, response: Response) => {
    confirmClock(find(RED, request), response).catch((error: unknown) => {
      refuse(response, 409, asError(error).message)
    })
  })
}

async function confirmClock(journal: JournalNode | undefined, response: Response): Promise<void> {
  if (!journal?.service) {
    refuse(response, 404, noSuchJournal)
    return
  }
  await journal.service.confirmClock()
  response.json(reportOf(journal))
}

const noSuchJournal = 'there is no such journal among the deployed flows'

async function replay(
  RED: NodeAPI,
  journal: JournalNode | undefined,
  wanted: Record<string, unknown>,
  response: Response,
) {
  if (!journal?.service) {
    refuse(response, 404, noSuchJournal)
    return
  }
  const name = text(wanted.name)
  for (const kind of ['incomplete', 'damaged'] as const) {
    if (wanted[kind] !== true && wanted[kind] !== 'true') continue
    response.json(await journal.service.replayNoted(kind, name))
    return
  }
  const sink = text(wanted.for)
  if (sink !== undefined && !RED.nodes.getNode(sink)) {
    throw withCode(
      'REPLAY_RANGE',
      new RangeError(`there is no node ${sink} among the deployed flows to send them to`),
    )
  }
  const from = Number(wanted.from)
  const to = wanted.to === undefined ? Number.MAX_SAFE_INTEGER : Number(wanted.to)
  const more = { ...(sink !== undefined && { for: sink }), ...(name !== undefined && { name }) }
  response.json(await journal.service.replay({ from, to, ...more }))
}

/** A text that was given and is not empty. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function find(RED: NodeAPI, { params }: Request): JournalNode | undefined {
  return journals(RED).find(({ id }) => id === params.id)
}

function journals(RED: NodeAPI): JournalNode[] {
  const found: JournalNode[] = []
  RED.nodes.eachNode(({ id, type }) => {
    const node = type === 'fieldlog-journal' ? (RED.nodes.getNode(id) as JournalNode | null) : null
    if (node?.service) found.push(node)
  })
  return found
}

function nameOf({ id, name = '', directory = '' }: JournalNode): JournalName {
  return { id, name, directory }
}

function reportOf(journal: JournalNode): JournalReport {
  const state = journal.service!.state
  const { bytes, syncs, seconds } = state.wear
  const scale = secondsPerDay / seconds
  const perDay =
    seconds < shortest ? undefined : { bytes: Math.round(bytes * scale), syncs: Math.round(syncs * scale) }
  return { ...nameOf(journal), ...state, perDay }
}

function asObject(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
}
