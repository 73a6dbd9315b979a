// Numbers in all the ways in which devices write them.
import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import type { FieldDefinition } from '../../../../lib/formats/model/definition.ts'
import { unitTexts } from '../../../../lib/formats/steps/units.ts'
import { fc } from '../../../support/random.ts'
import { decoded, format } from '../helper.ts'

type Part = Partial<FieldDefinition>

/** The value that a pair has, or the reasons. */
function value(field: Part, found: string): unknown {
  const definition = format({ kind: 'key-values', pairSeparator: ';', valueSeparator: '=' }, [
    { name: 'v', type: 'number', ...field },
  ])
  assert.deepEqual(checkDefinition(definition), [])
  const result = decoded(definition, `v=${found}`)
  return Array.isArray(result) ? result[0] : (result as Record<string, unknown>).v
}

const magnitude = { notation: 'hex', bits: 16, signed: 'magnitude' } as const

describe('formats: numbers as devices write them', () => {
  const cases: Array<[field: Part, text: string, expected: unknown]> = [
    [{}, '+  1.234', 1.234],
    [{}, '- 3', -3],
    [{}, '-\t12.5', -12.5],
    [{}, '1.5e-3', 0.0015],
    [{}, '- - 3', 'type: v: found "- - 3", expected a number'],
    [{}, '-', 'type: v: found "-", expected a number'],
    [{}, '3 4', 'type: v: found "3 4", expected a number'],
    [{ unit: 'kg' }, '+  1.234 kg', 1.234],
    [{ decimal: ',' }, '-  1,5', -1.5],
    // hexadecimal is read where the field says so, and nowhere else
    [{}, '0x1F', 'type: v: found "0x1F", expected a number'],
    [{}, '0062', 62],
    [{ notation: 'hex' }, '0062', 98],
    [{ notation: 'hex' }, '0x1F', 31],
    [{ notation: 'hex' }, '00d7', 215],
    [{ notation: 'hex' }, '- 1f', -31],
    [{ notation: 'hex', scale: 0.1, decimals: 1 }, '0062', 9.8],
    [{ notation: 'hex' }, '1.5', 'type: v: found "1.5", expected hexadecimal digits'],
    [{ notation: 'hex' }, 'xyz', 'type: v: found "xyz", expected hexadecimal digits'],
    [
      { notation: 'hex' },
      '20000000000000',
      'type: v: found "20000000000000", which is too great for a number',
    ],
    [{ notation: 'hex', bits: 16, signed: true }, 'fffe', -2],
    [{ ...magnitude, scale: 0.1, decimals: 1 }, '800d', -1.3],
    [{ ...magnitude, scale: 0.1, decimals: 1 }, '00d7', 21.5],
    [{ notation: 'binary' }, '1011', 11],
    [{ notation: 'binary' }, '0b11', 3],
    [{ notation: 'binary' }, '12', 'type: v: found "12", expected the digits 0 and 1'],
    [{ notation: 'bcd' }, '0135', 135],
    [{ notation: 'bcd' }, '0x0135', 135],
    [{ notation: 'bcd' }, '01a5', 'type: v: found "01a5", expected decimal digits'],
    [{ notation: 'bcd', bit: 4, bits: 8 }, '1234', 23],
    // the least significant digit first
    [{ reversed: true }, '531', 135],
    [{ notation: 'hex', reversed: true }, '321', 291],
    [{ notation: 'hex', reversed: true }, '002', 512],
    [{ notation: 'bcd', reversed: true }, '654', 456],
    // bits of any field
    [{ type: 'integer', bit: 2, bits: 1 }, '5', 1],
    [{ type: 'boolean', bit: 1, bits: 1 }, '5', false],
    [{ type: 'boolean', notation: 'hex', bit: 7, bits: 1 }, '80', true],
    [{ type: 'string', bit: 0, bits: 2, map: { 0: 'off', 1: 'on', 2: 'fault' } }, '6', 'fault'],
    [{ bits: 4 }, '2.5', 'type: v: found "2.5", expected a whole number'],
    // a time may be written in such digits, too
    [{ type: 'time', time: 's', notation: 'hex' }, '5f5e1000', 1_600_000_000_000],
    [{ nulls: ['ffff'], notation: 'hex' }, 'FFFF', undefined],
    // an id stays what it is
    [{ type: 'string' }, '0042', '0042'],
    [{ type: 'string' }, '000c', '000c'],
  ]
  for (const [field, text, expected] of cases) {
    it(`${JSON.stringify(text)} by ${JSON.stringify(field)}`, () => {
      const actual = value(field, text)
      if (expected === undefined)
        assert.deepEqual(actual, 'decode: fields: found none of them, expected one at least')
      else assert.equal(actual, expected)
    })
  }

  it('bits of a number in JSON', () => {
    const definition = format({ kind: 'json' }, [
      { name: 'open', type: 'boolean', from: 'status', bit: 3, bits: 1 },
      { name: 'mode', type: 'integer', from: 'status', bits: 2 },
      { name: 'serial', type: 'integer', notation: 'bcd' },
    ])
    assert.deepEqual(checkDefinition(definition), [])
    assert.deepEqual(decoded(definition, '{"status":10,"serial":4660}'), {
      open: true,
      mode: 2,
      serial: 1234,
    })
    assert.deepEqual(decoded(definition, '{"status":1.5}'), [
      'type: open: found 1.5, expected a whole number',
      'type: mode: found 1.5, expected a whole number',
    ])
  })

  it('a number that is printed in any notation reads back', () => {
    const written: Array<[field: Part, print: (value: number) => string]> = [
      [{}, String],
      [{ notation: 'hex' }, (each) => each.toString(16)],
      [{ notation: 'hex' }, (each) => `0x${each.toString(16).toUpperCase()}`.replace('0x-', '-0x')],
      [{ notation: 'binary' }, (each) => each.toString(2)],
      [{ notation: 'bcd' }, String],
      [{ thousands: '.', decimal: ',' }, (each) => each.toLocaleString('de-DE')],
      [{ thousands: ',' }, (each) => each.toLocaleString('en-US')],
      [{}, (each) => each.toString().replace('-', '-  ')],
    ]
    fc.assert(
      fc.property(fc.constantFrom(...written), fc.maxSafeInteger(), ([field, print], whole) => {
        const size = field.notation === 'bcd' ? whole % 10 ** 12 : whole
        assert.equal(value(field, print(size)), size + 0)
      }),
      { numRuns: 500 },
    )
  })

  it('as decimal fractions, too', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), (hundredths) => {
        const number = hundredths / 100
        const options = { minimumFractionDigits: 2 }
        assert.equal(value({ thousands: '.', decimal: ',' }, number.toLocaleString('de-DE', options)), number)
        assert.equal(value({ decimal: 'any' }, number.toFixed(2).replace('.', ',')), number)
        assert.equal(value({}, number.toFixed(2).replace('-', '- ')), number)
      }),
    )
  })
})

describe('formats: words for units', () => {
  const cases: Array<[unit: string, text: string, expected: number]> = [
    ['°C', '21.5°C', 21.5],
    ['°C', '21.50 *C', 21.5],
    ['°C', '21.5C', 21.5],
    ['°C', '21.5 degC', 21.5],
    ['°C', '21.5℃', 21.5],
    ['°C', '21.5 ºC', 21.5],
    ['°C', '70.7 F', 21.5],
    ['C', '21.5 °C', 21.5],
    ['°F', '21.5 *C', 70.7],
    ['kWh', '12.5 kwh', 12.5],
    ['kWh', '1500 Wh', 1.5],
    ['m³', '3.25 m3', 3.25],
    ['m³', '250 L', 0.25],
    ['%', '48,2 %RH', 48.2],
    ['hPa', '1013.2 mbar', 1013.2],
    ['ppm', '412ppm', 412],
    ['µg/m³', '17 ug/m3', 17],
    ['kn', '5 knots', 5],
    ['V', '12.5 Volts', 12.5],
    ['W', '3 mW', 0.003],
    ['W', '3 MW', 3_000_000],
  ]
  for (const [unit, text, expected] of cases) {
    it(`${text} as ${unit}`, () => assert.equal(value({ unit, decimal: 'any', decimals: 6 }, text), expected))
  }

  it('are no others', () => {
    assert.equal(value({ unit: '°C' }, '21.5 V'), 'type: v: found "21.5 V", expected a number')
    assert.equal(value({}, '21.5 C'), 'type: v: found "21.5 C", expected a number')
  })

  it('convert from one word to another', () => {
    assert.equal(value({ deviceUnit: 'degF', unit: 'C', decimals: 1 }, '70.7'), 21.5)
  })

  it('of one unit are no words of another that it can be converted from', () => {
    for (const unit of ['°C', 'W', 'kWh', 'V', 'hPa', 'm', 'm/s', 'l', 'l/h', 'kg', 's', 'A', '%', 'Ω']) {
      const texts = unitTexts(unit)
      assert.equal(new Set(texts).size, texts.length)
      assert.ok(texts.includes(unit))
    }
  })
})
