// The routes of the interface (docs/history.md, "The interface"), all for those who may read.
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { NodeAPI } from 'node-red'
import { etagOf } from '../../../lib/history/query/etag.ts'
import type { HistoryQueries } from '../../../lib/history/query/history.ts'
import { inBackground } from '../../../lib/kit/background.ts'
import { clustersAnswer } from '../../../lib/pages/clusters.ts'
import { type LiveFeed, waitingFor } from '../../../lib/pages/live-feed.ts'
import type { Status } from '../../../lib/pages/status.ts'
import { clusterings } from '../../cluster/registry.ts'
import { type ApiRequest, refuse, sendError, sendJson, sendWaiting, setCommonHeaders } from './answers.ts'
import type { Histories } from './histories.ts'

export interface ApiParts {
  histories: Histories
  status(): Promise<Status>
  feed: LiveFeed
}

type Question = Exclude<keyof HistoryQueries, 'export'>
type Work = (request: ApiRequest, response: ServerResponse) => Promise<void>

const questions: Question[] = ['latest', 'series', 'values', 'statistics', 'rejects']
/** seconds after which a page comes again where too many listen */
const tooManyWait = 10

export function serveApi(RED: NodeAPI, { histories, status, feed }: ApiParts): void {
  const mayRead = RED.auth.needsPermission('fieldlog.read')
  const serve = (path: string, work: Work) => {
    RED.httpAdmin.get(`/fieldlog/api/${path}`, mayRead, (request: ApiRequest, response: ServerResponse) => {
      inBackground(
        work(request, response).catch((error: unknown) => {
          // who has gone away needs no answer
          if (!response.destroyed) sendError(response, error)
        }),
      )
    })
  }
  /** Asks the store, or says that there is none to read yet. */
  const ask = (work: (queries: HistoryQueries, ...given: Parameters<Work>) => Promise<void>): Work => {
    return async (request, response) => {
      const waiting = waitingFor(histories.store?.state)
      const { history } = histories
      if (waiting || !history) sendWaiting(response, waiting ?? { waiting: 'none', done: 0, left: null })
      else await work(history, request, response)
    }
  }
  for (const question of questions) {
    serve(
      question,
      ask(async (queries, request, response) => {
        const answer = JSON.stringify(await queries[question](request.query, goneSignal(response)))
        await sendJson(request, response, answer, etagOf(request.query, Date.now(), answer))
      }),
    )
  }
  serve(
    'spans',
    ask(async (_queries, request, response) => {
      const { query } = request
      const signal = goneSignal(response)
      const answers = await Promise.all(histories.readable.map((queries) => queries.spans(query, signal)))
      const answer = JSON.stringify(answers.flat().sort((a, b) => b.count - a.count))
      await sendJson(request, response, answer, etagOf(query, Date.now(), answer))
    }),
  )
  for (const format of ['csv', 'jsonl'] as const) {
    serve(
      `export.${format}`,
      ask((queries, request, response) => sendExport(queries, request, response, format)),
    )
  }
  serve('status', async (request, response) => sendJson(request, response, JSON.stringify(await status())))
  serve('clusters', async (request, response) => {
    const answers = clusterings(RED).map(([id, clustering]) => {
      return clustersAnswer(id, RED.nodes.getNode(id)?.name || 'cluster', clustering)
    })
    await sendJson(request, response, JSON.stringify(answers))
  })
  serve('events', async (_request, response) => {
    if (feed.isFull) {
      refuse(
        response,
        503,
        { error: 'events: too many pages listen already; close some of them' },
        tooManyWait,
      )
      return
    }
    setCommonHeaders(response, 'text/event-stream; charset=utf-8', 'no-store, no-transform')
    // nginx would hold it back
    response.setHeader('x-accel-buffering', 'no')
    feed.open(response)
  })
}

const exportTypes = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson; charset=utf-8' } as const

async function sendExport(
  queries: HistoryQueries,
  { query, method }: ApiRequest,
  response: ServerResponse,
  format: keyof typeof exportTypes,
): Promise<void> {
  const signal = goneSignal(response)
  const parts = queries.export({ ...query, format }, signal)[Symbol.asyncIterator]()
  // what is wrong with the question comes with the first part
  let part = await parts.next()
  setCommonHeaders(response, exportTypes[format])
  response.setHeader('content-disposition', `attachment; filename="fieldlog.${format}"`)
  if (method === 'HEAD') {
    await parts.return?.()
    response.end()
    return
  }
  for (; !part.done; part = await parts.next()) {
    if (!response.write(part.value)) await once(response, 'drain', { signal })
  }
  response.end()
}

/** Aborted when the one who asked has gone. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}
