// The formats and predicates of a flow file, as Node-RED writes it.
import { deviceFormat } from '../devices/device-event.ts'
import { compileNames, type DeviceNames } from '../devices/names.ts'
import { soundRows } from '../devices/rows.ts'
import { checkDefinition } from '../formats/check/check.ts'
import type { Match } from '../formats/compile.ts'
import type { FormatDefinition } from '../formats/model/definition.ts'
import { faultRows } from '../migrate/label.ts'
import { migrate } from '../migrate/migrate.ts'
import type { LabelSettings } from '../predicates/judge/compile.ts'
import type { PredicateRow } from '../predicates/model/row.ts'

/** All that decides over verdicts. */
export interface FlowRules {
  formats: FormatDefinition[]
  match: Match
  names: DeviceNames
  rows: Array<Partial<PredicateRow>>
  settings: LabelSettings
  /** there is a label node; without one no event has a verdict */
  isLabelled: boolean
}

interface FlowNode {
  id?: unknown
  type?: unknown
  d?: unknown
  [property: string]: unknown
}

/**
 * The rules of one label node and the formats of one clean node. Throws an Error with what is missing, or which nodes
 * there are to choose from.
 * @param flow the parsed file; @param label id or name of the label node, where there are several
 */
export function rulesOfFlow(flow: unknown, label?: string): FlowRules {
  if (!Array.isArray(flow)) throw new Error('it is no flow: found no list of nodes')
  const nodes = (flow as unknown[])
    .filter((node): node is FlowNode => typeof node === 'object' && node !== null)
    .filter(({ d }) => d !== true)
    .map((node) => migrate(String(node.type), node))
  const definitions = definitionsOf(nodes)
  const clean = only(nodes, 'fieldlog-clean')
  const labelNode = chosen(nodes, label)
  const rows = faultRows(labelNode?.predicates)
  return {
    formats: [deviceFormat, ...inOrder(definitions, clean?.formats)],
    match: clean?.match === 'best' ? 'best' : 'first',
    names: compileNames(soundRows(nodes.find(({ type }) => type === 'fieldlog-devices')?.devices).rows),
    rows: Array.isArray(rows) ? rows : [],
    settings: {
      badFrom: labelNode?.badFrom === 'suspect' ? 'suspect' : 'fail',
      formatRanges: labelNode?.formatRanges !== false,
    },
    isLabelled: labelNode !== undefined,
  }
}

function definitionsOf(nodes: readonly FlowNode[]): Map<string, FormatDefinition> {
  const definitions = new Map<string, FormatDefinition>()
  for (const { id, type, definition } of nodes) {
    if (type !== 'fieldlog-format') continue
    const [problem] = checkDefinition(definition)
    if (problem) throw new Error(`the format ${String(id)} is wrong: ${problem.path}: ${problem.text}`)
    definitions.set(String(id), definition as FormatDefinition)
  }
  if (definitions.size === 0) throw new Error('it has no formats')
  return definitions
}

/** The clean node's formats in its order; all in theirs where it names none, or there is not exactly one. */
function inOrder(definitions: ReadonlyMap<string, FormatDefinition>, ids: unknown): FormatDefinition[] {
  if (!Array.isArray(ids) || ids.length === 0) return [...definitions.values()]
  return ids.map((id) => definitions.get(String(id))).filter((definition) => definition !== undefined)
}

function only(nodes: readonly FlowNode[], type: string): FlowNode | undefined {
  const found = nodes.filter((node) => node.type === type)
  return found.length === 1 ? found[0] : undefined
}

function chosen(nodes: readonly FlowNode[], label: string | undefined): FlowNode | undefined {
  const labels = nodes.filter(({ type }) => type === 'fieldlog-label')
  const wanted =
    label === undefined ? labels : labels.filter(({ id, name }) => id === label || name === label)
  if (wanted.length <= 1 && (label === undefined || wanted.length === 1)) return wanted[0]
  const names = labels.map(({ id, name }) => (name ? `${String(id)} (${String(name)})` : String(id)))
  throw new Error(`choose one of its label nodes: ${names.join(', ')}`)
}
