import assert from 'node:assert/strict'
import { type FlowNode, nodesBefore } from '../../../nodes/clean/upstream.ts'

const node = (id: string, type: string, wires: string[] = [], more: object = {}): FlowNode => ({
  id,
  type,
  wires: [wires],
  ...more,
})

describe('nodes: before a label node', () => {
  it('are found over wires, other nodes, links and circles; disabled ones are none', () => {
    const nodes = [
      node('log', 'fieldlog-log', ['clean']),
      node('clean', 'fieldlog-clean', ['out', 'function']),
      node('out', 'link out', [], { links: ['in'] }),
      node('in', 'link in', ['label']),
      node('function', 'function', ['label', 'function']),
      node('label', 'fieldlog-label', ['function']),
      node('other', 'fieldlog-log', ['elsewhere']),
      node('off', 'fieldlog-log', ['label'], { d: true }),
    ]
    const found = nodesBefore(nodes, 'label').map(({ id }) => id)
    assert.deepEqual(found.toSorted(), ['clean', 'function', 'in', 'label', 'log', 'out'])
  })
})
