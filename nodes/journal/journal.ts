import type { NodeAPI, NodeDef } from 'node-red'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { serveVariables } from '../shared/variables.ts'
import { serveJournals } from './endpoints.ts'
import { OpenJournals } from './open-journals.ts'
import { readJournalOptions } from './options.ts'
import type { JournalNode } from './registry.ts'
import type { JournalNodeOptions } from './settings.ts'

export default function (RED: NodeAPI): void {
  serveJournals(RED)
  serveVariables(RED)
  const journals = new OpenJournals(RED)
  RED.nodes.registerType(
    'fieldlog-journal',
    function (this: JournalNode, saved: JournalNodeOptions & NodeDef) {
      RED.nodes.createNode(this, saved)
      const config = migrate('fieldlog-journal', saved)
      try {
        const options = readJournalOptions(config, RED.settings.userDir ?? process.cwd())
        this.directory = options.directory
        this.flushInterval = options.flushInterval
        this.service = journals.take(this, options)
      } catch (error) {
        this.error(`journal: ${asError(error).message}`)
        return
      }

      this.on('close', (done: () => void) => {
        journals.leave(this).then(done, done)
      })
    },
  )
}
