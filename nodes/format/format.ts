import type { NodeAPI, NodeDef } from 'node-red'
import { migrate } from '../../lib/migrate/migrate.ts'
import { serveRecentReadings } from '../shared/recent.ts'
import { definitionProblem, type FormatOptions } from './options.ts'
import { FORMAT_TYPE, type FormatNode } from './registry.ts'

export default function (RED: NodeAPI): void {
  serveRecentReadings(RED)
  RED.nodes.registerType(FORMAT_TYPE, function (this: FormatNode, saved: FormatOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate(FORMAT_TYPE, saved)
    const problem = definitionProblem(config.definition)
    if (problem === undefined) this.definition = config.definition
    else {
      const type = config.definition?.type || 'without a type'
      this.error(`format ${type}: not used until it is corrected in its panel:\n${problem}`)
    }
  })
}
