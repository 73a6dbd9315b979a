// The admin API of ports: what is plugged in, the last lines of a port, a reset, and what its panel tries.
import type { NodeAPI } from 'node-red'
import { asError, errorCode } from '../../lib/kit/errors.ts'
import { OptionsError } from '../../lib/options/options.ts'
import { isReference } from '../../lib/options/reference.ts'
import { listPorts } from '../../lib/serial/source/ports.ts'
import { SourceError } from '../../lib/serial/source/source.ts'
import { type Status, statusOf } from '../../lib/serial/status.ts'
import type { LiveLine } from '../../lib/serial/watch/live-lines.ts'
import type { Request as AnyRequest, Response } from '../shared/express.ts'
import { type PortOptions, readPortOptions } from './options.ts'
import type { PortNode } from './registry.ts'
import { type Interruption, InterruptsError, trialsOf } from './trials.ts'

type Request = AnyRequest<{ id: string }>

/** Answer of `GET /fieldlog/ports/live/<id>`. */
export interface LiveReport {
  status: Status
  lines: LiveLine[]
  /** what comes looks as if it had been sent at another speed */
  isNotText: boolean
  /** what the log calls it now; absent while it is closed */
  source?: string
}

const noSuchPort = 'there is no such port among the deployed flows'
const noSuchTrial = 'this trial has ended'

/**
 * - `GET /fieldlog/ports`: what is plugged in, `[{path, text, problem}]`
 * - `GET /fieldlog/ports/live/<id>?after=<number>`: the status of a deployed port and its last lines (20 at most, those
 *   behind that number), as `LiveReport`
 * - `POST /fieldlog/ports/reset/<id>` (`fieldlog.write`): restarts the device by DTR; 409 where it cannot be
 * - `POST /fieldlog/ports/listen` and `/speed` (`fieldlog.write`): begin to listen to a port, or to look for its speed,
 *   with the options of a port as JSON; answer `{id}`, or 409 where that is not possible. Where it
 *   would interrupt a port that is open with other settings, the 409 has `{error, interrupts}` (`Interruption`); `?interrupt=yes` says it may
 * - `GET /fieldlog/ports/trials/<id>?after=<number>` (`fieldlog.write`): a `TrialReport`. Who does not ask for 10 seconds ends it
 * - `DELETE /fieldlog/ports/trials/<id>` (`fieldlog.write`): ends it; answers when the device is free
 *
 * 400 for wrong options, 404 where there is no such port or trial; `fieldlog.read` where nothing else is said.
 */
export function servePorts(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('fieldlog.read')
  const write = RED.auth.needsPermission('fieldlog.write')
  const trials = trialsOf(RED)
  const answer = (work: (request: Request) => unknown) => (request: Request, reply: Response) => {
    Promise.resolve()
      .then(() => work(request))
      .then(
        (body) => (body === undefined ? reply.status(404).json({ error: noSuchTrial }) : reply.json(body)),
        (error: unknown) =>
          reply.status(statusFor(error)).json({ error: asError(error).message, ...interruptionOf(error) }),
      )
  }
  RED.httpAdmin.get(
    '/fieldlog/ports',
    read,
    answer(() => listPorts()),
  )
  RED.httpAdmin.get(
    '/fieldlog/ports/live/:id',
    read,
    answer(({ params, query }) => liveReport(find(RED, params.id), numberIn(query.after))),
  )
  RED.httpAdmin.post(
    '/fieldlog/ports/reset/:id',
    write,
    answer(async ({ params }) => {
      await find(RED, params.id).port.reset()
      return {}
    }),
  )
  RED.httpAdmin.post(
    '/fieldlog/ports/listen',
    write,
    answer(async (request) => ({
      id: await trials.listen(settingsIn(RED, request.body), mayInterrupt(request)),
    })),
  )
  RED.httpAdmin.post(
    '/fieldlog/ports/speed',
    write,
    answer(async (request) => ({
      id: await trials.findSpeed(settingsIn(RED, request.body), mayInterrupt(request)),
    })),
  )
  RED.httpAdmin.get(
    '/fieldlog/ports/trials/:id',
    write,
    answer(({ params, query }) => trials.report(params.id, numberIn(query.after))),
  )
  RED.httpAdmin.delete(
    '/fieldlog/ports/trials/:id',
    write,
    answer(async ({ params }) => {
      await trials.end(params.id)
      return {}
    }),
  )
}

function liveReport({ port }: PortNode, after: number): LiveReport {
  const { live, isSpeedWrong: isNotText, source } = port
  return {
    status: statusOf(port),
    lines: live.after(after),
    isNotText,
    ...(source && { source: source.name }),
  }
}

class NoSuchPort extends Error {
  readonly code = 'NO_SUCH_PORT'
}

function find(RED: NodeAPI, id: string): PortNode {
  const node = RED.nodes.getNode(id) as PortNode | null
  if (node?.type !== 'fieldlog-port' || !node.port) throw new NoSuchPort(noSuchPort)
  return node
}

/** The options that a panel sends; variables are filled in as at a deploy. */
function settingsIn(RED: NodeAPI, body: unknown) {
  const given = typeof body === 'object' && body !== null ? Object.entries(body) : []
  const options = given.map(([name, value]) => [name, isReference(value) ? variable(RED, value) : value])
  return readPortOptions(Object.fromEntries(options) as Partial<PortOptions>)
}

function variable(RED: NodeAPI, reference: string): unknown {
  const value: unknown = RED.util.evaluateNodeProperty(
    `\${${reference.slice(2, -1)}}`,
    'env',
    {} as never,
    {},
  )
  return value === '' || value === undefined ? reference : value
}

function statusFor(error: unknown): number {
  if (error instanceof OptionsError) return 400
  if (error instanceof NoSuchPort) return 404
  if (error instanceof InterruptsError) return 409
  return error instanceof SourceError || errorCode(error) === 'TRIAL_REFUSED' ? 409 : 500
}

function numberIn(value: unknown): number {
  const number = Number(value ?? 0)
  return Number.isFinite(number) ? number : 0
}

/** What a panel asks about in its own words. */
function interruptionOf(error: unknown): { interrupts?: Interruption } {
  return error instanceof InterruptsError ? { interrupts: error.interruption } : {}
}

function mayInterrupt({ query }: Request): boolean {
  return query.interrupt === 'yes'
}
