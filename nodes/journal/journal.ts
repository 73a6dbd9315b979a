import type { NodeAPI, NodeDef } from 'node-red'
import { LogService } from '../../lib/delivery/log-service.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { onFlows } from '../shared/flows.ts'
import { serveJournals } from './endpoints.ts'
import { readJournalOptions } from './options.ts'
import { type JournalNode, releaseTracker, takeTracker } from './registry.ts'
import type { JournalNodeOptions } from './settings.ts'

export default function (RED: NodeAPI): void {
  serveJournals(RED)
  RED.nodes.registerType(
    'fieldlog-journal',
    function (this: JournalNode, saved: JournalNodeOptions & NodeDef) {
      RED.nodes.createNode(this, saved)
      const config = migrate('fieldlog-journal', saved)
      try {
        const options = readJournalOptions(config, RED.settings.userDir ?? process.cwd())
        this.directory = options.directory
        this.flushInterval = options.flushInterval
        this.service = new LogService(options, takeTracker(RED), {
          warn: (message) => (this.user ?? this).warn(message),
          changed: () => this.listener?.changed(),
          recovered: (salvages) => this.listener?.recovered(salvages),
        })
      } catch (error) {
        this.error(`journal: ${asError(error).message}`)
        return
      }
      const { service } = this
      const forget = onFlows(RED.events, {
        stopping: () => service.hold(),
        started: () => service.release(),
      })
      service.start()

      this.on('close', (done: () => void) => {
        forget()
        service
          .stop()
          .catch((error: unknown) => this.error(asError(error).message))
          .finally(() => {
            releaseTracker(RED)
            done()
          })
      })
    },
  )
}
