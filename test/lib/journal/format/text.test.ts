import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { escapeText, unescapeBytes, unescapeLine } from '../../../../lib/journal/format/text.ts'
import { fc } from '../../../support/random.ts'

/** Bytes with what devices and bad lines send: valid and broken UTF-8, controls, backslashes. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 6 }).map((text) => Buffer.from(text)),
      fc
        .constantFrom('\\', '\\x41', '\0', '\u0085', '\u2028', '\ufeff', 'é', '𝄞')
        .map((text) => Buffer.from(text)),
      fc
        .constantFrom([0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xff])
        .map(Buffer.from),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts))

describe('journal: the text of a line', () => {
  it('decodes to the very bytes, and is one line of plain UTF-8', () => {
    fc.assert(
      fc.property(bytes, (line) => {
        const text = escapeText(line)
        assert.deepEqual(unescapeBytes(text), line)
        assert.doesNotMatch(text, /[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029\ufeff]/)
        assert.ok(text.isWellFormed())
        const given = unescapeLine(text)
        assert.deepEqual(Buffer.from(given as string), line)
        assert.equal(typeof given === 'string', isUtf8(line))
      }),
      { numRuns: 3000 },
    )
  })

  it('is the same for a string and its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        assert.equal(escapeText(line), escapeText(Buffer.from(line)))
      }),
    )
  })

  const written: Array<[string, Uint8Array | string, string]> = [
    ['printable text, spaces and all', '  OK 12 1 é 𝄞 ~ ', '  OK 12 1 é 𝄞 ~ '],
    ['nothing', '', ''],
    ['control characters', 'a\x00b\t\x1f\x7f', 'a\\x00b\\x09\\x1f\\x7f'],
    ['a backslash', '\\x5c', '\\x5cx5c'],
    ['U+0085 byte by byte', '\u0085', '\\xc2\\x85'],
    [
      'U+2028, U+2029, U+FEFF byte by byte',
      '\u2028\u2029\ufeff',
      '\\xe2\\x80\\xa8\\xe2\\x80\\xa9\\xef\\xbb\\xbf',
    ],
    ['bytes that are no UTF-8, between some that are', Buffer.from('63e9c3a9ff', 'hex'), 'c\\xe9é\\xff'],
    ['an overlong form', Buffer.from('c0af', 'hex'), '\\xc0\\xaf'],
    ['a surrogate in UTF-8', Buffer.from('eda080', 'hex'), '\\xed\\xa0\\x80'],
    ['a character that is cut off', Buffer.from('e282', 'hex'), '\\xe2\\x82'],
    ['beyond U+10FFFF', Buffer.from('f4908080', 'hex'), '\\xf4\\x90\\x80\\x80'],
    ['a lone surrogate of a string as U+FFFD', 'a\ud800', 'a\ufffd'],
  ]
  for (const [what, line, text] of written) {
    it(`writes ${what}`, () => assert.equal(escapeText(line), text))
  }

  for (const text of ['\\', '\\x4', '\\xGG', '\\xAB', 'a\\n']) {
    it(`refuses ${JSON.stringify(text)}, which it never writes`, () => {
      assert.throws(() => unescapeBytes(text), SyntaxError)
    })
  }
})
