import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Scalar } from '../../../lib/event.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import {
  isMissing,
  type OperatorName,
  operatorNames,
  operators,
} from '../../../lib/predicates/model/operators.ts'

/** operands, values that keep the rule, values that break it */
type Case = [operands: Scalar[], keep: unknown[], broken: unknown[]]

const long = 'x'.repeat(100_000)
const cases: Record<OperatorName, Case[]> = {
  '==': [
    [[5], [5, 5.0], [4, 5.000001, '5', true, Infinity]],
    [[0], [0, -0], ['', false, '0', Number.MIN_VALUE]],
    [[2 ** 53], [2 ** 53, 2 ** 53 + 1], [2 ** 53 - 1]],
    [['on'], ['on'], ['On', 'on ', '', 1]],
    [[''], [''], [' ', 0, false]],
    [[true], [true], [false, 1, 'true']],
  ],
  '!=': [
    [[85], [84, -85, '85', true], [85]],
    [['E'], ['e', '', 0], ['E']],
    [[false], [true, 0, 'false'], [false]],
  ],
  '<': [
    [[50], [49.999, -50, -Infinity, -0], [50, 51, Infinity, '49', '', true, {}]],
    [['b'], ['a', '', 'B', 'azz'], ['b', 'c', 1]],
  ],
  '<=': [
    [[50], [50, 49, -Infinity], [50.0001, Infinity, '50', false]],
    [['2026-11-21'], ['2026-11-21', '2026-01-01'], ['2026-11-22', 20261121]],
  ],
  '>': [
    [[0], [Number.MIN_VALUE, 1, Infinity], [0, -0, -1, '1', true]],
    [['b'], ['c', 'bb'], ['b', 'a', '']],
  ],
  '>=': [
    [[0], [0, -0, 1, Infinity], [-Number.MIN_VALUE, -1, '0', null]],
    [['b'], ['b', 'c'], ['a', 3]],
  ],
  'is between': [
    [
      [-50, 50],
      [-50, 50, 0, -0, 18.2],
      [-50.0001, 50.0001, Infinity, -Infinity, '0', true],
    ],
    [[50, -50], [-50, 50], [51]],
    [[3, 3], [3], [2.999, 3.001]],
    [
      ['a', 'c'],
      ['a', 'b', 'c', 'bzz'],
      ['cc', '', 'A', 1],
    ],
  ],
  contains: [
    [['err'], ['err', 'an error', `${long}err`], ['ERR', '', 'er', long]],
    [['2'], ['12', 12, 2], [13, true, [2], { toString: 2 }]],
    [['é'], ['café'], ['cafe']],
  ],
  'starts with': [[['OK '], ['OK 1', 'OK '], ['ok 1', ' OK 1', '', 'OK']]],
  'ends with': [[['V'], ['230 V', 'V'], ['230 v', 'V ', '']]],
  'matches regex': [
    [['^[a-f]+$'], ['abc', 'f'], ['abg', '', 'ABC', 12]],
    [['1'], [12, '21'], [2, true]],
    [['(a+)+$'], [`${'a'.repeat(20_000)}`], [`${'a'.repeat(20_000)}!b`]],
  ],
  'in set': [
    [
      [0, 1],
      [0, 1, -0],
      [2, '0', '', true, 0.5],
    ],
    [
      ['on', 'off', 3, true],
      ['on', 'off', 3, true],
      ['ON', 1, false],
    ],
  ],
  'is true': [[[], [true], [false, 1, 'true', '', null, undefined]]],
  'is false': [[[], [false], [true, 0, 'false', '', null, undefined]]],
  'is null': [[[], [null, undefined, Number.NaN], [0, '', false, 'null', Infinity]]],
  'is not null': [[[], [0, '', false, 'null'], [null, undefined, Number.NaN]]],
  'is empty': [[[], [''], [' ', 0, false, 'x']]],
  'is not empty': [[[], [' ', 0, false, 'x'], ['']]],
  'is of type': [
    [['number'], [0, 1.5, -Infinity], ['1', true, null, undefined, Number.NaN]],
    [['integer'], [0, -3, 2 ** 53], [1.5, Infinity, '1', null, Number.NaN]],
    [['string'], ['', 'a'], [1, true, null, undefined]],
    [['boolean'], [true, false], [0, 'true', null]],
    [['null'], [null, undefined], [0, '', false]],
  ],
  'length is between': [
    [
      [2, 4],
      ['ab', 'abcd', '😀😀', '😀😀😀😀', 'é…'],
      ['', 'a', 'abcde', '😀', '😀😀😀😀😀', long, 12, true, ['a', 'b'], { length: 3 }],
    ],
    [[0, 0], [''], [' ', 'a']],
  ],
  'has key': [[[], [0, '', null, Number.NaN], [undefined]]],
}

const unusable: Array<[OperatorName, unknown[], RegExp]> = [
  ['==', [], /needs a value/],
  ['!=', [null], /needs a value/],
  ['<', [], /needs a number or a text/],
  ['>=', [Number.NaN], /needs a number or a text/],
  ['<=', [true], /needs a number or a text/],
  ['is between', [1], /two numbers or two texts/],
  ['is between', [1, '2'], /two numbers or two texts/],
  ['contains', [''], /needs a text/],
  ['matches regex', ['(['], /missing closing \]/],
  ['matches regex', ['(?=a)'], /looking ahead or behind, .* is not available in RE2/],
  ['matches regex', ['(a)\\1'], /references back, .* are not available in RE2/],
  ['matches regex', ['a{1001}'], /invalid repeat count/],
  ['length is between', [1], /two whole numbers of characters/],
  ['length is between', [-1, 2], /two whole numbers of characters/],
  ['length is between', [1, 2.5], /two whole numbers of characters/],
  ['length is between', [3, 2], /must not be greater/],
  ['in set', [], /at least one value/],
  ['is of type', ['float'], /needs a type: number, integer, string, boolean, null/],
]

function compile(name: OperatorName, operands: Scalar[], ignoreCase = false) {
  return operators[name].compile(operands, { ignoreCase, regex: re2Engine })
}

describe('predicates: operators', () => {
  for (const name of operatorNames) {
    it(`${name} keeps and breaks as its table says`, () => {
      for (const [operands, keep, broken] of cases[name]) {
        const test = compile(name, operands)
        const about = (value: unknown) => `${inspect(value, { maxStringLength: 30 })} ${name} ${operands}`
        for (const value of keep) assert.equal(test(value), true, about(value))
        for (const value of broken) assert.equal(test(value), false, about(value))
      }
    })
  }

  for (const [name, operands, words] of unusable) {
    it(`${name} says what is wrong with [${operands}]`, () => {
      assert.throws(() => compile(name, operands as Scalar[]), words)
    })
  }

  it('ignores case where the row says so, in every text operator', () => {
    const searches: Array<[OperatorName, string]> = [
      ['contains', 'RR'],
      ['starts with', 'eRR'],
      ['ends with', 'OR'],
      ['matches regex', '^ERR.R$'],
    ]
    for (const [name, part] of searches) {
      assert.equal(compile(name, [part], true)('Error'), true, name)
      assert.equal(compile(name, [part], false)('Error'), false, name)
      assert.equal(operators[name].textual, true, name)
    }
  })

  it('puts the expectation in words', () => {
    const words: Array<[OperatorName, Scalar[], string]> = [
      ['<', [50], 'below 50'],
      ['is between', [-50, 50], 'between -50 and 50'],
      ['in set', [0, 1, 'a'], 'one of 0, 1 or "a"'],
      ['in set', [7], 'one of 7'],
      ['in set', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'one of 1, 2, 3, 4, 5, 6, 7, 8 or 2 more'],
      ['matches regex', ['^a'], 'a text that matches /^a/'],
      ['is of type', ['integer'], 'a value of type integer'],
      ['is not null', [], 'a value'],
      ['has key', [], 'that the key is there'],
    ]
    for (const [name, values, expected] of words) assert.equal(operators[name].expected(values), expected)
  })

  it('counts absence, null and NaN as missing, and nothing else', () => {
    assert.deepEqual([undefined, null, Number.NaN].map(isMissing), [true, true, true])
    assert.deepEqual([0, '', false, Infinity, 'NaN'].map(isMissing), [false, false, false, false, false])
  })
})
