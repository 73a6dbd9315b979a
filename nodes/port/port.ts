import type { NodeAPI, NodeDef } from 'node-red'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { createSource } from '../../lib/serial/create-source.ts'
import { listPorts } from '../../lib/serial/source/ports.ts'
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
      this.port.attach({
        key: connectionKey(settings),
        source: createSource(settings.path, settings.serial),
        lines: settings.lines,
        sending: settings.sending,
        report: (level, text) => (level === 'warn' ? this.warn(text) : this.log(text)),
      })
    } catch (error) {
      this.problem = asError(error).message
      this.error(`port: ${this.problem}. Correct it in the port's settings.`)
    }

    this.on('close', (removed: boolean, done: () => void) => {
      this.port.detach(removed).then(done, (error) => {
        this.error(`port: ${asError(error).message}`)
        done()
      })
    })
  })

  RED.httpAdmin.get('/fieldlog/ports', RED.auth.needsPermission('fieldlog.read'), (_request, response) => {
    listPorts().then(
      (ports) => response.json(ports),
      (error) => response.status(500).json({ error: asError(error).message }),
    )
  })

  serveSending(RED)
}

/** Tells apart the settings that need a connection of their own: startup lines do, for they are sent to a new one. */
function connectionKey({ path, serial, lines, sending }: PortSettings): string {
  return JSON.stringify({ path, serial, lines, startLines: sending.startLines })
}
