import type { NodeAPI, NodeDef } from 'node-red'
import { systemClock } from '../../lib/kit/clock.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { createSource } from '../../lib/serial/create-source.ts'
import { listPorts } from '../../lib/serial/source/ports.ts'
import type { SourceHome } from '../../lib/serial/source/source.ts'
import { type PortOptions, readPortOptions } from './options.ts'
import { type PortNode, portRegistry } from './registry.ts'

export default function (RED: NodeAPI): void {
  const registry = portRegistry(RED)

  RED.nodes.registerType('fieldlog-port', function (this: PortNode, saved: PortOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-port', saved)
    this.port = registry.port(this.id)
    try {
      const settings = readPortOptions(config)
      this.port.attach({
        key: JSON.stringify(settings),
        source: createSource(settings.path, settings.serial, systemClock, homeOf(this)),
        lines: settings.lines,
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

  /** Where its source may keep files; none in a runtime without a user directory. */
  function homeOf(node: PortNode): SourceHome | undefined {
    const { userDir } = RED.settings
    return userDir === undefined
      ? undefined
      : { directory: userDir, id: node.id, warn: (text) => node.warn(text) }
  }

  RED.httpAdmin.get('/fieldlog/ports', RED.auth.needsPermission('fieldlog.read'), (_request, response) => {
    listPorts().then(
      (ports) => response.json(ports),
      (error) => response.status(500).json({ error: asError(error).message }),
    )
  })
}
