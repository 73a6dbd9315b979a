// Decoding lines again that were logged before a format could take them: one `Redecoding` for each clean node, and the
// admin endpoints by which the editor asks for it.
import type { EventEmitter } from 'node:events'
import type { NodeAPI } from 'node-red'
import { inBackground } from '../../lib/kit/background.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { doneWithin } from '../../lib/kit/deadline.ts'
import { asError, errorCode } from '../../lib/kit/errors.ts'
import { problemOf, settingOf } from '../../lib/options/check.ts'
import { wholeNumber } from '../../lib/options/fields.ts'
import {
  type LoggedLines,
  Redecoding,
  type RedecodingJournal,
  type RedecodingState,
} from '../../lib/redecoding/redecoding.ts'
import type { JournalNode } from '../journal/registry.ts'
import { type Request, type Response, refuse } from '../shared/express.ts'
import { onFlows } from '../shared/flows.ts'

/** Answer of `GET /fieldlog/clean/<id>/logged/state`. */
export type LoggedState = RedecodingState

/** ms since 1970 */
const sinceField = wholeNumber({ title: 'since', min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 })

/** ms for which an answer waits for the flows to start */
const startLimit = 15_000

/** by runtime, then by node */
const runtimes = new WeakMap<EventEmitter, Map<string, Redecoding>>()

/** The node's, through deploys. */
export function redecodingFor(RED: NodeAPI, id: string): Redecoding {
  const all = runtimes.get(RED.events) ?? new Map<string, Redecoding>()
  runtimes.set(RED.events, all)
  const redecoding = all.get(id) ?? new Redecoding(id.replace(/[^A-Za-z0-9_-]/g, '_'))
  all.set(id, redecoding)
  return redecoding
}

/** The node is gone for good. */
export function forgetRedecoding(RED: NodeAPI, id: string): void {
  const all = runtimes.get(RED.events)
  const redecoding = all?.get(id)
  all?.delete(id)
  // a journal that does not open must not hold up the deploy
  if (redecoding) inBackground(redecoding.detach())
}

/** The journal as it is needed here. */
export function redecodingJournal(journal: JournalNode | undefined): RedecodingJournal | undefined {
  if (!journal?.service || journal.directory === undefined) return undefined
  const { service, directory } = journal
  return {
    directory,
    checkpoint: () => service.state.delivery?.checkpoint,
    whenDelivering: () => service.whenDelivering(),
    replay: (ranges, options) => service.replayRanges(ranges, options),
    cancel: (name) => service.cancelReplays(name),
  }
}

/**
 * Each answers 404 where no such clean node is deployed, and those that change something 409 while the journal of its lines is
 * not open. The first is asked after every deploy, also of nodes that have no journal yet: that is no error.
 *
 * - `GET /fieldlog/clean/<id>/logged?since=<ms>` (permission `fieldlog.read`): how many lines that were received from then on would
 *   be decoded again, as `LoggedLines`. It ends where the one who asked goes away
 * - `GET /fieldlog/clean/<id>/logged/state` (`fieldlog.read`): `LoggedState`
 * - `POST /fieldlog/clean/<id>/logged` (`fieldlog.write`) with `{since}`: decodes them again; answers with the `LoggedState` when the
 *   request is on disk
 * - `DELETE /fieldlog/clean/<id>/logged` (`fieldlog.write`): stops that; answers with the `LoggedState`
 */
export function serveLoggedLines(RED: NodeAPI): void {
  const mayRead = RED.auth.needsPermission('fieldlog.read')
  const mayWrite = RED.auth.needsPermission('fieldlog.write')
  const path = '/fieldlog/clean/:id/logged'
  const running = flowsRunning(RED)
  const answer = async (
    { params: { id = '' } }: Request,
    response: Response,
    work: (redecoding: Redecoding) => Promise<LoggedLines | LoggedState | undefined>,
  ): Promise<void> => {
    try {
      await running()
      const redecoding = runtimes.get(RED.events)?.get(id)
      if (redecoding) response.json(await work(redecoding))
      else refuse(response, 404, 'there is no such clean node among the deployed flows: deploy it first')
    } catch (error) {
      const code = error instanceof RangeError ? 400 : errorCode(error) === 'JOURNAL_NOT_OPEN' ? 409 : 500
      refuse(response, code, asError(error).message)
    }
  }
  // One count at a time: many editors that ask at once must not take the disk from the writer.
  let last: Promise<unknown> = Promise.resolve()
  RED.httpAdmin.get(path, mayRead, (request: Request, response: Response) => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    last = last.then(() =>
      answer(request, response, async (redecoding) => {
        if (gone.signal.aborted) return undefined
        return offerOf(redecoding, sinceOf(request.query.since), gone.signal)
      }),
    )
  })
  RED.httpAdmin.get(`${path}/state`, mayRead, (request: Request, response: Response) =>
    answer(request, response, async (redecoding) => redecoding.state),
  )
  RED.httpAdmin.post(path, mayWrite, (request: Request, response: Response) =>
    answer(request, response, async (redecoding) => {
      await redecoding.start(sinceOf((Object(request.body) as Record<string, unknown>).since))
      return redecoding.state
    }),
  )
  RED.httpAdmin.delete(path, mayWrite, (request: Request, response: Response) =>
    answer(request, response, async (redecoding) => {
      await redecoding.stop()
      return redecoding.state
    }),
  )
}

/** The editor has the answer to its deploy before the flows have started: what it asks then is about the new ones. */
function flowsRunning(RED: NodeAPI): () => Promise<unknown> {
  let started: PromiseWithResolvers<void> | undefined
  onFlows(RED.events, {
    stopping({ isDeploy }) {
      if (isDeploy) started ??= Promise.withResolvers()
    },
    started() {
      started?.resolve()
      started = undefined
    },
  })
  return () => (started ? doneWithin(started.promise, startLimit, systemClock) : Promise.resolve())
}

async function offerOf(redecoding: Redecoding, since: number, signal: AbortSignal): Promise<LoggedLines> {
  try {
    return await redecoding.offer(since, signal)
  } catch (error) {
    if (errorCode(error) !== 'JOURNAL_NOT_OPEN') throw error
    return { closed: asError(error).message }
  }
}

function sinceOf(value: unknown): number {
  const problem = problemOf(sinceField, value)
  if (problem !== undefined) throw new RangeError(problem)
  return settingOf(sinceField, value)
}
