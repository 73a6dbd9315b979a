import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dashboardFlow, mostPoints } from '../../scripts/flows/dashboard.ts'
import { energyFlow } from '../../scripts/flows/energy.ts'
import { timeEventsFlow } from '../../scripts/flows/time-events.ts'
import { dashboardFlowFile, type FlowNode, gatewayFlow } from '../../scripts/make-flow.ts'

const flow = JSON.parse(readFileSync(dashboardFlowFile, 'utf8')) as FlowNode[]

function named(name: string): FlowNode {
  const found = flow.filter((node) => node.name === name)
  assert.equal(found.length, 1, name)
  return found[0]!
}

/** Runs the code of a function node; `remembered` is what its flow context holds. */
function run(name: string, payload: unknown, remembered?: string): unknown {
  const code = new Function('msg', 'flow', String(named(name).func))
  return code({ payload }, { get: () => remembered })
}

const field = { kind: 'number', unit: null, decimals: null }
const time = Date.UTC(2026, 10, 28, 12)
const kitchen = {
  ...{ type: 'room', name: 'kitchen', time, verdict: 'good' },
  fields: [
    { ...field, name: 'humi', value: 59 },
    { ...field, name: 'temp', unit: '°C', decimals: 1, value: 21 },
    { ...field, name: 'moved', kind: 'boolean', value: false },
    { ...field, name: 'lobat', value: null },
  ],
}

describe('flows: dashboard', () => {
  it('is what the generator makes', () => {
    assert.deepEqual(flow, dashboardFlow(), 'run: node scripts/make-flow.ts')
  })

  it('can stand beside the other flows', () => {
    const others = new Set([...gatewayFlow(), ...energyFlow(), ...timeEventsFlow()].map(({ id }) => id))
    assert.deepEqual(
      flow.filter(({ id }) => others.has(id)),
      [],
    )
    for (const { id } of flow) assert.match(id, /^[0-9a-f]{16}$/)
  })

  it('asks the first store of the flows, whatever its id', () => {
    const queries = flow.filter(({ type }) => type === 'fieldlog-query')
    assert.deepEqual(
      queries.map(({ store, question, from, to }) => ({ store, question, from, to })),
      [
        { store: '', question: 'latest', from: '-24h', to: 'now' },
        { store: '', question: 'values', from: '-24h', to: 'now' },
      ],
    )
  })

  it('makes rows of the latest readings, and asks for a temperature where nothing was chosen', () => {
    const [rows, choice, question] = run('show', { series: [kitchen] }) as [unknown, unknown, unknown]
    const rest = { device: 'kitchen', verdict: 'good', time: new Date(time).toLocaleString() }
    assert.deepEqual(rows, {
      payload: [
        { ...rest, reading: 'humi', value: '59' },
        { ...rest, reading: 'temp', value: '21.0 °C' },
        { ...rest, reading: 'moved', value: 'false' },
      ],
    })
    const curves = ['room/kitchen:humi', 'room/kitchen:temp', 'room/kitchen:lobat']
    const options = curves.map((curve) => ({ label: curve, value: curve }))
    assert.deepEqual(choice, { ui_update: { options }, payload: 'room/kitchen:temp' })
    assert.deepEqual(question, { payload: { series: 'room/kitchen', field: 'temp', points: mostPoints } })
  })

  it('asks for what was chosen while it is there, and for nothing of an empty store', () => {
    const asked = (series: unknown[], remembered: string) =>
      (run('show', { series }, remembered) as unknown[])[2]
    const humi = { payload: { series: 'room/kitchen', field: 'humi', points: mostPoints } }
    assert.deepEqual(asked([kitchen], 'room/kitchen:humi'), humi)
    const temp = { payload: { series: 'room/kitchen', field: 'temp', points: mostPoints } }
    assert.deepEqual(asked([kitchen], 'room/gone:temp'), temp)
    assert.equal(asked([], 'room/kitchen:humi'), null)
  })

  it('makes points of columns, without those that have no value', () => {
    const answer = {
      type: 'room',
      name: 'kitchen',
      field: 'temp',
      unit: '°C',
      t: [1, 2, 3],
      v: [20, null, 21],
    }
    const topic = 'room/kitchen temp (°C)'
    assert.deepEqual(run('points', answer), {
      payload: [
        { x: 1, y: 20, topic },
        { x: 3, y: 21, topic },
      ],
    })
  })

  it('has a chart that takes an array of points, and whose points are not cut by age', () => {
    const { categoryType, category, xAxisProperty, yAxisProperty, action, removeOlder } = named('chart')
    assert.deepEqual(
      { categoryType, category, xAxisProperty, yAxisProperty, action, removeOlder },
      {
        ...{ categoryType: 'property', category: 'topic', xAxisProperty: 'x', yAxisProperty: 'y' },
        ...{ action: 'replace', removeOlder: '0' },
      },
    )
  })

  it('is on the grid and in view, with nothing on top of anything else', () => {
    const placed = flow.filter((node) => typeof node.x === 'number') as Array<
      FlowNode & { x: number; y: number }
    >
    for (const { x, y } of placed) {
      assert.deepEqual([x % 10, y % 20], [0, 0])
      assert.ok(x <= 720 && y <= 560)
    }
    for (const [index, one] of placed.entries()) {
      for (const other of placed.slice(index + 1)) {
        const apart = Math.abs(one.x - other.x) >= 130 || Math.abs(one.y - other.y) >= 40
        assert.ok(apart, `${one.type} and ${other.type}`)
      }
    }
  })
})
