// Tables of cases for each step between what a line has and a value.
import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import type { FieldDefinition } from '../../../../lib/formats/model/definition.ts'
import { decoded, format } from '../helper.ts'

type Part = Partial<FieldDefinition>

/** What becomes of a value of a JSON line: the value, undefined where it is left out, or the reasons. */
function value(field: Part, found: unknown, rest: object = {}): unknown {
  const definition = format(
    { kind: 'json' },
    [
      { name: 'v', type: 'number', ...field },
      { name: 'x', type: 'boolean' },
    ],
    undefined,
    rest,
  )
  assert.deepEqual(checkDefinition(definition), [])
  const result = decoded(definition, { v: found, x: true })
  return Array.isArray(result) ? result : (result as Record<string, unknown>).v
}

type Case = [field: Part, found: unknown, expected: unknown]

function table(name: string, cases: readonly Case[], rest: object = {}): void {
  describe(`formats: step ${name}`, () => {
    for (const [field, found, expected] of cases) {
      const shown = typeof found === 'string' && found.length > 40 ? `${found.length} characters` : found
      it(`${JSON.stringify(shown)} (${String(shown)}) by ${JSON.stringify(field)}`, () => {
        const actual = value(field, found, rest)
        assert.deepEqual(actual, expected)
        if (typeof actual === 'number') assert.equal(Object.is(actual, -0), false)
      })
    }
  })
}

const noNumber = (found: string) => [`type: v: found ${found}, expected a number`]

table('null tokens', [
  [{ nulls: [-999] }, -999, undefined],
  [{ nulls: [-999] }, '-999', undefined],
  [{ nulls: [-999] }, '-999.0', undefined],
  [{ nulls: ['-999'] }, -999, undefined],
  [{ nulls: [-999] }, -998, -998],
  [{ nulls: [-999], default: 5 }, -999, 5],
  [{ nulls: [-999], required: true }, -999, ['required: v: found nothing at "v", expected a number']],
  [{ nulls: ['NaN'] }, 'nan', undefined],
  [{ nulls: ['N/A'] }, ' n/a ', undefined],
  [{ nulls: ['N/A'] }, 'N/B', noNumber('"N/B"')],
  [{ nulls: [0] }, -0, undefined],
  [{}, 'NaN', noNumber('"NaN"')],
  [{}, '', undefined],
  [{}, ' ', undefined],
  [{}, null, undefined],
  [{}, -0, 0],
  [{ type: 'string' }, '', ''],
  [{ type: 'string', nulls: [''] }, '', undefined],
  [{ type: 'string', nulls: ['none'] }, 'None', undefined],
  [{ type: 'string', nulls: ['none'] }, 'x'.repeat(1000), 'x'.repeat(1000)],
  [{ type: 'boolean', nulls: ['?'] }, '?', undefined],
  [{ type: 'time', nulls: [0] }, 0, undefined],
])

describe('formats: null tokens of the whole format', () => {
  it('hold for each field, beside its own', () => {
    assert.equal(value({ nulls: ['-'] }, 'N/A', { nulls: ['N/A'] }), undefined)
    assert.equal(value({ nulls: ['-'] }, '-', { nulls: ['N/A'] }), undefined)
  })
})

const comma: Part = { decimal: ',' }
table('numbers in other spellings', [
  [{}, '1,5', noNumber('"1,5"')],
  [comma, '1,5', 1.5],
  [comma, '-43,841', -43.841],
  [comma, '−1,5', -1.5],
  [comma, '1.5', noNumber('"1.5"')],
  [comma, ',5', 0.5],
  [comma, '5,', 5],
  [comma, '1,5e3', 1500],
  [comma, '1,2,3', noNumber('"1,2,3"')],
  [comma, ',', noNumber('","')],
  [comma, 1.5, 1.5],
  [{ decimal: 'any' }, '1,5', 1.5],
  [{ decimal: 'any' }, '1.5', 1.5],
  [{ decimal: 'any' }, '1,234.5', noNumber('"1,234.5"')],
  [{ thousands: ',' }, '1,234,567.5', 1234567.5],
  [{ thousands: ',' }, '12,34,567.5', 1234567.5],
  [{ thousands: ',' }, '1,23', noNumber('"1,23"')],
  [{ thousands: ',' }, '1234', 1234],
  [{ decimal: ',', thousands: '.' }, '1.234.567,89', 1234567.89],
  [{ decimal: ',', thousands: '.' }, '-1.234', -1234],
  [{ decimal: ',', thousands: ' ' }, '1 234,5', 1234.5],
  [{ decimal: ',', thousands: ' ' }, '1\u202f234,5', 1234.5],
  [{ decimal: ',', thousands: ' ' }, '1\u00a0234,5', 1234.5],
  [{ thousands: "'" }, "1'234.5", 1234.5],
  [{ thousands: "'" }, '1’234.5', 1234.5],
  [{ thousands: '_' }, '1_000', 1000],
  [{ thousands: ',' }, ',234', noNumber('",234"')],
  [{ decimal: 'any' }, '9'.repeat(500), noNumber(`"${'9'.repeat(40)}…"`)],
  [{}, '9007199254740993', 9007199254740992],
  [{ type: 'integer' }, '9007199254740993', ['type: v: found "9007199254740993", expected a whole number']],
  [{ type: 'integer' }, 2 ** 53, ['type: v: found 9007199254740992, expected a whole number']],
  [{ type: 'integer' }, 2 ** 53 - 1, 2 ** 53 - 1],
  [{}, '1e999', noNumber('"1e999"')],
  [{}, 'Infinity', noNumber('"Infinity"')],
  [{}, Number.POSITIVE_INFINITY, noNumber('Infinity')],
  [{}, Number.NaN, noNumber('NaN')],
  [{}, true, noNumber('true')],
  [{}, { a: 1 }, noNumber('an object')],
  [{}, [1], noNumber('a list')],
  [{}, '٣', noNumber('"٣"')],
])

const watts: Part = { unit: 'W' }
table('units', [
  [{}, '1753W', noNumber('"1753W"')],
  [watts, '1753W', 1753],
  [watts, '1753 W', 1753],
  [watts, '1.753kW', 1753],
  [watts, '1753', 1753],
  [watts, '1753A', noNumber('"1753A"')],
  [watts, 'W', noNumber('"W"')],
  [{ unit: 'V', decimal: ',' }, '230,08V', 230.08],
  [{ unit: 'furlong' }, '3furlong', 3],
  [{ unit: '°C', deviceUnit: '°F', decimals: 1 }, 212, 100],
  [{ unit: '°C', deviceUnit: '°F', decimals: 1 }, -40, -40],
  [{ unit: '°F', deviceUnit: '°C' }, 100, 212],
  [{ unit: 'K', deviceUnit: '°C', decimals: 2 }, 21.5, 294.65],
  [{ unit: 'kW', deviceUnit: 'W' }, 1753, 1.753],
  [{ unit: 'kWh', deviceUnit: 'J' }, 3.6e6, 1],
  [{ unit: 'hPa', deviceUnit: 'inHg', decimals: 2 }, 29.92, 1013.21],
  [{ unit: 'm/s', deviceUnit: 'km/h' }, 36, 10],
  [{ unit: '°', deviceUnit: 'rad', decimals: 6 }, Math.PI, 180],
  [{ unit: 'W', deviceUnit: 'kW', type: 'integer' }, '1.5', 1500],
  [{ unit: 'W', deviceUnit: 'kW' }, '5W', 5],
])

table('calibration', [
  [{ scale: '1/10', offset: -5 }, 100, 5],
  [
    {
      points: [
        [0, 4],
        [1000, 20],
      ],
    },
    500,
    12,
  ],
  [
    {
      points: [
        [1000, 20],
        [0, 4],
      ],
    },
    2000,
    36,
  ],
  [
    {
      points: [
        [0, 0],
        [10, 100],
        [20, 110],
      ],
    },
    15,
    105,
  ],
  [
    {
      points: [
        [0, 0],
        [10, 100],
        [20, 110],
      ],
    },
    10,
    100,
  ],
  [
    {
      points: [
        [0, 0],
        [10, 100],
      ],
    },
    -1,
    -10,
  ],
  [{ polynomial: [1, 2, 3] }, 2, 17],
  [{ polynomial: [7] }, 2, 7],
  [
    {
      scale: 2,
      points: [
        [0, 1],
        [2, 3],
      ],
      polynomial: [0, 10],
    },
    1,
    30,
  ],
  [{ polynomial: [0, 0, 1] }, 1e200, ['calibrate: v: found 1e+200, which is too great when scaled']],
])

const states = { '0': 'off', '1': 'on', standby: 'off' }
table('meanings', [
  [{ type: 'string', map: states }, 1, 'on'],
  [{ type: 'string', map: states }, ' standby ', 'off'],
  [{ type: 'string', map: states }, 'x', ['map: v: found "x", expected one of "0", "1", "standby"']],
  [{ type: 'string', map: states, mapElse: 'keep' }, 'x', 'x'],
  [{ type: 'boolean', map: { open: true, closed: false } }, 'open', true],
  [{ type: 'integer', map: { low: 1, high: 3 } }, 'high', 3],
  [{ type: 'integer', map: { low: 1 }, mapElse: 'keep' }, '7', 7],
  [{ type: 'integer', map: { low: 1 }, scale: 10 }, 'low', 1],
  [{ type: 'string', map: { a: 'b' } }, 'toString', ['map: v: found "toString", expected one of "a"']],
  [{ type: 'string', map: { a: 'b' } }, '__proto__', ['map: v: found "__proto__", expected one of "a"']],
  [{ type: 'string', map: { true: 'yes' } }, true, 'yes'],
])

table('tidying', [
  [{ type: 'string', trim: true }, '  a b ', 'a b'],
  [{ type: 'string' }, '  a b ', '  a b '],
  [{ type: 'string', case: 'upper' }, 'straße', 'STRASSE'],
  [{ type: 'string', case: 'lower', trim: true }, ' ÄB ', 'äb'],
])

const percent: Part = { min: 0, max: 100, unit: '%' }
table('range', [
  [percent, 120, 120],
  [{ ...percent, range: 'reject' }, 120, ['range: v: found 120 %, expected 0 % … 100 %']],
  [{ ...percent, range: 'reject' }, 100, 100],
  [{ ...percent, range: 'reject' }, -0, 0],
  [{ ...percent, range: 'clamp' }, 120, 100],
  [{ ...percent, range: 'clamp' }, -1e300, 0],
  [{ min: 5, range: 'reject' }, 4, ['range: v: found 4, expected 5 or more']],
  [{ max: 5, range: 'reject' }, 6, ['range: v: found 6, expected 5 or less']],
  [{ ...percent, range: 'reject', decimals: 0 }, 100.4, ['range: v: found 100.4 %, expected 0 % … 100 %']],
  [{ ...percent, range: 'reject', scale: 0.1 }, 1000, 100],
  [{ allowed: [1, 2], range: 'reject' }, 3, ['range: v: found 3, expected one of 1, 2']],
  [{ type: 'string', allowed: ['a'], range: 'reject' }, 'b', ['range: v: found "b", expected one of "a"']],
  [
    { type: 'time', min: Date.UTC(2020, 0, 1), range: 'reject' },
    '1970-01-01T00:00:05Z',
    ['range: v: found 1970-01-01T00:00:05.000Z, expected 2020-01-01T00:00:00.000Z or more'],
  ],
])

const german: Part = { type: 'time', time: 'pattern', pattern: 'DD.MM.YYYY HH:mm', required: true }
const noTime = (found: string, pattern: string) => [
  `time: v: found "${found}", expected a time that exists, as ${pattern}`,
]
const at = (pattern: string): Part => ({ type: 'time', time: 'pattern', pattern, required: true })
table('times by a pattern', [
  [german, '30.11.2012 12:34', Date.UTC(2012, 10, 30, 12, 34)],
  [german, ' 30.11.2012 12:34 ', Date.UTC(2012, 10, 30, 12, 34)],
  [german, '31.11.2012 12:34', noTime('31.11.2012 12:34', 'DD.MM.YYYY HH:mm')],
  [german, '29.02.2015 12:34', noTime('29.02.2015 12:34', 'DD.MM.YYYY HH:mm')],
  [german, '30.11.2012 24:00', noTime('30.11.2012 24:00', 'DD.MM.YYYY HH:mm')],
  [german, '30.11.2012', noTime('30.11.2012', 'DD.MM.YYYY HH:mm')],
  [{ ...german, required: false }, '31.11.2012 12:34', undefined],
  [at('DD.MM.YYYY HH:mm:ss'), '31.12.2016 23:59:60', Date.UTC(2017, 0)],
  [at('D.M.YY'), '3.4.69', Date.UTC(2069, 3, 3)],
  [at('D.M.YY'), '3.4.70', Date.UTC(1970, 3, 3)],
  [at('YYYYMMDDHHmmss'), '20121130123456', Date.UTC(2012, 10, 30, 12, 34, 56)],
  [at('YYYYMMDDHHmmss'), 20121130123456, Date.UTC(2012, 10, 30, 12, 34, 56)],
  [at('YYYY-MM-DD[T]HH:mm:ss.SSSZ'), '2012-11-30T12:34:56.789+01:30', Date.UTC(2012, 10, 30, 11, 4, 56, 789)],
  [at('MM/DD/YYYY H:m:s.S'), '11/30/2012 1:2:3.5', Date.UTC(2012, 10, 30, 1, 2, 3, 500)],
  [at('YYYY-MM-DD'), '2012-11-30'.repeat(20), noTime(`${'2012-11-30'.repeat(4)}…`, 'YYYY-MM-DD')],
])

describe('formats: other places of a field', () => {
  const definition = format({ kind: 'json' }, [
    { name: 'v', from: 'right', also: ['wrong', 'list[0]'], type: 'number', nulls: ['-'] },
  ])
  it('are looked at in order, where the first has nothing', () => {
    assert.deepEqual(decoded(definition, { right: 1, wrong: 2 }), { v: 1 })
    assert.deepEqual(decoded(definition, { right: '-', wrong: 2 }), { v: 2 })
    assert.deepEqual(decoded(definition, { list: [3] }), { v: 3 })
  })
})

describe('formats: problems of these steps', () => {
  const cases: Array<[Part, string]> = [
    [{ nulls: 5 as never }, 'fields[0].nulls: found 5, expected a list of values'],
    [{ nulls: [{}] as never }, 'fields[0].nulls: found an object, expected texts and numbers'],
    [{ decimal: ';' as never }, 'fields[0].decimal: found ";", expected ., , or any'],
    [
      { decimal: ',', thousands: ',' },
      'fields[0].thousands: it is the same as the decimal mark, expected another',
    ],
    [
      { points: [[1, 2]] },
      'fields[0].points: expected two pairs of numbers or more, found → true: 0 → 4, 1023 → 20',
    ],
    [
      {
        points: [
          [1, 2],
          [1, 3],
        ],
      },
      'fields[0].points: found 1 twice, expected it once',
    ],
    [{ polynomial: [] }, 'fields[0].polynomial: expected 1…20 numbers, c0, c1, c2 … of c0 + c1 x + c2 x²'],
    [
      { deviceUnit: '°F' },
      'fields[0].deviceUnit: a unit of the device is given, expected the unit of the value, too',
    ],
    [
      { deviceUnit: '°F', unit: 'W' },
      'fields[0].deviceUnit: °F cannot be converted to W; use a scale and an offset instead',
    ],
    [{ map: { a: 'x' } }, 'fields[0].map: found "x" for "a", expected a number'],
    [
      { range: 'reject' },
      'fields[0].range: there is no range to keep to, expected min, max or allowed values',
    ],
    [
      { type: 'time', time: 'pattern' },
      'fields[0].pattern: a pattern is needed, such as DD.MM.YYYY HH:mm:ss',
    ],
    [
      { type: 'time', time: 'pattern', pattern: 'YYYY HH:mm' },
      'fields[0].pattern: it needs a year, a month and a day, YYYY, MM, DD; or a month and a day; or an hour, HH, expected such as DD.MM.YYYY HH:mm:ss',
    ],
    [
      { type: 'time', time: 'pattern', pattern: 'YYMMDDHHmmssSW' },
      'fields[0].pattern: SW means something in a time zone alone, expected a zone such as Europe/Berlin',
    ],
    [
      { type: 'time', zone: 'Europe/Berln' },
      'fields[0].zone: found "Europe/Berln", expected a time zone such as Europe/Berlin',
    ],
    [
      { notation: 'octal' as never },
      'fields[0].notation: found "octal", expected decimal, hex, binary or bcd',
    ],
    [{ bit: 3 }, 'fields[0].bits: a first bit is given, expected how many bits, too'],
    [{ signed: true }, 'fields[0].bits: a sign is given, expected how many bits it is of, too'],
    [{ bits: 54 }, 'fields[0].bits: found 54, expected a whole number 1…53'],
    [{ notation: 'bcd', bits: 6 }, 'fields[0].bits: found 6, expected 4 for each decimal digit'],
    [
      { difference: { of: 'gone' } },
      'fields[0].difference.of: found "gone", expected the name of a counter\'s field',
    ],
    [
      { difference: { of: 'v' } },
      'fields[0].difference.of: found "v", expected the name of a counter\'s field',
    ],
    [
      { deviceClass: 'warmth' },
      'fields[0].deviceClass: found "warmth", expected a device class of Home Assistant for a field of this type',
    ],
    [
      { deviceClass: 'humidity', unit: 'ppm' },
      'fields[0].deviceClass: found "humidity", expected a unit that goes with it: %',
    ],
    [
      { deviceClass: 'humidity', unit: '%', type: 'boolean' },
      'fields[0].deviceClass: found "humidity", expected a device class of Home Assistant for a field of this type',
    ],
    [{ newsOf: 'gone' }, 'fields[0].newsOf: found "gone", expected the name of a field'],
    [{ also: 'x' as never }, 'fields[0].also: found "x", expected a list of 20 other places at most'],
  ]
  for (const [field, expected] of cases) {
    it(expected, () => {
      const problems = checkDefinition(format({ kind: 'json' }, [{ name: 'v', type: 'number', ...field }]))
      assert.deepEqual(
        problems.map(({ path, text }) => `${path}: ${text}`),
        [expected],
      )
    })
  }
})
