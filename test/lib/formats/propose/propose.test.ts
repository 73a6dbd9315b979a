import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import { proposeFormats } from '../../../../lib/formats/propose/propose.ts'
import { fc } from '../../../support/random.ts'
import { decoded } from '../helper.ts'

/** The one proposal for lines, and what it makes of the first. */
function proposed(...lines: string[]): { type: string; kind: string; data: unknown } {
  const proposals = proposeFormats(lines)
  assert.equal(proposals.length, 1, JSON.stringify(proposals.map(({ definition }) => definition)))
  const [{ definition, count }] = proposals as [(typeof proposals)[number]]
  assert.equal(count, lines.length)
  return {
    type: definition.type,
    kind: definition.decoder.kind,
    data: decoded(definition, lines[0]),
  }
}

describe('formats: proposals from lines', () => {
  it('packets by node, with words where bytes behave like words', () => {
    assert.deepEqual(proposed('OK 14 200 0 10 1 77', 'OK 14 150 1 20 1 99', 'OK 46 1 0 30 1 5'), {
      type: 'node14',
      kind: 'packet',
      data: { v0: 200, v2: 266, b4: 77 },
    })
    const [signed] = proposeFormats(['OK 7 240 255', 'OK 7 5 0'])
    assert.deepEqual(decoded(signed!.definition, 'OK 7 240 255'), { v0: -16 })
  })

  it('key-values with their types and units', () => {
    assert.deepEqual(
      proposed('MSG:1,Vrms:246.78,relay:ON,name:x,bad:NaN', 'MSG:2,Vrms:240,relay:OFF,name:y,bad:1'),
      {
        type: 'msg',
        kind: 'key-values',
        data: { MSG: 1, Vrms: 246.78, relay: true, name: 'x' },
      },
    )
    assert.deepEqual(proposed('t=21.5C h=50%').data, { t: 21.5, h: 50 })
    assert.deepEqual(proposed('temp:5').data, { temp: 5 })
  })

  it('JSON, sections and stored events by their trees', () => {
    assert.deepEqual(proposed('{"eventId":1,"data":{"rpm":1400,"sub":{"on":true},"l":[1.5]}}').data, {
      rpm: 1400,
      sub_on: true,
      l_0: 1.5,
    })
    assert.deepEqual(proposed('Line: Current=7.3; UTC Time: 2016-10-4 16:47:50; hz: 49.87').data, {
      Line_Current: 7.3,
      UTC_Time_0: Date.UTC(2016, 9, 4, 16, 47, 50),
      hz_0: 49.87,
    })
    assert.deepEqual(
      proposed("Stored Event: {'eventId': 1, 'timestamp': 1701111111.1, 'data': {'k': 'v'}}"),
      {
        type: 'stored',
        kind: 'stored-event',
        data: { k: 'v' },
      },
    )
  })

  it('columns by their number, with a comma as decimal mark where one is', () => {
    assert.deepEqual(proposed('WX;21,5;48;2026-11-21T10:00:00Z', 'WX;20;49;2026-11-21T11:00:00Z'), {
      type: 'wx',
      kind: 'columns',
      data: { c1: 21.5, c2: 48, c3: Date.UTC(2026, 10, 21, 10) },
    })
  })

  it('the greatest group first, and nothing for what looks like none of these', () => {
    const lines = [
      'OK 5 1',
      'a:1',
      'a:2',
      ' ? 4 254',
      '-> ack',
      '[RF12demo.12] _ i31* g5',
      'DF S 3129 63 222769',
      '',
    ]
    assert.deepEqual(
      proposeFormats(lines).map(({ definition, count }) => [definition.type, count]),
      [
        ['a', 2],
        ['node5', 1],
      ],
    )
  })

  it('numbers with leading zeros are ids, and stay texts', () => {
    assert.deepEqual(proposed('ID:0042,T:21.5,N:0', 'ID:1042,T:0.5,N:10').data, { ID: '0042', T: 21.5, N: 0 })
    assert.deepEqual(proposed('0042;21.5', '0107;-0.5').data, { c0: '0042', c1: 21.5 })
  })

  it('never throws, and proposes only what has no problems', () => {
    const piece = fc.constantFrom(
      'OK 5 ',
      '1',
      ' ',
      ':',
      '=',
      ',',
      ';',
      '{"a":',
      '}',
      'x',
      'A: ',
      '-',
      '"',
      'if',
    )
    const line = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        for (const { definition } of proposeFormats(lines)) assert.deepEqual(checkDefinition(definition), [])
      }),
    )
  })
})
