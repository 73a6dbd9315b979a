import type { NodeAPI, NodeDef } from 'node-red'
import { systemClock } from '../../lib/kit/clock.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptions, type Settings } from '../../lib/options/options.ts'
import { LocalLog } from '../../lib/time-events/local-log.ts'
import type { LogLevel } from '../../lib/time-events/settings.ts'
import { onFlows } from '../shared/flows.ts'
import { type EventsOptions, eventsOptions, localLogSettings, serverSettings } from './options.ts'
import { type EventsNode, hubRegistry } from './registry.ts'

const nodeType = 'fieldlog-events'

export default function (RED: NodeAPI): void {
  const registry = hubRegistry(RED)
  RED.nodes.registerType(nodeType, function (this: EventsNode, saved: EventsOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate(nodeType, saved)
    this.hub = registry.hub(this.id)
    let isDeploy = false
    let localLog: LocalLog | undefined
    try {
      const settings = readOptions(eventsOptions, config)
      localLog = localLogOf(this, settings)
      this.hub.attach(serverSettings(settings), {
        logged: (event) => localLog?.take(event),
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
      localLog?.close()
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

function localLogOf(node: EventsNode, settings: Settings<typeof eventsOptions>): LocalLog | undefined {
  const { localLog: level } = settings
  if (level === 'off') return undefined
  const write = (text: string) => writeAt(node, level, text)
  return new LocalLog(localLogSettings(settings), { write, clock: systemClock })
}

function writeAt(node: EventsNode, level: Exclude<LogLevel, 'off'>, text: string): void {
  if (level === 'info') node.log(text)
  else node[level](text)
}
