import assert from 'node:assert/strict'
import { Environment } from '@marcbachmann/cel-js'
import { Failure } from '../../../../lib/formats/model/failure.ts'
import { compileArithmetic } from '../../../../lib/formats/steps/arithmetic.ts'
import { compileExpression } from '../../../../lib/formats/steps/expression.ts'
import { fc } from '../../../support/random.ts'

const parser = new Environment({ unlistedVariablesAreDyn: true })
for (const name of ['floor', 'max']) parser.registerFunction(`${name}(double, double): double`, () => 0)

function isFast(text: string): boolean {
  return compileArithmetic(parser.parse(text).ast, new Set(['a', 'b'])) !== undefined
}

function result(text: string, scope: Record<string, number>): unknown {
  const value = compileExpression(text, ['a', 'b', 's']).evaluate({ s: null, ...scope })
  return value instanceof Failure ? 'failure' : value
}

/** The same by CEL's evaluator: a text beside it keeps the fast way from being taken. */
function byCel(text: string, scope: Record<string, number>): unknown {
  return result(`s == null ? (${text}) : (${text})`, scope)
}

describe('formats: expressions that only calculate', () => {
  it('are told from others', () => {
    for (const text of ['a + 1', 'a > 5 ? a : b', '-a * 2.5', 'max(a, 1) < b && !(a == b)', 'floor(1) / a']) {
      assert.ok(isFast(text), text)
    }
    for (const text of [
      '7 / 2',
      'a + 7 / 2',
      '"x"',
      'a == null',
      '[a]',
      'a > 5 ? 1 : a',
      'c',
      'a.b',
      'a in [1]',
    ]) {
      assert.ok(!isFast(text), text)
    }
  })

  const cases: Array<[string, Record<string, number>, unknown]> = [
    ['floor(18000000 / (a > 60000 ? 1000 * (a - 60000) : a)) / 10', { a: 22926 }, 78.5],
    ['floor(18000000 / (a > 60000 ? 1000 * (a - 60000) : a)) / 10', { a: 60001 }, 1800],
    ['a / 0', { a: 1 }, 'failure'],
    ['a / b', { a: 0, b: 0 }, 'failure'],
    ['a % 4', { a: -7 }, -3],
    ['7 / 2', {}, 3],
    ['7 / 2.0', {}, 3.5],
    ['(a > 0 ? 7 : 8) / 2', { a: 1 }, 3],
    ['a == -0.0', { a: 0 }, true],
    ['a + 1', {}, 'failure'],
  ]
  for (const [text, scope, expected] of cases) {
    it(`${text} of ${JSON.stringify(scope)}`, () => {
      assert.deepEqual(result(text, scope), expected)
    })
  }

  const leaf = fc.oneof(
    fc.constantFrom('a', 'b'),
    fc.integer({ min: 0, max: 9 }).map(String),
    fc.integer({ min: 0, max: 90 }).map((value) => (value / 10).toFixed(1)),
  )
  const { number } = fc.letrec<{ number: string; bool: string }>((tie) => ({
    number: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc
        .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/', '%'), tie('number'))
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc.tuple(tie('bool'), tie('number'), tie('number')).map(([test, x, y]) => `(${test} ? ${x} : ${y})`),
      tie('number').map((x) => `(-${x})`),
      fc.tuple(fc.constantFrom('floor', 'abs', 'sqrt'), tie('number')).map(([name, x]) => `${name}(${x})`),
      fc
        .tuple(fc.constantFrom('max', 'min', 'pow'), tie('number'), tie('number'))
        .map(([name, x, y]) => `${name}(${x}, ${y})`),
    ),
    bool: fc.oneof(
      { maxDepth: 3 },
      fc
        .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc
        .tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool'))
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
      tie('bool').map((x) => `(!${x})`),
    ),
  }))

  it('give what CEL gives', () => {
    const values = fc.oneof(
      fc.integer({ min: -5, max: 5 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    fc.assert(
      fc.property(number, values, values, (text, a, b) => {
        let compiled = true
        try {
          compileExpression(text, ['a', 'b', 's'])
        } catch {
          compiled = false
        }
        if (compiled) assert.deepEqual(result(text, { a, b }), byCel(text, { a, b }), text)
      }),
      { numRuns: 1000 },
    )
  })
})
