import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import { decoded, format, number } from '../helper.ts'

/** Numbers in base 128 among others. */
const definition: FormatDefinition = format({ kind: 'datacodes', codes: 'v x h v' }, [
  number('a', { from: 0 }),
  number('b', { from: 1 }),
  number('c', { from: 2 }),
])

describe('decoders: datacodes, numbers in base 128', () => {
  it('are as long as they have digits; what is behind them follows', () => {
    assert.deepEqual(checkDefinition(definition), [])
    assert.deepEqual(decoded(definition, 'OK 3 129 0 255 255 128'), { a: 1, b: -1, c: 0 })
    // 1 × 16384 + 2 × 128 + 3, and the greatest of seven digits
    assert.deepEqual(decoded(definition, 'OK 3 1 2 131 7 1 0 127 127 127 127 127 127 255'), {
      a: 16_643,
      b: 1,
      c: 2 ** 49 - 1,
    })
  })

  const wrong: Array<[line: string, reason: string]> = [
    ['OK 3', 'its bytes end in number 0, v, expected 4 numbers'],
    ['OK 3 1 1', 'its bytes end in number 0, v, expected 4 numbers'],
    ['OK 3 129 0 1', 'its bytes end in number 2, h, expected 4 numbers'],
    ['OK 3 129 0 1 1 128 9', 'found 6 bytes, expected 5'],
    ['OK 3 1 1 1 1 1 1 1 129 0 1 1 128', 'number 0 has 8 digits, expected 7 at most'],
  ]
  for (const [line, reason] of wrong) {
    it(`${line}: ${reason}`, () => {
      assert.deepEqual(decoded(definition, line), [`decode: packet: ${reason}`])
    })
  }
})
