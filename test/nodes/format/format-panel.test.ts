import assert from 'node:assert/strict'
import { checkDefinition } from '../../../lib/formats/check/check.ts'
import { describeProblems } from '../../../lib/formats/check/problems.ts'
import { formatLibrary } from '../../../lib/formats/library/library.ts'
import type { Decoder, FieldDefinition, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import {
  fromDecoderDraft,
  fromDrafts,
  toDecoderDraft,
  toHeadDraft,
} from '../../../nodes/format/panel/draft.ts'
import { type FieldDraft, fromFieldDraft, toFieldDraft } from '../../../nodes/format/panel/field-draft.ts'
import { fromFrameDraft, toFrameDraft } from '../../../nodes/format/panel/frame-draft.ts'
import { charger, linky, linkyStandard, p1, readOut } from '../../lib/formats/records/meters.ts'

/** The definition after a way through the panel's inputs. */
function edited(definition: FormatDefinition): FormatDefinition {
  const { kind } = definition.decoder
  return fromDrafts(
    toHeadDraft(definition),
    toFrameDraft(definition),
    fromDecoderDraft(kind, toDecoderDraft(definition.decoder)),
    definition.fields.map((field) => fromFieldDraft(toFieldDraft(field), kind)),
  )
}

function field(change: Partial<FieldDraft>, kind: Decoder['kind'] = 'json'): FieldDefinition {
  return fromFieldDraft({ ...toFieldDraft({}), name: 'a', ...change }, kind)
}

describe('nodes: the inputs of the format panel', () => {
  const others: FormatDefinition[] = [
    p1,
    charger,
    linky,
    linkyStandard,
    readOut,
    {
      type: 'sensor',
      takes: {
        prefix: 'V',
        word: true,
        columns: [3, 5],
        where: [
          { from: 0, is: ['A|B', '007', 5] },
          { from: 1, matches: '^a,b$' },
        ],
        checked: true,
      },
      check: { kind: 'xor8', from: '5', to: '*', hexed: true, optional: true },
      decoder: { kind: 'columns' },
      fields: [{ name: 'v', from: 2, type: 'number' }],
    },
    {
      type: 'block',
      takes: { where: [{ from: 'model', is: ['x', 'y'] }] },
      record: { start: '^a', maxLines: 5, seconds: 2.5, lineEnd: '\n', emptyAfter: 1 },
      check: { kind: 'crc32', at: -4, written: 'bytes-le' },
      decoder: { kind: 'key-values' },
      fields: [{ name: 'a', type: 'number' }],
    },
    {
      type: 'garden',
      name: 'Garden',
      takes: { source: 'tty*', prefix: 'G ' },
      decoder: { kind: 'columns', delimiter: '\t', quote: '', header: ['time', 'soil'] },
      fields: [
        { name: 'at', from: 'time', type: 'time', time: 's', required: true },
        { name: 'soil', from: 1, type: 'integer', allowed: [1, 2], default: 0, offset: -5 },
        { name: 'wet', computed: 'soil > 50', type: 'boolean', default: false },
        { name: 'note', from: 'soil', type: 'string', allowed: ['a', 'b'], default: '5' },
      ],
      key: ['note', 'wet'],
      time: 'at',
    },
    { type: 'csv', decoder: { kind: 'columns' }, fields: [{ name: 'a', from: 0, type: 'number' }] },
    {
      type: 'wx',
      decoder: { kind: 'pattern', pattern: 'T=(?<t>.)', ignoreCase: true },
      fields: [{ name: 't', type: 'number' }],
    },
    {
      type: 'kv',
      decoder: { kind: 'key-values', pairSeparator: ' ', valueSeparator: '=' },
      fields: [{ name: 't', type: 'number' }],
    },
    { type: 'json', decoder: { kind: 'json' }, fields: [{ name: 't', from: 'a.b', type: 'number' }] },
    {
      type: 'steps',
      decoder: { kind: 'json', each: 'list' },
      fields: [
        {
          name: 'v',
          type: 'number',
          also: ['w', 'x.y'],
          nulls: [-999, 'N/A'],
          decimal: ',',
          thousands: ' ',
          unit: '°C',
          deviceUnit: '°F',
          points: [
            [0, 4],
            [1023, 20],
          ],
          polynomial: [1, -0.5, 2],
          min: 0,
          max: 5,
          range: 'clamp',
          newsOf: 's',
          deviceClass: 'temperature',
        },
        { name: 's', type: 'string', trim: true, case: 'upper', map: { a: 'b', c: 'd' }, mapElse: 'keep' },
        { name: 'odd', type: 'string', nulls: ['a,b', '-5'], map: { 'a=b': 'x', 'c,d': 'y' } },
        { name: 'on', type: 'boolean', map: { open: true, closed: false } },
        {
          name: 't',
          type: 'time',
          time: 'pattern',
          pattern: 'DD.MM.YYYY',
          min: 0,
          max: 1e12,
          range: 'reject',
        },
      ],
      nulls: ['NaN'],
      decimal: 'any',
      thousands: "'",
      drop: { sameTime: true, unchanged: 60 },
      onlyNews: true,
    },
    {
      type: 'parts',
      decoder: { kind: 'packet', minBytes: 3, parts: { from: 1, size: 2 } },
      fields: [{ name: 'v', from: 0, whole: true, type: 'integer' }],
    },
    {
      type: 'heads',
      decoder: { kind: 'packet', parts: { size: { bit: 4, bits: 4 } } },
      fields: [{ name: 'v', from: 1, read: 'i16le', type: 'integer' }],
    },
    {
      type: 'frames',
      decoder: {
        kind: 'bytes',
        written: 'hex',
        pattern: 'data=(?<bytes>[0-9a-f]+) id=(?<id>\\w+)',
        start: '42 4D',
        minBytes: 8,
        parts: { from: 2, size: 2 },
      },
      fields: [
        { name: 'v', from: 0, read: 'u32cdab', notation: 'bcd', reversed: true, type: 'integer' },
        {
          name: 'w',
          from: 0,
          whole: true,
          read: 'u16be',
          bit: 0,
          bits: 12,
          signed: 'magnitude',
          type: 'integer',
        },
        { name: 'id', type: 'string' },
      ],
    },
    {
      type: 'payload',
      decoder: { kind: 'bytes', written: 'base64', path: 'a.data' },
      fields: [{ name: 'v', from: 0, type: 'integer' }],
    },
    {
      type: 'counter',
      decoder: { kind: 'key-values', pairSeparator: ' ', valueSeparator: '=', quote: '"' },
      charset: 'cp437',
      zone: 'Europe/Berlin',
      fields: [
        { name: 'E', notation: 'hex', bit: 0, bits: 16, signed: true, type: 'integer' },
        { name: 'delta', difference: { of: 'E', modulus: 65536, most: 100 }, type: 'number', decimals: 1 },
        { name: 'at', type: 'time', time: 'pattern', pattern: 'HH:mm:ss', zone: 'America/New_York' },
      ],
    },
    { type: 'csv', decoder: { kind: 'columns', headers: true }, fields: [{ name: 'temp', type: 'number' }] },
    { type: 'loose', decoder: { kind: 'json', lenient: true }, fields: [{ name: 'temp', type: 'number' }] },
  ]
  for (const definition of [...formatLibrary.map(({ definition }) => definition), ...others]) {
    it(`give back the format ${definition.type}`, () => {
      assert.deepEqual(checkDefinition(definition), [])
      assert.deepEqual(edited(definition), definition)
    })
  }

  it('keep the place in the line where a field gets another name', () => {
    const kinds = ['json', 'key-values', 'pattern', 'columns', 'packet', 'sections', 'tagged'] as const
    for (const kind of kinds) {
      const draft = toFieldDraft({ name: 'T', type: 'number' })
      assert.equal(draft.from, 'T')
      assert.deepEqual(fromFieldDraft(draft, kind), { name: 'T', type: 'number' })
      assert.deepEqual(fromFieldDraft({ ...draft, name: 'temperature' }, kind), {
        name: 'temperature',
        from: 'T',
        type: 'number',
      })
    }
    const counter = { name: 'd', difference: { of: 'n' }, type: 'integer' } as const
    assert.equal(toFieldDraft(counter).from, '')
    assert.equal(toFieldDraft({}).from, '')
  })

  it('leave out what has no meaning for the type or the decoder', () => {
    const all = {
      scale: '2',
      decimals: '1',
      min: '0',
      bit: '3',
      bits: '',
      read: 'u16le',
      signed: 'complement',
      time: 'iso',
    }
    assert.deepEqual(field({ ...all, type: 'string' }), { name: 'a', type: 'string' })
    assert.deepEqual(field({ ...all, type: 'integer' }), { name: 'a', type: 'integer', scale: 2, min: 0 })
    assert.deepEqual(field({ ...all, type: 'time' }), { name: 'a', type: 'time', time: 'iso', min: 0 })
    assert.deepEqual(field({ from: 'node', bits: '2' }, 'packet'), {
      name: 'a',
      from: 'node',
      bits: 2,
      type: 'number',
    })
    assert.deepEqual(field({ source: 'computed', computed: ' b + 1 ', from: '5' }, 'packet'), {
      name: 'a',
      computed: 'b + 1',
      type: 'number',
    })
  })

  it('keep a text that is no number, for the check to tell', () => {
    assert.equal(field({ min: 'low' }).min, 'low')
    assert.equal(field({ scale: '100/255' }).scale, '100/255')
    const definition = { type: 't', decoder: { kind: 'json' }, fields: [field({ min: 'low' })] }
    assert.equal(
      describeProblems(checkDefinition(definition)),
      'fields[0].min: found "low", expected a number',
    )
    const nodes = fromDrafts({ ...toHeadDraft({}), nodes: '2, x' }, toFrameDraft({}), { kind: 'packet' }, [])
    assert.deepEqual(nodes.takes?.nodes, [2, 'x'])
  })

  it('takes what is said of whole lines as it is written', () => {
    const frame = (change: object, kind: Decoder['kind'] = 'packet') =>
      fromFrameDraft({ ...toFrameDraft({}), ...change }, kind)
    assert.deepEqual(frame({ bytes: '4' }).takes, { bytes: [4, 4] })
    assert.deepEqual(frame({ bytes: ' 4 – 7 ' }).takes, { bytes: [4, 7] })
    assert.deepEqual(frame({ bytes: 'some' }).takes, { bytes: ['some'] })
    assert.deepEqual(frame({ columns: '3' }).takes, {}, 'not of packets')
    assert.deepEqual(frame({ where: 'model=A|B, id~^[0-9]+$, x' }).takes.where, [
      { from: 'model', is: ['A', 'B'] },
      { from: 'id', matches: '^[0-9]+$' },
      { from: 'x' },
    ])
    assert.deepEqual(frame({ where: '[{"from":' }).takes.where, '[{"from":')
    const { check } = frame({ checkKind: 'xor8', checkFrom: '\\x02', checkTo: '-2', checkAt: '"5"' })
    assert.deepEqual(check, { kind: 'xor8', from: '\x02', to: -2, at: '5' })
    assert.deepEqual(frame({ recordSeconds: 'soon' }).record, { seconds: 'soon' })
    assert.equal(frame({ checkTo: '*' }).check, undefined)
  })
})
