import type { NodeAPI, NodeDef } from 'node-red'
import type { LoggableMessage } from '../../lib/delivery/intake.ts'
import type { LogService } from '../../lib/delivery/log-service.ts'
import { asError, withCode } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { onInput, sender } from '../journal/direct.ts'
import type { JournalNode, LogNode } from '../journal/registry.ts'
import { limitErrors } from '../shared/limit-errors.ts'
import { throttle } from '../shared/throttle.ts'
import { deliveryLimits, type LogNodeOptions } from './settings.ts'
import { logStatus, withoutJournalStatus } from './status.ts'

/** Errors that may come with every message: told once a minute with their count. */
const frequent = new Set(['EVENT_DROPPED', 'EVENT_NOT_JSON', 'ENTRY_TOO_LONG', 'JOURNAL_MISSING'])

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-log', function (this: LogNode, saved: LogNodeOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-log', saved)
    const limits = deliveryLimits(config, (problem) => this.warn(`log: ${problem}`))
    this.timeLimit = limits.timeLimit
    this.on('close', limitErrors(this, frequent))
    const journal = RED.nodes.getNode(config.journal) as JournalNode | null
    const problem = whyUnusable(journal)
    if (problem !== undefined || !journal?.service) refuseAll(RED, this, `log: ${problem}`)
    else logInto(RED, this, limits, journal, journal.service)
  })
}

function logInto(
  RED: NodeAPI,
  node: LogNode,
  limits: ReturnType<typeof deliveryLimits>,
  journal: JournalNode,
  service: LogService,
): void {
  const status = throttle(() => node.status(logStatus(service.state)))
  const statusTimer = setInterval(status.changed, 1000)
  journal.user = node
  journal.listener = {
    warn: (message) => node.warn(message),
    changed: status.changed,
    recovered: (salvages) => node.send([null, { topic: 'recovered', payload: salvages }]),
  }
  service.attach(sender(RED, node), limits)

  const startsPaths = true
  onInput(
    RED,
    node,
    (message, _send, done) => service.log(message as LoggableMessage, node.name ?? '', done),
    startsPaths,
  )

  node.on('close', (done: () => void) => {
    clearInterval(statusTimer)
    status.stop()
    service
      .detach()
      .catch((error: unknown) => node.error(asError(error).message))
      .finally(() => {
        journal.user = undefined
        journal.listener = undefined
        done()
      })
  })
}

/** Nothing is lost silently: each message is an error on it, and counted. */
function refuseAll(RED: NodeAPI, node: LogNode, text: string): void {
  let refused = 0
  const status = throttle(() => node.status(withoutJournalStatus(refused)))
  status.changed()
  node.error(text)
  onInput(RED, node, (_message, _send, done) => {
    refused++
    status.changed()
    done(withCode('JOURNAL_MISSING', new Error(`${text} This message was not logged.`)))
  })
  node.on('close', () => status.stop())
}

function whyUnusable(journal: JournalNode | null): string | undefined {
  if (!journal) return 'no journal to write to. Choose or add one in the panel.'
  if (!journal.service) return 'its journal has wrong settings. Correct them in the panel.'
  if (!journal.user) return undefined
  const { name, id } = journal.user
  return `the journal is used by the log node ${name || id} already: wire to that one, or choose another journal.`
}
