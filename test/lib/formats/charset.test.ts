// Lines whose bytes are not UTF-8.
import assert from 'node:assert/strict'
import { checkDefinition } from '../../../lib/formats/check/check.ts'
import { describeProblems } from '../../../lib/formats/check/problems.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { Charset, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { decoded, format, number, text } from './helper.ts'

/** `T: 21.5°C;Ort: Büro` with one byte for each character. */
function line(degree: number, umlaut: number): Buffer {
  const [before, middle, after] = ['T: 21.5', 'C;Ort: B', 'ro'].map((part) => Buffer.from(part)) as [
    Buffer,
    Buffer,
    Buffer,
  ]
  return Buffer.concat([before, Buffer.of(degree), middle, Buffer.of(umlaut), after])
}

function room(charset?: Charset): FormatDefinition {
  return format(
    { kind: 'key-values', pairSeparator: ';' },
    [number('temp', { from: 'T', unit: '°C' }), text('place', { from: 'Ort' })],
    undefined,
    charset === undefined ? {} : { charset },
  )
}

const expected = { temp: 21.5, place: 'Büro' }

describe('formats: character sets', () => {
  it('bytes that are not UTF-8 are read as the format says', () => {
    assert.deepEqual(decoded(room('latin-1'), line(0xb0, 0xfc)), expected)
    assert.deepEqual(decoded(room('cp437'), line(0xf8, 0x81)), expected)
  })

  it('and rejected where it says nothing', () => {
    const reasons = ['decode: text: found bytes that are not UTF-8, expected text']
    assert.deepEqual(decoded(room(), line(0xb0, 0xfc)), reasons)
    assert.deepEqual(decoded(room('utf-8'), line(0xb0, 0xfc)), reasons)
  })

  it('a condition looks at the text that the format reads, or at the bytes', () => {
    const taking = (place: string, charset?: Charset): FormatDefinition => ({
      ...room(charset),
      takes: { where: [{ from: 'Ort', is: [place] }] },
    })
    assert.deepEqual(decoded(taking('Büro', 'latin-1'), line(0xb0, 0xfc)), expected)
    assert.equal(decoded(taking('Bad', 'latin-1'), line(0xb0, 0xfc)), 'unknown')
    assert.equal(decoded(taking('Büro'), line(0xb0, 0xfc)), 'unknown')
    const frame = format({ kind: 'bytes' }, [number('v', { from: 1 })], { where: [{ from: 0, is: [0xfe] }] })
    assert.deepEqual(decoded(frame, Buffer.of(0xfe, 0xc0)), { v: 0xc0 })
    assert.equal(decoded(frame, Buffer.of(0xff, 0xc0)), 'unknown')
  })

  it('a checksum that is a raw byte changes nothing about the text', () => {
    const checked: FormatDefinition = {
      ...room('latin-1'),
      check: { kind: 'xor8', to: ';#', at: ';#', written: 'bytes' },
    }
    const text = line(0xb0, 0xfc)
    const sum = text.reduce((all, byte) => all ^ byte, 0)
    const whole = Buffer.concat([text, Buffer.from(';#'), Buffer.of(sum)])
    assert.deepEqual(decoded(checked, whole), expected)
  })

  it('UTF-8 stays what it is', () => {
    for (const charset of ['utf-8', 'latin-1', 'cp437'] as const) {
      assert.deepEqual(decoded(room(charset), 'T: 21.5°C;Ort: Büro'), expected)
      assert.deepEqual(decoded(room(charset), Buffer.from('T: 21.5°C;Ort: Büro')), expected)
    }
  })

  it('each of several formats reads the line in its own way', () => {
    const keyed = (key: string, charset: Charset): FormatDefinition => ({
      ...format({ kind: 'key-values' }, [number('v', { from: key })]),
      type: charset,
      charset,
    })
    for (const match of ['first', 'best'] as const) {
      const formats = compileFormats([keyed('ø', 'latin-1'), keyed('°', 'cp437'), keyed('x', 'utf-8')], {
        match,
      })
      const typeOf = (payload: unknown) => {
        const outcome = formats.decode({ payload, source: 's' })
        return outcome.kind === 'clean' ? [outcome.type, outcome.events[0]?.data.v] : outcome.kind
      }
      // 0xf8 is ø in the one and ° in the other, which is the first of these formats that takes it
      assert.deepEqual(typeOf(Buffer.from([0xf8, 0x3a, 0x35])), ['latin-1', 5])
      assert.deepEqual(typeOf('°:5'), ['cp437', 5])
      assert.deepEqual(typeOf('x:5'), ['utf-8', 5])
    }
  })

  it('JSON in another character set', () => {
    const definition = format({ kind: 'json' }, [text('place')], undefined, { charset: 'latin-1' })
    assert.deepEqual(decoded(definition, Buffer.from('{"place":"B\xfcro"}', 'latin1')), { place: 'Büro' })
  })

  it('says which are known', () => {
    assert.equal(
      describeProblems(checkDefinition({ ...room(), charset: 'ebcdic' })),
      'charset: found "ebcdic", expected utf-8, latin-1 or cp437',
    )
  })
})
