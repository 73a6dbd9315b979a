import type { NodeAPI, NodeDef } from 'node-red'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptions } from '../../lib/options/options.ts'
import { logLine } from '../../lib/time-events/wire/log-line.ts'
import type { TimeEvent } from '../../lib/time-events/wire/time-event.ts'
import { onFlows } from '../shared/flows.ts'
import { type EventsOptions, eventsOptions, serverSettings } from './options.ts'
import { type EventsNode, hubRegistry } from './registry.ts'

const nodeType = 'fieldlog-events'

export default function (RED: NodeAPI): void {
  const registry = hubRegistry(RED)
  RED.nodes.registerType(nodeType, function (this: EventsNode, saved: EventsOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate(nodeType, saved)
    this.hub = registry.hub(this.id)
    let isDeploy = false
    try {
      const settings = readOptions(eventsOptions, config)
      const { localLog } = settings
      this.hub.attach(serverSettings(settings), {
        logged: localLog === 'off' ? () => {} : (event: TimeEvent) => write(this, localLog, logLine(event)),
        warn: (text) => this.warn(text),
      })
    } catch (error) {
      this.problem = asError(error).message
      this.error(`events: ${this.problem}. Correct it in the settings of the events.`)
    }
    const forgetFlows = onFlows(RED.events, {
      stopping: (event) => {
        isDeploy = event.isDeploy
      },
    })

    this.on('close', (removed: boolean, done: () => void) => {
      forgetFlows()
      this.hub.detach()
      // the sockets stay open through a deploy, for the node that comes
      if (isDeploy && !removed) {
        done()
        return
      }
      registry.close(this.id).then(done, (error) => {
        this.error(`events: ${asError(error).message}`)
        done()
      })
    })
  })
}

function write(node: EventsNode, level: 'info' | 'warn' | 'debug' | 'trace', line: string): void {
  if (level === 'info') node.log(line)
  else node[level](line)
}
