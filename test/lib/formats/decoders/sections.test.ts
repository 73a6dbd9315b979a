import assert from 'node:assert/strict'
import { parsePython } from '../../../../lib/formats/decoders/python.ts'
import { parseSections } from '../../../../lib/formats/decoders/section-text.ts'
import { Failure } from '../../../../lib/formats/model/failure.ts'
import { fc } from '../../../support/random.ts'

function sections(text: string): unknown {
  const result = parseSections(text)
  return result instanceof Failure ? result.reason : result
}

describe('formats: sections', () => {
  const cases: Array<[string, unknown]> = [
    ['', {}],
    ['Dead=Beef', {}],
    ['A; B; C;', {}],
    ['Foo:', 'found nothing in the section "Foo", expected values'],
    ['Foo: ; ;', 'found nothing in the section "Foo", expected values'],
    ['Foo: Bar: 1', { Foo: ['Bar: 1'] }],
    ['Foo:; Bar: 1', 'found nothing in the section "Foo", expected values'],
    ['Foo: Bar=:', 'found ":" for "Foo.Bar", expected a value'],
    ['Foo: Bar=', 'found "" for "Foo.Bar", expected a value'],
    ['Foo: =1', 'found "=1" in the section "Foo", expected a key before ='],
    ['Foo: 1; 2; 3;', { Foo: [1, 2, 3] }],
    ['Foo: A=0; B=1', { Foo: { A: 0, B: 1 } }],
    ['Foo: A; B', { Foo: ['A', 'B'] }],
    ['Foo: Bar=A;B;C;', { Foo: { Bar: 'A' } }],
    ['Foo: 1; A=1', 'found the key "A" among the bare values of "Foo", expected values'],
    ['Foo: A=1; A=2', 'found "Foo.A" twice'],
    ['Foo: 1; Foo: 2', 'found the section "Foo" twice'],
    ['FFT Re: 9748;-455', { 'FFT Re': [9748, -455] }],
    ['a: A=ON; B=OFF; C=on; D=oN', { a: { A: true, B: false, C: true, D: true } }],
    ['a: 7w; 5va; 6VAR; 2hz; 1RAD; 3v', { a: [7, 5, 6, 2, 1, 3] }],
    ['Foo:A=1;Bar:2', { Foo: { A: 1 }, Bar: [2] }],
    ['Foo:on;FFT Re:1;2', { Foo: [true], 'FFT Re': [1, 2] }],
    ['t: 1; Tue, 04 Oct 2016 16:47:50 GMT', { t: [1, 'Tue, 04 Oct 2016 16:47:50 GMT'] }],
    ['t: A=10:30; 16:47', { t: { A: '10:30' } }],
    ['t: 10:30; May; 3A', { t: ['10:30', 'May', 3] }],
    [
      'a: 1753W; 279var; 403VA; 7.359A; 230.08V; -43,841rad; 50Hz; 5 V',
      { a: [1753, 279, 403, 7.359, 230.08, -43.841, 50, 5] },
    ],
    ['a: 1.75A; nan; 5furlong; 1,2,3', { a: [1.75, 'nan', '5furlong', '1,2,3'] }],
    ['a: -0; 9007199254740993', { a: [0, '9007199254740993'] }],
    ['UTC Time: 2016-10-4 16:47:50', { 'UTC Time': ['2016-10-04T16:47:50Z'] }],
    ['t: 2016-02-30 16:47:50; 16:47:50', { t: ['2016-02-30 16:47:50', '16:47:50'] }],
    ['Net: MAC=aa:bb:cc', { Net: { MAC: 'aa:bb:cc' } }],
  ]
  for (const [text, expected] of cases) {
    it(JSON.stringify(text), () => assert.deepEqual(sections(text), expected))
  }

  it('keeps a hostile name harmless', () => {
    const result = parseSections('__proto__: polluted=1') as object
    assert.deepEqual(Object.keys(result), ['__proto__'])
    assert.equal(({} as { polluted?: number }).polluted, undefined)
  })
})

describe('formats: Python literals', () => {
  const cases: Array<[string, unknown]> = [
    ["{'eventId': 1, 'data': {'key': 'value1'}}", { eventId: 1, data: { key: 'value1' } }],
    ["{'a': True, 'b': False, 'c': None}", { a: true, b: false, c: null }],
    ['[1, -2.5, .5, 1e3, (2, 3), ()]', [1, -2.5, 0.5, 1000, [2, 3], []]],
    ['"it\'s"', "it's"],
    ["'it\\'s \\n \\x41 \\u00e9 \\\\'", "it's \n A é \\"],
    ["b'\\x00\\xff'", '\u0000\u00ff'],
    ["{1: 'a', 'b': 2,}", { 1: 'a', b: 2 }],
    ['nan', null],
    ['123456789012345678901', '123456789012345678901'],
    ['{}', {}],
  ]
  for (const [text, expected] of cases) {
    it(text, () => assert.deepEqual(parsePython(text), expected))
  }

  const broken: Array<[string, string]> = [
    ['', 'found the end of the line at character 0, expected a value'],
    ["{'a': 1", 'found the end of the line at character 7, expected , or }'],
    ["{'a' 1}", 'found "1}" at character 5, expected : after the key'],
    ["'a", 'found the end of the line at character 2, expected the text to be closed'],
    ['[1 2]', 'found "2]" at character 3, expected , or ]'],
    ['__import__("os")', 'found "__import__(\\"os\\")" at character 0, expected a value'],
    ['1 + 1', 'found "+ 1" at character 2, expected the end'],
    ['{[1]: 2}', 'found ": 2}" at character 4, expected a text or a number as the key'],
  ]
  for (const [text, reason] of broken) {
    it(`${text} is refused`, () => {
      const result = parsePython(text)
      assert.ok(result instanceof Failure)
      assert.equal(result.reason, reason)
    })
  }

  it('stays harmless and never throws', () => {
    assert.ok(parsePython('['.repeat(1e6)) instanceof Failure)
    assert.deepEqual(Object.keys(parsePython("{'__proto__': {'polluted': 1}}") as object), ['__proto__'])
    assert.equal(({} as { polluted?: number }).polluted, undefined)
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      "'",
      '"',
      ',',
      ':',
      '\\',
      '1',
      'True',
      ' ',
      'b',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        parsePython(pieces.join(''))
        parseSections(pieces.join(''))
      }),
    )
  })
})
