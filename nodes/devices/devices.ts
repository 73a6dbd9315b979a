import type { NodeAPI, NodeDef } from 'node-red'
import { compileNames } from '../../lib/devices/names.ts'
import { soundRows } from '../../lib/devices/rows.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { onFlows } from '../shared/flows.ts'
import { serveDevices } from './endpoints.ts'
import type { DevicesOptions } from './options.ts'
import { DEVICES_TYPE, type DevicesNode, devicesNode } from './registry.ts'

export default function (RED: NodeAPI): void {
  serveDevices(RED)
  RED.nodes.registerType(DEVICES_TYPE, function (this: DevicesNode, saved: DevicesOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate(DEVICES_TYPE, saved)
    const { rows, problems } = soundRows(config.devices)
    this.names = compileNames(rows)
    for (const { text } of problems) {
      this.error(`devices: ${text} The row is not used until it is corrected in the panel.`)
    }

    const forgetFlows = onFlows(RED.events, {
      started: () => {
        const first = devicesNode(RED)
        if (!first || first === this) return
        this.error(
          `devices: there are two of these nodes, and the names of ${first.name || first.id} are used. ` +
            'Put all devices into that one, and remove this one.',
        )
      },
    })
    this.on('close', forgetFlows)
  })
}
