import assert from 'node:assert/strict'
import { Failure } from '../../../../lib/formats/model/failure.ts'
import { parseLenientJson } from '../../../../lib/formats/notation/lenient-json.ts'
import { fc } from '../../../support/random.ts'

describe('formats: lenient JSON', () => {
  const cases: Array<[text: string, expected: unknown[]]> = [
    ['{"a":1}', [{ a: 1 }]],
    [
      '{"t":NaN,"e" : -nan,"i":-Infinity,"j":inf,"k":nan(0x1)}',
      [{ t: null, e: null, i: null, j: null, k: null }],
    ],
    ["{'a':'it\\'s', b: \"x\"}", [{ a: "it's", b: 'x' }]],
    ['{"a":[1,2,],}', [{ a: [1, 2] }]],
    ['{"a":1}{"a":2}', [{ a: 1 }, { a: 2 }]],
    [' {"a":1} , [2]; 3 ', [{ a: 1 }, [2], 3]],
    ['{"a":007,"b":0x1F,"c":+5,"d":.5,"e":5.}', [{ a: '007', b: '0x1F', c: '+5', d: '.5', e: '5.' }]],
    ['{"a":12345678901234567890,"b":1e400}', [{ a: '12345678901234567890', b: '1e400' }]],
    ['{"a":-1.5e3,"b":True,"c":None,"d":undefined}', [{ a: -1500, b: true, c: null, d: null }]],
    ['{"a":"\\u00b0\\n\\/"}', [{ a: '°\n/' }]],
  ]
  for (const [text, expected] of cases) {
    it(text, () => assert.deepEqual(parseLenientJson(text), expected))
  }

  const broken = [
    '',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '[1 2]',
    '{"a":"x',
    '{"a":1}{"a":',
    '{1:}',
    ':',
  ]
  for (const text of broken) {
    it(`what is cut or broken is no value: ${text}`, () => {
      assert.ok(parseLenientJson(text) instanceof Failure)
    })
  }

  it('is not exhausted by depth', () => {
    assert.ok(parseLenientJson('['.repeat(100_000)) instanceof Failure)
    assert.ok(parseLenientJson('{"a":'.repeat(100_000)) instanceof Failure)
  })

  it('says of JSON what JSON says', () => {
    fc.assert(
      fc.property(fc.array(fc.json(), { minLength: 1, maxLength: 3 }), (texts) => {
        const exact = texts.every((text) => !/\d{16}|e[+-]?\d{3}|-0\b/i.test(text))
        if (!exact) return
        assert.deepEqual(
          parseLenientJson(texts.join(' ')),
          texts.map((text) => JSON.parse(text)),
        )
      }),
    )
  })

  it('never gives a number for what is cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer(), { minKeys: 1 }), (value) => {
        const text = JSON.stringify(value)
        for (let end = 1; end < text.length; end++) {
          assert.ok(parseLenientJson(text.slice(0, end)) instanceof Failure, text.slice(0, end))
        }
      }),
      { numRuns: 50 },
    )
  })
})
