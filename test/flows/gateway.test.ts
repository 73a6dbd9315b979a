import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileFormats } from '../../lib/formats/compile.ts'
import { jeelinkFormats } from '../../lib/formats/library/jeelink.ts'
import { definitionProblem } from '../../nodes/format/options.ts'
import { readJournalOptions } from '../../nodes/journal/options.ts'
import type { JournalNodeOptions } from '../../nodes/journal/settings.ts'
import { type PortOptions, readPortOptions } from '../../nodes/port/options.ts'
import { type FlowNode, flowFile, gatewayFlow } from '../../scripts/make-flow.ts'

const flow = JSON.parse(readFileSync(flowFile, 'utf8')) as FlowNode[]
const byId = new Map(flow.map((node) => [node.id, node]))
const coreTypes = ['tab', 'comment', 'debug', 'mqtt-broker', 'tls-config']

function ofType(type: string): FlowNode[] {
  return flow.filter((node) => node.type === type)
}

/** The sinks by name, the others by type. */
function labelOf({ type, name }: FlowNode): string {
  return type === 'fieldlog-mqtt-out' || type === 'debug' ? String(name) : type
}

/** What is behind each output, in order. */
function targets(node: FlowNode): string[][] {
  return (node.wires as string[][]).map((wires) => wires.map((id) => labelOf(byId.get(id)!)))
}

describe('flows: gateway', () => {
  it('is what the generator makes', () => {
    assert.deepEqual(flow, gatewayFlow(), 'run: node scripts/make-flow.ts')
  })

  it('has only nodes of this package and of the core, each with its own id', () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      'node-red': { nodes: Record<string, string> }
    }
    const own = Object.keys(manifest['node-red'].nodes).map((name) => `fieldlog-${name}`)
    for (const { type } of flow) assert.ok([...own, ...coreTypes].includes(type), type)
    assert.equal(byId.size, flow.length)
    for (const { id } of flow) assert.match(id, /^[0-9a-f]{16}$/)
  })

  it('wires serial in, log, clean, label and the sinks, each output to its own', () => {
    assert.deepEqual(targets(ofType('fieldlog-serial-in')[0]!), [['fieldlog-log'], [], []])
    assert.deepEqual(targets(ofType('fieldlog-log')[0]!), [['fieldlog-clean'], []])
    assert.deepEqual(targets(ofType('fieldlog-clean')[0]!), [
      ['fieldlog-label'],
      ['rejected', 'fieldlog-store'],
      ['unknown'],
    ])
    assert.deepEqual(targets(ofType('fieldlog-label')[0]!), [
      ['good', 'fieldlog-store'],
      ['bad', 'fieldlog-store'],
    ])
    assert.equal(ofType('debug')[0]!.active, false)
  })

  it('refers to config nodes that are there', () => {
    const references: Array<[string, string, string]> = [
      ['fieldlog-serial-in', 'port', 'fieldlog-port'],
      ['fieldlog-log', 'journal', 'fieldlog-journal'],
      ['fieldlog-mqtt-out', 'broker', 'mqtt-broker'],
    ]
    for (const [type, property, wanted] of references) {
      for (const node of ofType(type)) assert.equal(byId.get(String(node[property]))?.type, wanted)
    }
    // all formats of the flows: one that a user adds is used at once
    assert.deepEqual(ofType('fieldlog-clean')[0]!.formats, [])
  })

  it('has the formats of the library, and they are right', () => {
    const definitions = ofType('fieldlog-format').map((format) => format.definition)
    assert.deepEqual(definitions, jeelinkFormats)
    for (const definition of definitions) assert.equal(definitionProblem(definition), undefined)
  })

  it('has a line with each format that it decodes', () => {
    const formats = compileFormats(jeelinkFormats)
    for (const { definition, sample } of ofType('fieldlog-format')) {
      const outcome = formats.decode({ payload: sample, source: 'ttyUSB0' })
      assert.equal(outcome.kind, 'clean')
      assert.equal(outcome.type, (definition as { type: string }).type)
    }
  })

  it('takes its settings from the environment, and holds no login', () => {
    const text = JSON.stringify(flow)
    const names = [...text.matchAll(/\$\{FIELDLOG_([A-Z_]+)\}/g)].map(([, name]) => name)
    assert.deepEqual(names, ['HOMEASSISTANT', 'SERIAL', 'BAUD', 'BUFFER_SIZE', 'FLUSH_INTERVAL', 'MQTT'])
    assert.doesNotMatch(text, /"(user|password|credentials)"/)
    assert.equal(ofType('mqtt-broker')[0]!.protocolVersion, '5')
  })

  it('runs on the defaults where the variables are not set', () => {
    const port = readPortOptions(ofType('fieldlog-port')[0] as Partial<PortOptions>)
    assert.deepEqual([port.path, port.serial.baudRate], ['', 57600])
    const { bufferSize, flushInterval } = readJournalOptions(
      ofType('fieldlog-journal')[0] as Partial<JournalNodeOptions>,
      '/home',
    )
    assert.deepEqual([bufferSize, flushInterval], [100, 1])
  })

  it('is one row on the grid, with nothing on top of anything else', () => {
    const placed = flow.filter((node) => typeof node.x === 'number') as Array<
      FlowNode & { x: number; y: number }
    >
    const row = ['serial-in', 'log', 'clean', 'label'].map((name) => ofType(`fieldlog-${name}`)[0]!)
    assert.equal(new Set(row.map(({ y }) => y)).size, 1)
    for (const { x, y } of placed) assert.deepEqual([x % 10, y % 20], [0, 0])
    for (const [index, one] of placed.entries()) {
      for (const other of placed.slice(index + 1)) {
        const apart = Math.abs(one.x - other.x) >= 130 || Math.abs(one.y - other.y) >= 40
        assert.ok(apart, `${one.type} and ${other.type}`)
      }
    }
  })
})
