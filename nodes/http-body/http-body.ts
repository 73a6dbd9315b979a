import { randomUUID } from 'node:crypto'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { energy } from '../../lib/formats/library/energy.ts'
import { EventCheck } from '../../lib/http/check.ts'
import { type Answer, Receiver } from '../../lib/http/receiver.ts'
import { notNow } from '../../lib/http/refusal.ts'
import { inBackground } from '../../lib/kit/background.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { doneWithin } from '../../lib/kit/deadline.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptionsOrDefaults } from '../../lib/options/options.ts'
import { formatDefinitions } from '../format/registry.ts'
import { sender } from '../journal/direct.ts'
import { intakeOf } from '../journal/intake.ts'
import { onFlows } from '../shared/flows.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { leaveBodies, problemsBefore } from './leave-body.ts'
import { openRequestsOf } from './open-requests.ts'
import { type HttpBodyOptions, httpBodyOptions } from './options.ts'
import { answerDirectly, answerMessage, type RequestMessage, requestOf } from './request.ts'

/** Undefined where none is set. */
function tokenIn(credentials: { token?: unknown } | undefined): string | undefined {
  const token = credentials?.token
  return typeof token === 'string' && token !== '' ? token : undefined
}

const nodeType = 'fieldlog-http-body'
/** Of what Node-RED gives a closing node: what has reached the journal is durable long before; ms */
const closeLimit = 2_000

export default function (RED: NodeAPI): void {
  leaveBodies(RED, nodeType)
  RED.nodes.registerType(
    nodeType,
    function (this: Node<{ token: unknown }>, saved: HttpBodyOptions & NodeDef) {
      RED.nodes.createNode(this, saved)
      const config = migrate(nodeType, saved)
      const options = readOptionsOrDefaults(httpBodyOptions, config, (problem) =>
        this.warn(`http body: ${problem}`),
      )
      const count = { taken: 0, refused: 0 }
      const open = new Map<RequestMessage, Promise<void>>()
      let isClosing = false
      const intake = intakeOf(RED, this.id)
      const send = sender(RED, this)
      const run = randomUUID().slice(0, 8)
      let requests = 0
      let receiver: Receiver | undefined

      const words = statusWords(RED, nodeType)
      const status = showStatus(this, () => {
        const text = words(options.action === 'store' ? 'stored' : 'parsed', count)
        if (receiver) return { fill: 'green', shape: 'dot', text }
        return { fill: 'red', shape: 'ring', text: words('formatMissing') }
      })

      // A deploy may change the format without making this node anew.
      const prepare = () => {
        const [definition] = options.format ? formatDefinitions(RED, [options.format]) : [energy]
        receiver =
          definition &&
          new Receiver(
            {
              body: { bytes: options.bodyLimit * 1024, time: options.bodyTime * 1000 },
              batch: options.batchLimit,
              untyped: options.untyped,
              token: tokenIn(this.credentials),
              source: options.source,
              check: new EventCheck(definition),
            },
            {
              clock: systemClock,
              journals: () => intake.journals(),
              send: (messages) => {
                for (const message of messages) send([message, null])
              },
              drawName: () => `${run}-${++requests}`,
            },
          )
        if (!receiver) this.error('http body: its format is missing or wrong. Choose another in the panel.')
        status.changed()
      }
      const forgetFlows = onFlows(RED.events, {
        started: () => {
          prepare()
          for (const problem of problemsBefore(RED, this.id)) this.warn(`http body: ${problem}`)
        },
      })

      const answerTo = async (message: RequestMessage): Promise<Answer> => {
        const request = requestOf(message)
        if (!request) throw new Error('http body: the message is no request: wire this node behind http in')
        if (!receiver) prepare()
        if (!receiver) return notNow('the node has no format', 60)
        return options.action === 'store' ? receiver.store(request) : receiver.parse(request)
      }

      this.on('input', (given, _send, done) => {
        const message = given as RequestMessage
        const release = openRequestsOf(RED.events).hold(message.res?._res)
        const answered = answerTo(message).then(
          (answer) => {
            release()
            count[answer.status === 200 ? 'taken' : 'refused']++
            status.changed()
            if (isClosing) answerDirectly(message, answer)
            else send([null, answerMessage(message, answer)])
            done()
          },
          (error: Error) => {
            release()
            done(error)
          },
        )
        open.set(message, answered)
        inBackground(answered.finally(() => open.delete(message)))
      })

      this.on('close', (done: () => void) => {
        isClosing = true
        forgetFlows()
        inBackground(
          doneWithin(Promise.all(open.values()), closeLimit, systemClock).then(() => {
            for (const message of open.keys()) answerDirectly(message, notNow('a deploy was under way', 1))
            intake.close()
            done()
          }),
        )
      })
    },
    { credentials: { token: { type: 'password' } } },
  )
}
