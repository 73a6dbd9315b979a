import assert from 'node:assert/strict'
import { configLabel } from '../../../nodes/shared/panel/config-label.ts'

describe('nodes: a label after a config node', () => {
  const ports: Record<string, object> = {
    named: { name: 'roof', path: '/dev/ttyUSB0' },
    plain: { name: '', path: '/dev/ttyUSB1' },
    variable: { name: '', path: ['$', '{FIELDLOG_SERIAL}'].join('') },
    empty: { name: '', path: '' },
  }

  before(() => {
    Object.assign(globalThis, { RED: { nodes: { node: (id: string) => ports[id] ?? null } } })
  })

  after(() => {
    Reflect.deleteProperty(globalThis, 'RED')
  })

  it('is its name, else its address; a variable and what is not there say nothing', () => {
    assert.deepEqual(
      ['named', 'plain', 'variable', 'empty', 'gone', undefined].map((id) => configLabel(id, 'path')),
      ['roof', '/dev/ttyUSB1', undefined, undefined, undefined, undefined],
    )
  })
})
