import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { formatLibrary } from '../../lib/formats/library/library.ts'
import { compilePredicates } from '../../lib/predicates/judge/compile.ts'
import type { PredicateRow } from '../../lib/predicates/model/row.ts'
import { spanEvent } from '../../lib/timing/span.ts'
import { energyFlow } from '../../scripts/flows/energy.ts'
import { broker } from '../../scripts/flows/parts.ts'
import { timeEventsFlow } from '../../scripts/flows/time-events.ts'
import { type FlowNode, gatewayFlow, timeEventsFlowFile } from '../../scripts/make-flow.ts'

const flow = JSON.parse(readFileSync(timeEventsFlowFile, 'utf8')) as FlowNode[]
const byId = new Map(flow.map((node) => [node.id, node]))

function only(type: string): FlowNode {
  const found = flow.filter((node) => node.type === type)
  assert.equal(found.length, 1, type)
  return found[0]!
}

/** The names behind each output, in order. */
function targets(node: FlowNode): string[][] {
  return (node.wires as string[][]).map((wires) =>
    wires.map((id) => String(byId.get(id)!.name || byId.get(id)!.type)),
  )
}

describe('flows: time events', () => {
  it('is what the generator makes', () => {
    assert.deepEqual(flow, timeEventsFlow(), 'run: node scripts/make-flow.ts')
  })

  it('can stand beside the other flows: only the broker is in several', () => {
    const others = new Set([...gatewayFlow(), ...energyFlow()].map(({ id }) => id))
    assert.deepEqual(
      flow.filter(({ id }) => others.has(id)),
      [broker],
    )
    for (const { id } of flow) assert.match(id, /^[0-9a-f]{16}$/)
  })

  it('logs, publishes and measures what comes in', () => {
    assert.deepEqual(targets(only('fieldlog-events-in')), [['fieldlog-log'], ['no events']])
    assert.deepEqual(targets(only('fieldlog-log')), [['decode'], []])
    assert.deepEqual(targets(only('fieldlog-clean')), [
      ['START … STOP', 'every event', 'history'],
      ['not decoded', 'history'],
      ['not decoded'],
    ])
    assert.deepEqual(targets(only('fieldlog-timing')), [['quick enough?'], ['statistics']])
    assert.deepEqual(targets(only('fieldlog-label')), [
      ['good spans', 'history'],
      ['bad spans', 'history'],
    ])
    assert.equal(only('fieldlog-journal').directory, 'events-journal')
    for (const node of flow.filter(({ type }) => type === 'fieldlog-mqtt-out')) {
      assert.equal(node.broker, broker.id)
    }
  })

  it('decodes by the format of the library', () => {
    const { id, definition } = only('fieldlog-format')
    assert.deepEqual(only('fieldlog-clean').formats, [id])
    assert.deepEqual(
      definition,
      formatLibrary.find((each) => each.definition.type === 'timeevent')!.definition,
    )
  })

  it('calls a DHCP lease bad that takes more than 3 s, and nothing else', () => {
    const labeller = compilePredicates(only('fieldlog-label').predicates as Array<Partial<PredicateRow>>, [])
    assert.deepEqual(labeller.problems, [])
    const judge = (category: string, duration: number) => {
      const place = { id: 'k3x9a7qd-1', origin: 'telog', sender: 'a', pid: '7', subject: 'eth0' }
      const rest = { start: 0, steps: [], moreSteps: 0, parent: undefined }
      const span = spanEvent({ ...place, category, outcome: 'done', duration, ...rest }, 2, 0, false)
      return labeller.label(span as unknown as Parameters<typeof labeller.label>[0])
    }
    const { verdict, reasons } = judge('DHCP4_CLIENT', 3_400)
    assert.deepEqual(
      [verdict, reasons],
      ['bad', ['lease within 3 s: duration: found 3400, expected at most 3000']],
    )
    assert.equal(judge('DHCP6_CLIENT', 3_001).verdict, 'bad')
    assert.equal(judge('DHCP4_CLIENT', 3_000).verdict, 'good')
    assert.equal(judge('BOOT', 60_000).verdict, 'good')
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
