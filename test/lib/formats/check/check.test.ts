import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import { describeProblems } from '../../../../lib/formats/check/problems.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import { fc } from '../../../support/random.ts'

const good = {
  type: 'room',
  name: 'Room',
  takes: { source: 'tty*', nodes: [1, 31] },
  decoder: { kind: 'packet', minBytes: 1, maxBytes: 4 },
  fields: [
    { name: 'temp', type: 'number', from: 0, read: 'u16le', bit: 0, bits: 10, signed: true, scale: '1/10' },
    { name: 'f', type: 'number', computed: 'temp * 1.8 + 32', when: 'temp > 0', decimals: 1, min: 0, max: 9 },
    { name: 'at', type: 'time', from: 'length', time: 's', default: 0 },
  ],
  key: ['temp'],
  time: 'at',
}

type Change = Record<string, unknown>

/** The first problem of the good definition with a change; of field 0 where `field` is given. */
function problem(change: Change, field?: Change): string {
  const [first, ...others] = good.fields
  const fields = field === undefined ? good.fields : [{ ...first, ...field }, ...others]
  return describeProblems(checkDefinition({ ...good, fields, ...change }))
}

describe('formats: checking a definition', () => {
  it('finds nothing wrong with a good one', () => {
    assert.deepEqual(checkDefinition(good), [])
  })

  const changes: Array<[Change, string]> = [
    [{ type: '' }, 'type: a type is needed, such as "room"'],
    [{ type: undefined }, "type: found undefined, expected the events' type"],
    [{ type: 'a/b' }, 'type: found "a/b", expected letters A-Z, digits, ". _ -", 64 at most'],
    [{ name: 5 }, 'name: found 5, expected a text'],
    [{ takes: [] }, 'takes: found a list, expected an object'],
    [{ takes: { source: 1 } }, 'takes.source: found 1, expected a text'],
    [{ takes: { nodes: '3' } }, 'takes.nodes: found "3", expected a list of node ids'],
    [{ takes: { nodes: [3, 32] } }, 'takes.nodes: found 32, expected node ids 0…31'],
    [{ decoder: undefined }, 'decoder: found undefined, expected a decoder'],
    [
      { decoder: { kind: 'xml' } },
      'decoder.kind: found "xml", expected packet, datacodes, bytes, key-values, json, columns, sections, tagged, stored-event or pattern',
    ],
    [
      { decoder: { kind: 'packet', minBytes: -1 } },
      'decoder.minBytes: found -1, expected a whole number 0…256',
    ],
    [
      { decoder: { kind: 'packet', minBytes: 5, maxBytes: 4 } },
      'decoder.maxBytes: found 4, expected at least the fewest, 5',
    ],
    [
      { decoder: { kind: 'key-values', pairSeparator: ':' } },
      'decoder.valueSeparator: it is the same as the one between pairs, expected another',
    ],
    [
      { decoder: { kind: 'columns', delimiter: '"' } },
      'decoder.quote: it is the same as the delimiter, expected another',
    ],
    [
      { decoder: { kind: 'columns', quote: ';', delimiter: ';' } },
      'decoder.quote: it is the same as the delimiter, expected another',
    ],
    [{ decoder: { kind: 'columns', header: ['a', 'a'] } }, 'decoder.header: found "a" twice'],
    [
      { decoder: { kind: 'columns', header: [1] } },
      "decoder.header: found a list, expected a list of columns' names",
    ],
    [
      { decoder: { kind: 'pattern' } },
      'decoder.pattern: an expression is needed, such as "t=(?<temp>[0-9.]+)"',
    ],
    [{ takes: { word: true } }, 'takes.word: there is no prefix that could be a whole word'],
    [{ takes: { checked: true } }, 'takes.checked: there is no check that could hold'],
    [{ takes: { bytes: [4] } }, 'takes.bytes: found "4", expected a number or two, 0…256, such as 4-7'],
    [{ takes: { bytes: [7, 4] } }, 'takes.bytes: found 7 to 4, expected the smaller one first'],
    [{ takes: { columns: [1, 2] } }, 'takes.columns: only the decoder columns has them, expected nothing'],
    [{ takes: { where: 'x' } }, 'takes.where: found "x", expected a list of 20 conditions at most'],
    [
      { takes: { where: [{ from: 0 }] } },
      'takes.where: a condition needs values or a pattern: model=A|B, or id~^[0-9]+$',
    ],
    [{ takes: { where: [{ is: ['x'] }] } }, 'takes.where: a condition needs a place: model=A|B'],
    [{ takes: { where: [{ from: 256, is: [1] }] } }, 'takes.where: found 256, expected a whole number 0…255'],
    [{ record: { start: '^/' } }, 'record.start: a packet is a line by itself, expected nothing'],
    [
      { record: {}, decoder: { kind: 'tagged' }, takes: undefined },
      'record.start: a pattern of the first line is needed, such as ^/',
    ],
    [
      { record: { start: 'a', seconds: 300 }, decoder: { kind: 'tagged' }, takes: undefined },
      'record.seconds: found 300, expected seconds, more than 0, 200 at most',
    ],
    [
      { check: { kind: 'crc' } },
      'check.kind: found "crc", expected xor8, sum8, lrc, sum16, crc8, crc8-maxim, crc16-arc, crc16-modbus, crc16-ccitt, crc16-xmodem or crc32',
    ],
    [
      { check: { kind: 'xor8', from: '' } },
      'check.from: found "", expected a text or an offset in bytes, negative from the end',
    ],
    [
      { check: { kind: 'xor8', marks: 'both', from: '$' } },
      'check.marks: the range has no text for "to" that could count',
    ],
    [
      { check: { kind: 'xor8', eachLine: true } },
      'check.eachLine: each line is checked anyway where lines are no records',
    ],
    [{ fields: undefined }, 'fields: found undefined, expected a list of fields'],
    [{ fields: [], key: [], time: undefined }, 'fields: one field at least is needed'],
    [{ fields: [5], key: [], time: undefined }, 'fields[0]: found 5, expected a field'],
    [{ key: ['other'] }, 'key: found "other", expected names of fields'],
    [{ key: 'temp' }, 'key: found "temp", expected names of fields'],
    [{ time: 'temp' }, 'time: found "temp", expected the name of a field of type time'],
    [{ time: 'none' }, 'time: found "none", expected the name of a field of type time'],
  ]
  for (const [change, expected] of changes) {
    it(expected, () => assert.equal(problem(change), expected))
  }

  const fields: Array<[Change, string]> = [
    [{ name: '' }, 'fields[0].name: a name is needed'],
    [{ name: '1a' }, 'fields[0].name: found "1a", expected a letter or _, then letters, digits, _'],
    [{ name: 'in' }, 'fields[0].name: "in" is a word of CEL, expected another name'],
    [{ name: '__proto__' }, 'fields[0].name: "__proto__" is a word of CEL, expected another name'],
    [{ name: 'f' }, 'fields[1].name: "f" is there twice'],
    [{ type: 'float' }, 'fields[0].type: found "float", expected number, integer, boolean, string or time'],
    [{ scale: 0 }, 'fields[0].scale: found 0, expected a number or a fraction such as 100/255'],
    [{ scale: '1/0' }, 'fields[0].scale: found "1/0", expected a number or a fraction such as 100/255'],
    [{ scale: '1/2/3' }, 'fields[0].scale: found "1/2/3", expected a number or a fraction such as 100/255'],
    [{ offset: '5' }, 'fields[0].offset: found "5", expected a number'],
    [{ offset: Number.NaN }, 'fields[0].offset: found NaN, expected a number'],
    [{ decimals: 16 }, 'fields[0].decimals: found 16, expected a whole number 0…15'],
    [{ min: 5, max: 4 }, 'fields[0].max: found 4, expected at least the least value, 5'],
    [{ allowed: [1, 'x'] }, 'fields[0].allowed: found "x", expected a number each'],
    [{ allowed: 1 }, 'fields[0].allowed: found 1, expected a number each'],
    [{ default: 'x' }, 'fields[0].default: found "x", expected a number'],
    [{ required: 'yes' }, 'fields[0].required: found "yes", expected true or false'],
    [{ from: 256 }, 'fields[0].from: found 256, expected a whole number 0…255'],
    [
      { from: 'offset' },
      'fields[0].from: found "offset", expected a byte offset 0…255 or node, header, group, rssi, length, part or hex',
    ],
    [{ from: {} }, 'fields[0].from: found an object, expected a place in the line'],
    [{ bits: 17 }, 'fields[0].bits: found 17, expected a whole number 1…16'],
    [{ bit: 8 }, 'fields[0].bits: found 10, expected a whole number 1…8'],
    [{ bits: undefined }, 'fields[0].bits: a first bit is given, expected how many bits, too'],
    [{ read: 'f32le' }, "fields[0].bits: f32le has no bits to take, expected a whole number's layout"],
    [
      { computed: 'temp +' },
      'fields[0].computed: Unexpected token: EOF, expected a CEL expression over the fields',
    ],
    [{ when: 'cold' }, 'fields[0].when: Unknown variable: cold, expected a CEL expression over the fields'],
  ]
  for (const [change, expected] of fields) {
    it(expected, () => {
      const rest = 'name' in change ? { key: [] } : {}
      assert.ok(problem(rest, change).split('\n').includes(expected), problem(rest, change))
    })
  }

  it('names the fields that refer to each other', () => {
    const fields = [
      { name: 'a', type: 'number', computed: 'b + 1' },
      { name: 'b', type: 'number', computed: 'c + 1' },
      { name: 'c', type: 'number', from: 0, when: 'a > 1' },
    ]
    const text = 'fields[0].name: a → b → c → a refer to each other in a circle'
    assert.equal(problem({ fields, key: [], time: undefined }), text)
    const itself = [{ name: 'a', type: 'number', computed: 'a + 1' }]
    assert.equal(
      problem({ fields: itself, key: [], time: undefined }),
      'fields[0].name: a → a refer to each other in a circle',
    )
  })

  describe('for a field that comes from nowhere', () => {
    const field = { name: 'x', type: 'number' }
    const first = (decoder: unknown, from?: string) =>
      describeProblems(checkDefinition({ type: 't', decoder, fields: [{ ...field, from }] }))

    it('names the groups of a pattern', () => {
      assert.equal(
        first({ kind: 'pattern', pattern: '(?<a>.)(?P<b>.)' }),
        'fields[0].from: found no group "x", expected a or b',
      )
      assert.equal(first({ kind: 'pattern', pattern: '(?<x>.)' }), '')
    })

    it('says that a pattern is no regular expression', () => {
      assert.match(
        first({ kind: 'pattern', pattern: '(' }),
        /^decoder\.pattern: .+, expected a regular expression/,
      )
    })

    it('names the columns of a header, or asks for a number', () => {
      assert.equal(
        first({ kind: 'columns', header: ['a', 'b'] }),
        'fields[0].from: found "x", expected a column number or a or b',
      )
      assert.equal(
        first({ kind: 'columns' }),
        'fields[0].from: found "x", expected a column number, 0 the first',
      )
      assert.equal(first({ kind: 'columns' }, '7'), '')
    })

    it('shows the form of a path', () => {
      assert.equal(
        first({ kind: 'json' }, 'a..b'),
        'fields[0].from: found "a..b", expected a path such as sensor.temp or list[0].value',
      )
    })
  })

  it('never throws, and what it lets pass compiles', () => {
    const odd = fc.oneof(
      fc.constantFrom('packet', 'json', 'columns', 'a', '{', 0, 5, true, null),
      fc.jsonValue(),
    )
    const member = fc.constantFrom('type', 'takes', 'decoder', 'fields', 'key', 'time')
    const option = fc.constantFrom(
      'from',
      'read',
      'bits',
      'bit',
      'scale',
      'allowed',
      'default',
      'computed',
      'when',
    )
    fc.assert(
      fc.property(member, option, odd, (name, part, value) => {
        const [first, ...others] = good.fields
        const changes = [
          value,
          { ...good, [name]: value },
          { ...good, fields: [{ ...first, [part]: value }, ...others] },
        ]
        for (const changed of changes) {
          if (checkDefinition(changed).length === 0) compileFormats([changed as unknown as FormatDefinition])
        }
      }),
    )
  })
})
