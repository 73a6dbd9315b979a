import type { NodeAPI, NodeDef } from 'node-red'
import { systemClock } from '../../lib/kit/clock.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { createSource } from '../../lib/serial/create-source.ts'
import type { SourceHome } from '../../lib/serial/source/source.ts'
import { catchingUp } from './catching-up.ts'
import { servePorts } from './endpoints.ts'
import { type PortOptions, type PortSettings, readPortOptions } from './options.ts'
import { type PortNode, portRegistry } from './registry.ts'
import { serveSending } from './send-endpoint.ts'

export default function (RED: NodeAPI): void {
  const registry = portRegistry(RED)

  RED.nodes.registerType('fieldlog-port', function (this: PortNode, saved: PortOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-port', saved)
    this.port = registry.port(this.id)
    try {
      const settings = readPortOptions(config)
      const source = createSource(settings.path, settings.serial, {
        name: settings.name,
        home: homeOf(RED, this),
      })
      this.source = source.name
      registry.deployed(this)
      this.port.attach({
        key: connectionKey(settings),
        source,
        lines: settings.lines,
        filter: catchingUp(source.name, systemClock, settings),
        watch: settings.watch,
        sending: settings.sending,
        report: (level, text) => (level === 'warn' ? this.warn(text) : this.log(text)),
      })
    } catch (error) {
      this.problem = asError(error).message
      this.error(`port: ${this.problem}. Correct it in the port's settings.`)
    }

    this.on('close', (removed: boolean, done: () => void) => {
      registry.closed(this)
      this.port.detach(removed).then(done, (error) => {
        this.error(`port: ${asError(error).message}`)
        done()
      })
    })
  })

  servePorts(RED)
  serveSending(RED)
}

/** Tells apart the settings that need a connection of their own: startup lines do, for they are sent to a new one, and the collector, for what is done at its beginning. */
function connectionKey({ sending, ...others }: PortSettings): string {
  const { startLines, collector } = sending
  return JSON.stringify({ ...others, startLines, collector })
}

/** Where its source may keep files; none in a runtime without a user directory. */
function homeOf({ settings }: NodeAPI, node: PortNode): SourceHome | undefined {
  const { userDir } = settings
  return userDir === undefined
    ? undefined
    : { directory: userDir, id: node.id, warn: (text) => node.warn(text) }
}
