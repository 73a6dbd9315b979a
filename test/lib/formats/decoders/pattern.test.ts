import assert from 'node:assert/strict'
import { longestText } from '../../../../lib/formats/decoders/pattern.ts'
import { decoded, format, integer, number, text } from '../helper.ts'

describe('formats: decoder pattern', () => {
  const pattern = 'T=(?<temp>[-+0-9.]+)C(?: H=(?P<humi>\\d+)%)?'
  const definition = format({ kind: 'pattern', pattern }, [
    number('temp'),
    integer('humidity', { from: 'humi' }),
  ])

  it('takes lines that it matches anywhere', () => {
    assert.deepEqual(decoded(definition, 'T=-3.5C H=40%'), { temp: -3.5, humidity: 40 })
    assert.deepEqual(decoded(definition, '[x] T=21C, ok'), { temp: 21 })
    assert.equal(decoded(definition, 't=21c'), 'unknown')
    assert.equal(decoded(definition, ''), 'unknown')
  })

  it('does not tell capitals from small letters where so told', () => {
    const either = format({ kind: 'pattern', pattern, ignoreCase: true }, [number('temp')])
    assert.deepEqual(decoded(either, 't=21c'), { temp: 21 })
  })

  it('rejects a line that has the prefix and does not match', () => {
    const prefixed = format({ kind: 'pattern', pattern }, [number('temp')], { prefix: 'T=' })
    assert.deepEqual(decoded(prefixed, 'T=5C'), { temp: 5 })
    assert.deepEqual(decoded(prefixed, 'T=hot'), ['decode: pattern: found "T=hot", expected it to match'])
    assert.equal(decoded(prefixed, 'x T=5C'), 'unknown')
  })

  it('rejects what matches and is of the wrong type', () => {
    assert.deepEqual(decoded(definition, 'T=1.2.3C'), ['type: temp: found "1.2.3", expected a number'])
  })

  it('an expression that is exponential elsewhere is linear', () => {
    const evil = format({ kind: 'pattern', pattern: '(?<v>(a|a)*(a+)+)$' }, [text('v')])
    assert.equal(decoded(evil, `${'a'.repeat(2000)}!`), 'unknown')
  })

  it('does not look at texts that are too long', () => {
    const any = format({ kind: 'pattern', pattern: '(?<v>x)' }, [text('v')])
    assert.deepEqual(decoded(any, 'x'.repeat(longestText)), { v: 'x' })
    assert.equal(decoded(any, 'x'.repeat(longestText + 1)), 'unknown')
  })
})
