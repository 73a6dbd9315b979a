import type { NodeAPI, NodeDef } from 'node-red'
import type { LoggableMessage } from '../../lib/delivery/intake.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { onInput, sender } from '../journal/direct.ts'
import type { JournalNode, LogNode } from '../journal/registry.ts'
import { throttle } from '../shared/throttle.ts'
import { deliveryLimits, type LogNodeOptions } from './settings.ts'
import { logStatus } from './status.ts'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-log', function (this: LogNode, saved: LogNodeOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-log', saved)
    const limits = deliveryLimits(config, (problem) => this.warn(`log: ${problem}`))
    this.timeLimit = limits.timeLimit
    const journal = RED.nodes.getNode(config.journal) as JournalNode | null
    const problem = whyUnusable(journal)
    if (problem !== undefined || !journal?.service) {
      this.status({ fill: 'red', shape: 'ring', text: 'no journal' })
      this.error(`log: ${problem}`)
      return
    }
    const { service } = journal
    const status = throttle(() => this.status(logStatus(service.state)))
    const statusTimer = setInterval(status.changed, 1000)
    journal.user = this
    journal.listener = {
      warn: (message) => this.warn(message),
      changed: status.changed,
      recovered: (salvages) => this.send([null, { topic: 'recovered', payload: salvages }]),
    }
    service.attach(sender(RED, this), limits)

    const startsPaths = true
    onInput(
      RED,
      this,
      (message, _send, done) => service.log(message as LoggableMessage, this.name ?? '', done),
      startsPaths,
    )

    this.on('close', (done: () => void) => {
      clearInterval(statusTimer)
      status.stop()
      service
        .detach()
        .catch((error: unknown) => this.error(asError(error).message))
        .finally(() => {
          journal.user = undefined
          journal.listener = undefined
          done()
        })
    })
  })
}

function whyUnusable(journal: JournalNode | null): string | undefined {
  if (!journal) return 'no journal to write to. Choose or add one in the panel.'
  if (!journal.service) return 'its journal has wrong settings. Correct them in the panel.'
  if (!journal.user) return undefined
  const { name, id } = journal.user
  return `the journal is used by the log node ${name || id} already: wire to that one, or choose another journal.`
}
