import assert from 'node:assert/strict'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { whyNotTaken } from '../../../lib/formats/why-not-taken.ts'

const number = (name: string, from?: string | number) => ({
  name,
  type: 'number' as const,
  ...(from === undefined ? {} : { from }),
})

const pairs: FormatDefinition = {
  type: 'pairs',
  takes: { prefix: 'WX', word: true, where: [{ from: 'model', is: ['A', 'B'] }] },
  decoder: { kind: 'key-values', pairSeparator: ' ', valueSeparator: '=' },
  fields: [number('T'), number('H')],
}

describe('formats: why a line is not taken', () => {
  const table: Array<[title: string, definition: FormatDefinition, line: string, why: string | undefined]> = [
    ['the prefix', pairs, 'T=1', 'prefix: found "T=1", expected a line that begins with "WX"'],
    [
      'the whole word',
      pairs,
      'WXT=1',
      'prefix: found "WXT=1", expected no letter, digit or _ right behind the prefix',
    ],
    ['a condition', pairs, 'WX T=1 model=C', 'where: found "WX T=1 model=C", expected A or B at "model"'],
    ['nothing', pairs, 'WX T=1 model=B', undefined],
    [
      'the keys',
      { ...pairs, takes: {} },
      'T:1,H:2',
      'decode: found "T:1,H:2", expected one of the keys T and H, with "=" behind it and " " between the pairs',
    ],
    [
      'the node of a packet',
      { type: 'p', takes: { nodes: [5, 7] }, decoder: { kind: 'packet' }, fields: [number('a', 0)] },
      'OK 12 1 2',
      'nodes: found "OK 12 1 2", expected a packet of node 5 or 7',
    ],
    [
      'no packet',
      { type: 'p', takes: { nodes: [5] }, decoder: { kind: 'packet' }, fields: [number('a', 0)] },
      'hello',
      'decode: found "hello", expected a packet: OK, its header and bytes',
    ],
    [
      'the number of columns',
      { type: 'c', takes: { columns: [3, 4] }, decoder: { kind: 'columns' }, fields: [number('a', 0)] },
      '1,2',
      'columns: found "1,2", expected 3 to 4 columns',
    ],
    [
      'a checksum',
      {
        type: 'c',
        takes: { checked: true },
        check: { kind: 'xor8', from: '$', to: '*' },
        decoder: { kind: 'columns' },
        fields: [number('a', 1)],
      },
      '$X,1*00',
      'check: found "$X,1*00", expected a checksum that holds',
    ],
    [
      'the pattern',
      { type: 'm', decoder: { kind: 'pattern', pattern: 'T=(?<t>\\d+)' }, fields: [number('t')] },
      'H=1',
      'decode: found "H=1", expected a text that matches T=(?<t>\\d+)',
    ],
    [
      'the first line of a record',
      { type: 'r', record: { start: '^/' }, decoder: { kind: 'tagged' }, fields: [number('a', '1.8.0')] },
      'x',
      'record: found "x", expected a first line that matches ^/',
    ],
  ]
  for (const [title, definition, line, why] of table) {
    it(`tells ${title}`, () => assert.equal(whyNotTaken(definition, line), why))
  }
})
