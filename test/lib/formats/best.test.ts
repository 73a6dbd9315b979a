import assert from 'node:assert/strict'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FormatDefinition, Recogniser } from '../../../lib/formats/model/definition.ts'
import { format, integer, number, text } from './helper.ts'

function typed(type: string, definition: FormatDefinition): FormatDefinition {
  return { ...definition, type }
}

function best(formats: FormatDefinition[], payload: unknown): string {
  const outcome = compileFormats(formats, { match: 'best' }).decode({ payload, source: 'ttyUSB0' })
  if (outcome.kind === 'rejected') return `rejected ${outcome.type}: ${outcome.reasons.join()}`
  return outcome.kind === 'unknown' ? outcome.kind : `${outcome.kind} ${outcome.type}`
}

describe('formats: the best of several', () => {
  const climate = typed(
    'climate',
    format({ kind: 'json' }, [number('temp', { min: -50, max: 50 }), number('humi')]),
  )
  const power = typed(
    'power',
    format({ kind: 'json' }, [number('watts'), number('temp', { min: 100, max: 900 })]),
  )

  it('has the greatest share of its fields there and plausible', () => {
    assert.equal(best([climate, power], { temp: 20, humi: 5 }), 'clean climate')
    assert.equal(best([climate, power], { temp: 200, watts: 5 }), 'clean power')
    assert.equal(best([power, climate], { temp: 20 }), 'clean climate')
    assert.equal(
      best([climate, power], { temp: 'x' }),
      'rejected climate: type: temp: found "x", expected a number',
    )
    assert.equal(best([climate, power], 'no JSON'), 'unknown')
  })

  it('of equals, asks for more; then comes first', () => {
    const any = typed('any', format({ kind: 'json' }, [number('temp')]))
    const own = typed('own', format({ kind: 'json' }, [number('temp')], { source: 'ttyUSB*' }))
    assert.equal(best([any, own], { temp: 1 }), 'clean own')
    assert.equal(best([any, typed('other', any)], { temp: 1 }), 'clean any')
    const where = [{ from: 'temp', is: [1] }]
    const sure = typed('sure', format({ kind: 'json' }, [number('temp')], { source: 'ttyUSB*', where }))
    assert.equal(best([own, sure], { temp: 1 }), 'clean sure')
  })

  const packet = (type: string, bytes: number, takes?: Recogniser, rest = {}) =>
    typed(
      type,
      format(
        { kind: 'packet', minBytes: bytes, maxBytes: bytes },
        [integer('v', { from: 0, ...rest })],
        takes,
      ),
    )

  it('is never told by the length alone', () => {
    const reason =
      'decode: match: found that only the length tells four and two apart, expected node ids or a source that do'
    assert.equal(best([packet('two', 2), packet('four', 4)], 'OK 7 1 2 3 4'), `rejected four: ${reason}`)
    assert.equal(
      best([packet('two', 2), packet('four', 4, { nodes: [7] })], 'OK 7 1 2 3 4'),
      'clean four',
      'the node id speaks for it',
    )
    assert.equal(
      best([packet('two', 2), packet('four', 4, undefined, { min: 0, max: 5 })], 'OK 7 1 2 3 4'),
      'clean four',
      'its values speak for it',
    )
  })

  it('does not tell the steps of one format from those of another', () => {
    const pair = typed('pair', format({ kind: 'key-values' }, [number('a'), number('b')]))
    const note = typed('note', format({ kind: 'pattern', pattern: '(?<all>.+)' }, [text('all')]))
    assert.equal(best([note, pair], 'a:1,b:2'), 'clean note')
    assert.equal(best([pair, note], 'a:1,b:2'), 'clean pair')
    assert.equal(best([pair, note], 'a:1'), 'clean note')
  })
})
