import assert from 'node:assert/strict'
import { decoderKinds } from '../../../../lib/formats/check/check.ts'
import { exportFormats, importFormats } from '../../../../lib/formats/check/exchange.ts'
import schema from '../../../../lib/formats/check/schema.json' with { type: 'json' }
import { emontx } from '../../../../lib/formats/library/emontx.ts'
import { fc } from '../../../support/random.ts'

const good = { type: 'a', decoder: { kind: 'json' }, fields: [{ name: 'v', type: 'number' }] }

function told(value: unknown): string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return importFormats(text).problems.map(({ path, text }) => `${path}: ${text}`)
}

describe('formats: files of formats', () => {
  it('takes a file, a list and a single definition', () => {
    for (const value of [good, [good], { fieldlog: 'formats', version: 1, formats: [good] }]) {
      assert.deepEqual(importFormats(JSON.stringify(value)), { formats: [good], problems: [] })
    }
    assert.deepEqual(importFormats(`\ufeff${exportFormats([emontx])}`).formats, [emontx])
  })

  const broken: Array<[value: unknown, expected: RegExp]> = [
    ['', /^: found .*JSON.*, expected JSON$/],
    ['{"formats": [', /^: found .*, expected JSON$/],
    ['[]', /^: found 0 formats, expected 1…200$/],
    ['7', /^: found 7, expected \{"fieldlog"/],
    [{ formats: 'x' }, /^formats: found "x", expected a list of formats$/],
    [{ fieldlog: 'flows', formats: [good] }, /^fieldlog: found "flows", expected "formats"$/],
    [{ version: 2, formats: [good] }, /^version: found 2, expected 1/],
    [{ formats: [good], extra: 1 }, /^extra: there is no such property$/],
    [[null], /^\[0\]: found null, expected a format$/],
    [
      [good, { ...good, fields: [{ name: 'v', type: 'x' }] }],
      /^\[1\]\.fields\[0\]\.type: found "x", expected/,
    ],
    [
      { ...good, decoder: { kind: 'json', min: 1 } },
      /^decoder\.min: there is no such property, expected kind, each or lenient$/,
    ],
    [
      { ...good, fields: [{ name: 'v', type: 'number', scael: 2 }] },
      /^fields\[0\]\.scael: there is no such property/,
    ],
    [
      { ...good, decoder: { kind: 'pattern', pattern: '(?<v>(' } },
      /^decoder\.pattern: .*expected a regular expression/,
    ],
    [{ ...good, fields: 'x' }, /^fields: found "x", expected a list of fields$/],
    [{ ...good, decoder: { kind: 'eval' } }, /^decoder\.kind: found "eval", expected packet/],
    [{ ...good, fields: [{ name: 'v', type: 'number', computed: 'x.y' }] }, /^fields\[0\]\.computed: /],
    ['{"__proto__": {"polluted": 1}, "formats": []}', /^__proto__: there is no such property$/],
    [
      '{"type":"a","decoder":{"kind":"json","__proto__":{"kind":"packet"}},"fields":[{"name":"v","type":"number"}]}',
      /^decoder\.__proto__: there is no such property/,
    ],
    [
      '{"type":"a","decoder":{"kind":"json"},"fields":[{"name":"__proto__","type":"number"}]}',
      /is a word of CEL/,
    ],
    [`[${'['.repeat(50_000)}${']'.repeat(50_000)}]`, /^\[0\]: found a list, expected a format$/],
    ['x'.repeat(2_000_001), /^: found 2000001 characters, expected 2000000 at most$/],
  ]
  for (const [value, expected] of broken) {
    it(`says where: ${expected.source.slice(0, 60)}`, () => {
      const problems = told(value)
      assert.ok(
        problems.some((problem) => expected.test(problem)),
        problems.join('\n'),
      )
      assert.equal(({} as { polluted?: number }).polluted, undefined)
    })
  }

  it('reads the right ones beside a wrong one', () => {
    const { formats, problems } = importFormats(JSON.stringify([good, { type: 'b' }]))
    assert.deepEqual(formats, [good])
    assert.ok(problems.every(({ path }) => path.startsWith('[1]')))
  })

  it('keeps the names of a map harmless', () => {
    const text = JSON.stringify(good).replace('"type":"number"', '"type":"number","map":{"__proto__":5}')
    const { formats, problems } = importFormats(text)
    assert.deepEqual(problems, [])
    assert.deepEqual(Object.keys(formats[0]?.fields[0]?.map ?? {}), ['__proto__'])
  })

  it('never throws, whatever the file', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        assert.ok(Array.isArray(importFormats(text).problems))
      }),
    )
    fc.assert(
      fc.property(
        fc.record({
          type: fc.constant('a'),
          decoder: fc.jsonValue(),
          fields: fc.jsonValue(),
          drop: fc.jsonValue(),
        }),
        (value) => importFormats(JSON.stringify(value)).problems.length > 0,
      ),
    )
  })

  it('has a schema that names every decoder', () => {
    const kinds = schema.$defs.decoder.oneOf.map(({ properties }) => properties.kind.const)
    assert.deepEqual([...kinds].sort(), [...decoderKinds].sort())
  })
})
