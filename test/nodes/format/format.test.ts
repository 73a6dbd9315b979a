import assert from 'node:assert/strict'
import type { NodeAPI } from 'node-red'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import format from '../../../nodes/format/format.ts'
import { type FormatNode, formatDefinitions } from '../../../nodes/format/registry.ts'
import helper, { nodeRedName } from '../helper.ts'

function definition(type: string): FormatDefinition {
  return { type, decoder: { kind: 'key-values' }, fields: [{ name: 'a', type: 'number' }] }
}

function node(id: string, rest: object = { definition: definition(id) }): object {
  return { id, type: 'fieldlog-format', ...rest }
}

function types(ids: string[]): string[] {
  return formatDefinitions(helper._RED as NodeAPI, ids).map(({ type }) => type)
}

/** What the nodes said at level error. */
function errors(): string[] {
  return helper
    .log()
    .args.map(([entry]) => entry)
    .filter(({ level }) => level === 20)
    .map(({ msg }) => String(msg))
}

describe(`nodes: format (${nodeRedName})`, () => {
  before((done) => {
    helper.startServer(done)
  })
  afterEach(() => helper.unload())
  after((done) => {
    helper.stopServer(done)
  })

  it('holds its definition', async () => {
    await helper.load(format, [node('room')])
    assert.deepEqual((helper.getNode('room') as unknown as FormatNode).definition, definition('room'))
    assert.deepEqual(errors(), [])
  })

  it('is found in the order asked for, or all in the order of the flows', async () => {
    await helper.load(format, [node('b'), node('a'), node('c')])
    assert.deepEqual(types(['c', 'b']), ['c', 'b'])
    assert.deepEqual(types([]), ['b', 'a', 'c'])
  })

  it('says what is wrong, and is left out', async () => {
    const wrong = { ...definition('wrong'), fields: [{ name: 'a', type: 'number', scale: 0 }] }
    await helper.load(format, [
      node('wrong', { definition: wrong }),
      node('room'),
      node('empty', {}),
      node('off', { definition: definition('off'), d: true }),
    ])
    assert.deepEqual(types([]), ['room'])
    assert.deepEqual(types(['wrong', 'gone', 'off', 'room']), ['room'])
    assert.deepEqual(errors(), [
      'format wrong: not used until it is corrected in its panel:\n' +
        'fields[0].scale: found 0, expected a number or a fraction such as 100/255',
      'format without a type: not used until it is corrected in its panel:\nfound undefined, expected a format',
    ])
  })
})
