import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import { describeProblems } from '../../../../lib/formats/check/problems.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import type { CounterDifference, FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import { EventMemory } from '../../../../lib/formats/model/memory.ts'
import { fc } from '../../../support/random.ts'
import { format, number, text } from '../helper.ts'
import { decodeAt, outcomes, restored, valuesOf } from '../series.ts'

function counter(
  rest: Partial<CounterDifference> = {},
  others: Partial<FormatDefinition> = {},
): FormatDefinition {
  const definition = format(
    { kind: 'key-values' },
    [
      text('k', { hidden: true }),
      number('E'),
      number('delta', { difference: { of: 'E', ...rest } }),
      number('power', { computed: 'delta * 60.0' }),
    ],
    undefined,
    { key: ['k'], ...others },
  )
  assert.deepEqual(checkDefinition(definition), [])
  return definition
}

const deltas = (definition: FormatDefinition, lines: string[]) =>
  valuesOf(outcomes(definition, lines), 'delta')

describe('formats: differences of counters', () => {
  it('are since the last reading, over a wrap, and none over a reset', () => {
    const lines = ['E:838831.0', 'E:838857.6', 'E:10.3', 'E:23.6', 'E:0.0', 'E:13.4']
    assert.deepEqual(deltas(counter({ modulus: 838860.8 }), lines), [null, 26.6, 13.5, 13.3, null, 13.4])
  })

  it('without a modulus whatever is less was set back', () => {
    assert.deepEqual(deltas(counter(), ['E:5', 'E:7', 'E:7', 'E:1', 'E:4']), [null, 2, 0, null, 3])
  })

  it('a step beyond the greatest one is a reset, over a wrap or not', () => {
    const lines = ['E:10', 'E:60', 'E:70', 'E:5', 'E:15']
    assert.deepEqual(deltas(counter({ modulus: 100, most: 40 }), lines), [null, null, 10, 35, 10])
    assert.deepEqual(deltas(counter({ modulus: 100, most: 20 }), lines), [null, null, 10, null, 10])
  })

  it('can be calculated with', () => {
    assert.deepEqual(valuesOf(outcomes(counter(), ['E:5', 'E:7.5']), 'power'), [null, 150])
  })

  it('are told apart by the key', () => {
    const lines = ['k:a,E:5', 'k:b,E:100', 'k:a,E:6', 'k:b,E:103', 'k:c,E:1']
    assert.deepEqual(deltas(counter(), lines), [null, null, 1, 3, null])
  })

  it('go on over lines without the counter, and lines that are rejected', () => {
    const definition = counter({}, {})
    definition.fields.push(number('x', { range: 'reject', max: 10 }))
    assert.deepEqual(deltas(definition, ['E:5', 'x:3', 'E:1,x:99', 'E:7']), [null, null, 'rejected', 2])
  })

  it('are scaled and rounded as other fields', () => {
    const definition = format({ kind: 'key-values' }, [
      number('E', { hidden: true }),
      number('kWh', { difference: { of: 'E' }, scale: '1/1000', decimals: 3 }),
      number('x', { from: 'E' }),
    ])
    assert.deepEqual(valuesOf(outcomes(definition, ['E:1000', 'E:2500.25']), 'kWh'), [null, 1.5])
  })

  it('a second delivery gets what the first one got, also after later ones and a restart', () => {
    const definition = counter({ modulus: 100 })
    const memory = new EventMemory()
    const lines = ['E:90', 'E:95', 'E:5', 'E:6']
    const first = valuesOf(outcomes(definition, lines, { memory }), 'delta')
    assert.deepEqual(first, [null, 5, 10, 1])
    assert.deepEqual(valuesOf(outcomes(definition, lines, { memory }), 'delta'), first)
    const next = restored(memory)
    assert.deepEqual(valuesOf(outcomes(definition, lines, { memory: next }), 'delta'), first)
    assert.deepEqual(valuesOf(outcomes(definition, ['E:8'], { memory: next, first: 5 }), 'delta'), [2])
  })

  it('say that they are unsure where what came before is not known', () => {
    const memory = new EventMemory({ isWhole: false })
    assert.deepEqual(valuesOf(outcomes(counter(), ['E:5', 'E:7'], { memory, first: 10 }), 'delta'), [
      'null ?',
      2,
    ])
    const stored = restored(memory, 11)
    const formats = compileFormats([counter()], { memory: stored })
    const again = decodeAt(formats, 'E:7', 11)
    assert.deepEqual(again.kind === 'clean' && again.isPast, false || undefined)
    const before = decodeAt(formats, 'E:5', 10)
    assert.equal(before.kind === 'clean' && before.isPast, true)
  })

  it('need what told them apart before, and no circle', () => {
    const definition = counter()
    definition.fields[0] = text('k', { computed: 'string(delta)' })
    assert.equal(
      describeProblems(checkDefinition(definition)),
      'fields[0].name: k → delta → k refer to each other in a circle',
    )
  })

  it('without a place in the journal there are none, and nothing is marked', () => {
    const outcome = compileFormats([counter()]).decode({ payload: 'E:5', source: 's' })
    assert.deepEqual(outcome, {
      kind: 'clean',
      type: 'test',
      events: [{ type: 'test', data: { E: 5 }, key: '' }],
    })
  })

  it('add up to what a counter went, however often it wraps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 0, max: 65_535 }),
        fc.integer({ min: 0, max: 200 }),
        (steps, start, cut) => {
          // tenths, as many meters have them
          let count = start
          const lines = [`E:${count / 10}`]
          for (const step of steps) {
            count = (count + step) % 65_536
            lines.push(`E:${count / 10}`)
          }
          const definition = counter({ modulus: 6553.6 })
          const at = Math.min(cut, lines.length)
          const memory = new EventMemory()
          const before = outcomes(definition, lines.slice(0, at), { memory })
          const after = outcomes(definition, lines.slice(at), { memory: restored(memory, at), first: at + 1 })
          const found = valuesOf([...before, ...after], 'delta')
          assert.deepEqual(found, [null, ...steps.map((step) => step / 10)])
        },
      ),
      { numRuns: 200 },
    )
  })
})
