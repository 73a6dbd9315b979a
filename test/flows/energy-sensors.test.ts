import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { compileFormats } from '../../lib/formats/compile.ts'
import { definitionProblem } from '../../nodes/format/options.ts'
import { energyFlow } from '../../scripts/flows/energy.ts'
import { energyFlowFile, type FlowNode, gatewayFlow } from '../../scripts/make-flow.ts'

const flow = JSON.parse(readFileSync(energyFlowFile, 'utf8')) as FlowNode[]
const byId = new Map(flow.map((node) => [node.id, node]))

function ofType(type: string): FlowNode[] {
  return flow.filter((node) => node.type === type)
}

/** The types behind each output, in order. */
function targets(node: FlowNode): string[][] {
  return (node.wires as string[][]).map((wires) => wires.map((id) => byId.get(id)!.type))
}

describe('flows: energy sensors', () => {
  it('is what the generator makes', () => {
    assert.deepEqual(flow, energyFlow(), 'run: node scripts/make-flow.ts')
  })

  it('can stand beside the default flow: no id is in both', () => {
    const ids = [...gatewayFlow(), ...flow].map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/)
  })

  it('has the three routes, each with an answer, and a journal of its own', () => {
    const routes = ofType('http in').map(({ method, url }) => `${method} ${url}`)
    assert.deepEqual(routes, ['post /log/store', 'post /log/parse', 'get /clusters/summary'])
    for (const node of ofType('http in')) assert.equal(node.skipBodyParsing, false)
    const [store, parse] = ofType('fieldlog-http-body')
    assert.deepEqual(targets(store!), [['fieldlog-log'], ['http response']])
    assert.deepEqual(targets(parse!), [[], ['http response']])
    assert.deepEqual([store!.action, parse!.action, parse!.untyped], ['store', 'parse', 'text'])
    assert.deepEqual(targets(ofType('fieldlog-log')[0]!), [['fieldlog-clean'], []])
    assert.equal(ofType('fieldlog-journal')[0]!.directory, 'energy-journal')
    assert.equal(byId.get(String(ofType('fieldlog-log')[0]!.journal))?.type, 'fieldlog-journal')
  })

  it('checks and decodes by one format, which is right and takes its sample', () => {
    const [format] = ofType('fieldlog-format')
    for (const node of ofType('fieldlog-http-body')) assert.equal(node.format, format!.id)
    assert.deepEqual(ofType('fieldlog-clean')[0]!.formats, [format!.id])
    assert.equal(definitionProblem(format!.definition), undefined)
    const formats = compileFormats([format!.definition as Parameters<typeof compileFormats>[0][0]])
    assert.equal(formats.decode({ payload: format!.sample, source: 'http' }).kind, 'clean')
  })

  it('is on the grid, with nothing on top of anything else', () => {
    const placed = flow.filter((node) => typeof node.x === 'number') as Array<
      FlowNode & { x: number; y: number }
    >
    for (const { x, y } of placed) assert.deepEqual([x % 10, y % 20], [0, 0])
    for (const [index, one] of placed.entries()) {
      for (const other of placed.slice(index + 1)) {
        const apart = Math.abs(one.x - other.x) >= 130 || Math.abs(one.y - other.y) >= 40
        assert.ok(apart, `${one.type} and ${other.type}`)
      }
    }
  })
})
