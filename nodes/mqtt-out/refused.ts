// What a broker refused over the admin API: lists the topics that wait and what was set aside, and has the one tried and
// the other sent again (docs/mqtt.md, "What a broker refuses, and how it comes back").
import type { NodeAPI } from 'node-red'
import { asError } from '../../lib/kit/errors.ts'
import { type Request, type Response, refuse } from '../shared/express.ts'
import { forgetDevice, sessionOf, sessionsInUse } from './sessions.ts'

/** at most this many are listed, the newest */
const longestList = 1_000
const served = new WeakSet<object>()

/**
 * GET /fieldlog/mqtt: `[{id, address, phase, waiting, refused, broker, closed, closedNow}]`, the brokers in use.
 * `closed`: the topics that it does not take now, the first 20, `[{topic, since, reason, waiting}]`; `broker`: null, or
 * `{since, reason}` where it takes nothing. Permission fieldlog.read.
 * GET /fieldlog/mqtt/<id of the mqtt-broker>/refused: `{count, refused: [{id, topic, payload, reason, time}]}`, the
 * oldest first, 1,000 at most; `time` is when it was refused, ms since 1970; a payload that is not text is
 * `{base64}`. Permission fieldlog.read.
 * POST /fieldlog/mqtt/<id>/retry: `{tried: <number of topics>}`; they are tried now. Permission fieldlog.write.
 * POST …/refused/resend: `{resent: <count>}`. Permission fieldlog.write.
 * POST /fieldlog/mqtt/<id>/forget/<device>: `{forgotten: <whether anything was said of it>}`; what is retained of the device is
 * taken back until its next reading. Permission fieldlog.write.
 * 404 where no node uses the broker.
 */
export function serveRefused(RED: NodeAPI): void {
  if (served.has(RED.httpAdmin)) return
  served.add(RED.httpAdmin)
  const read = RED.auth.needsPermission('fieldlog.read')
  const write = RED.auth.needsPermission('fieldlog.write')
  const answer =
    (work: (id: string, device: string) => Promise<unknown>) =>
    (request: Request<{ id: string; device?: string }>, reply: Response) => {
      work(request.params.id, request.params.device ?? '').then(
        (body) => (body === undefined ? refuse(reply, 404, 'no node uses this broker') : reply.json(body)),
        (error: unknown) => refuse(reply, 500, asError(error).message),
      )
    }
  RED.httpAdmin.get('/fieldlog/mqtt', read, (_request: Request, reply: Response) =>
    reply.json(brokersInUse()),
  )
  RED.httpAdmin.get('/fieldlog/mqtt/:id/refused', read, answer(listOf))
  RED.httpAdmin.post('/fieldlog/mqtt/:id/refused/resend', write, answer(resend))
  RED.httpAdmin.post('/fieldlog/mqtt/:id/retry', write, answer(retry))
  RED.httpAdmin.post('/fieldlog/mqtt/:id/forget/:device', write, answer(forget))
}

function brokersInUse(): unknown {
  return sessionsInUse().map(([id, { address, state }]) => {
    const { phase, waiting, refused, closedBroker, closedTopics, closedCount } = state
    const closures = { broker: closedBroker ?? null, closed: closedTopics, closedNow: closedCount }
    return { id, address, phase, waiting, refused, ...closures }
  })
}

async function listOf(brokerId: string): Promise<unknown> {
  const session = sessionOf(brokerId)
  if (session === undefined) return undefined
  const refused = (await session.refused(longestList)).map(({ entry, reason, at }) => {
    const { id, topic, payload } = entry
    const shown = typeof payload === 'string' ? payload : { base64: payload.toString('base64') }
    return { id, topic, payload: shown, reason, time: at }
  })
  return { count: session.state.refused, refused }
}

async function resend(brokerId: string): Promise<unknown> {
  const session = sessionOf(brokerId)
  return session === undefined ? undefined : { resent: await session.resendRefused() }
}

async function forget(brokerId: string, device: string): Promise<unknown> {
  const forgotten = forgetDevice(brokerId, device)
  return forgotten === undefined ? undefined : { forgotten }
}

async function retry(brokerId: string): Promise<unknown> {
  const session = sessionOf(brokerId)
  return session === undefined ? undefined : { tried: session.retry() }
}
