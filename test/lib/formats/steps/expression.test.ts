import assert from 'node:assert/strict'
import { Failure } from '../../../../lib/formats/model/failure.ts'
import { compileExpression, ExpressionError, freeNames } from '../../../../lib/formats/steps/expression.ts'

const scope = { t: 235, acw: 0, on: true, name: 'hall', none: null, evil: `${'a'.repeat(60)}!` }

function evaluate(text: string): unknown {
  const result = compileExpression(text, Object.keys(scope)).evaluate(scope)
  return result instanceof Failure ? `failed: ${result.reason}` : result
}

describe('formats: expressions', () => {
  const cases: Array<[string, unknown]> = [
    ['t', 235],
    ['t > 200 && on', true],
    ['t != 0', true],
    ['t in [235, 7]', true],
    ['t * 2 + 1', 471],
    ['1 + t', 236],
    ['(50 + t) * t / 255 * 2', 525.2941176470588],
    ['1000 * (t - 60000)', -59765000],
    ['t % 7', 4],
    ['-t', -235],
    ['t / 0', 'failed: the result is Infinity'],
    ['7 / 2', 3],
    ['7.0 / 2', 3.5],
    ['floor(t / 2)', 117],
    ['ceil(t / 2) - round(0.4) + abs(-3)', 121],
    ['max(t, 300) + min(1, 2)', 301],
    ['pow(2, 10) + sqrt(16.0)', 1028],
    ['log(exp(1)) + log10(1000)', 4],
    ['sqrt(-1)', 'failed: the result is NaN'],
    ['floor(18000000 / (t > 60000 ? 1000 * (t - 60000) : t)) / 10', 7659.5],
    ['name + "/" + string(t)', 'hall/235'],
    ['name.startsWith("ha")', true],
    ['name == "hall" ? "yes" : "no"', 'yes'],
    ['none + 1', 'failed: none is missing'],
    ['none == null', true],
    ['none == null || none > 5', true],
    ['null', null],
    ['[t]', 'failed: the result is no number, text or boolean'],
    ['{"a": t}', 'failed: the result is no number, text or boolean'],
  ]
  for (const [text, expected] of cases) {
    it(text, () => {
      assert.deepEqual(evaluate(text), expected)
    })
  }

  const free: Array<[string, string[]]> = [
    ['[1, 2].exists(x, x == mode)', ['mode']],
    ['[a, b].all(x, x > 1) || x', ['a', 'b', 'x']],
    ['[1, 2].exists_one(x, [x].all(y, y > x && y < z))', ['z']],
    ['[a].filter(a, a > 1).map(b, b > 2, b * c) == [1]', ['a', 'c']],
    ['{"k": a}.all(k, k == b)', ['a', 'b']],
    ['cel.bind(x, a + x, x + b) > 2', ['a', 'x', 'b']],
    ['name.size() > 1 && size(name) > 1 && type(name) == string', ['name']],
    ['"x > y".contains(name)', ['name']],
    ['a +', []],
  ]
  for (const [text, names] of free) {
    it(`takes from outside: ${text}`, () => assert.deepEqual(freeNames(text), names))
  }

  it('has the variables of macros for its own, even where a field is called so', () => {
    assert.deepEqual(compileExpression('[1.0, 2.0].exists(t, t == acw)', ['t', 'acw']).names, ['acw'])
    assert.equal(compileExpression('[1.0].all(t, t > 0.0)', ['t']).evaluate({ t: null }), true)
  })

  it('bears a field that is called like a type', () => {
    assert.equal(compileExpression('t + 1.0', ['int', 't']).evaluate({ int: 5, t: 1 }), 2)
    assert.equal(compileExpression('type(t) == double', ['t']).evaluate({ t: 1 }), true)
  })

  it('fails in words where types do not fit', () => {
    assert.match(String(evaluate('name * 2')), /^failed: no such overload/)
    assert.match(String(evaluate('t && on')), /^failed: /)
  })

  it('matches in linear time', () => {
    assert.equal(evaluate('evil.matches("^(a|a)*(a+)+$")'), false)
    assert.equal(evaluate('[1].exists(x, evil.matches("^(a|a)*(a+)+$"))'), false)
    assert.equal(evaluate('name.matches("^h.ll$")'), true)
    assert.match(String(evaluate('name.matches("(")')), /^failed: /)
  })

  it('says which names it uses', () => {
    assert.deepEqual(compileExpression('a + floor(b) > size("acw")', ['a', 'b', 'acw']).names, ['a', 'b'])
  })

  const refused = [
    '',
    't +',
    't = 5',
    'unknown > 1',
    'constructor',
    'toString()',
    '__proto__',
    'import("fs")',
    'floor("x")',
  ]
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => compileExpression(text, ['t']), ExpressionError)
    })
  }

  it('reaches nothing but its data', () => {
    const hostile = Object.keys(scope)
    for (const text of ['t.constructor', 'name.__proto__', 'name.length', 'on["constructor"]']) {
      assert.match(String(compileExpressionOrReason(text, hostile)), /^(failed|refused): /, text)
    }
  })
})

function compileExpressionOrReason(text: string, names: string[]): unknown {
  try {
    const result = compileExpression(text, names).evaluate(scope)
    return result instanceof Failure ? `failed: ${result.reason}` : result
  } catch (error) {
    return `refused: ${(error as Error).message}`
  }
}
