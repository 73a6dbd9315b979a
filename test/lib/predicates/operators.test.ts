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

/** operands, values that are right, values that are the fault */
type Case = [operands: Scalar[], keep: unknown[], broken: unknown[]]

const long = 'x'.repeat(100_000)
const cases: Partial<Record<OperatorName, Case[]>> = {
  'is not': [
    [[5], [5, 5.0], [4, 5.000001, '5', true, Infinity]],
    [[0], [0, -0], ['', false, '0', Number.MIN_VALUE]],
    [[2 ** 53], [2 ** 53, 2 ** 53 + 1], [2 ** 53 - 1]],
    [['on'], ['on'], ['On', 'on ', '', 1]],
    [[''], [''], [' ', 0, false]],
    [[true], [true], [false, 1, 'true']],
  ],
  is: [
    [[85], [84, -85, '85', true], [85]],
    [['E'], ['e', '', 0], ['E']],
    [[false], [true, 0, 'false'], [false]],
  ],
  'is at least': [
    [[50], [49.999, -50, -Infinity, -0], [50, 51, Infinity, '49', '', true, {}]],
    [['b'], ['a', '', 'B', 'azz'], ['b', 'c', 1]],
  ],
  'is above': [
    [[50], [50, 49, -Infinity], [50.0001, Infinity, '50', false]],
    [['2026-11-21'], ['2026-11-21', '2026-01-01'], ['2026-11-22', 20261121]],
  ],
  'is at most': [
    [[0], [Number.MIN_VALUE, 1, Infinity], [0, -0, -1, '1', true]],
    [['b'], ['c', 'bb'], ['b', 'a', '']],
  ],
  'is below': [
    [[0], [0, -0, 1, Infinity], [-Number.MIN_VALUE, -1, '0', null]],
    [['b'], ['b', 'c'], ['a', 3]],
  ],
  'is outside': [
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
  'does not contain': [
    [['err'], ['err', 'an error', `${long}err`], ['ERR', '', 'er', long]],
    [['2'], ['12', 12, 2], [13, true, [2], { toString: 2 }]],
    [['é'], ['café'], ['cafe']],
  ],
  'does not start with': [[['OK '], ['OK 1', 'OK '], ['ok 1', ' OK 1', '', 'OK']]],
  'does not end with': [[['V'], ['230 V', 'V'], ['230 v', 'V ', '']]],
  'does not match regex': [
    [['^[a-f]+$'], ['abc', 'f'], ['abg', '', 'ABC', 12]],
    [['1'], [12, '21'], [2, true]],
    [['(a+)+$'], [`${'a'.repeat(20_000)}`], [`${'a'.repeat(20_000)}!b`]],
  ],
  'is none of': [
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
  'is false': [[[], [true], [false, 1, 'true', '', null, undefined]]],
  'is true': [[[], [false], [true, 0, 'false', '', null, undefined]]],
  'has a value': [[[], [null, undefined, Number.NaN], [0, '', false, 'null', Infinity]]],
  'has no value': [[[], [0, '', false, 'null'], [null, undefined, Number.NaN]]],
  'is not empty': [[[], [''], [' ', 0, false, 'x']]],
  'is empty': [[[], [' ', 0, false, 'x'], ['']]],
  'is not of type': [
    [['number'], [0, 1.5, -Infinity], ['1', true, null, undefined, Number.NaN]],
    [['integer'], [0, -3, 2 ** 53], [1.5, Infinity, '1', null, Number.NaN]],
    [['string'], ['', 'a'], [1, true, null, undefined]],
    [['boolean'], [true, false], [0, 'true', null]],
    [['null'], [null, undefined], [0, '', false]],
  ],
  'length is outside': [
    [
      [2, 4],
      ['ab', 'abcd', '😀😀', '😀😀😀😀', 'é…'],
      ['', 'a', 'abcde', '😀', '😀😀😀😀😀', long, 12, true, ['a', 'b'], { length: 3 }],
    ],
    [[0, 0], [''], [' ', 'a']],
  ],
  'is between': [
    [
      [84, 86],
      [83.9, 86.1, -85],
      [84, 85, 86, '85', true],
    ],
    [[86, 84], [83, 87], [85]],
    [
      ['b', 'd'],
      ['a', 'e'],
      ['b', 'c', 'd', 3],
    ],
  ],
  'has no key': [[[], [0, '', null, Number.NaN], [undefined]]],
}

/** These find what the others let pass. */
const opposites: Array<[OperatorName, OperatorName]> = [
  ['is one of', 'is none of'],
  ['contains', 'does not contain'],
  ['starts with', 'does not start with'],
  ['ends with', 'does not end with'],
  ['matches regex', 'does not match regex'],
  ['is of type', 'is not of type'],
  ['has key', 'has no key'],
]
for (const [name, other] of opposites) {
  cases[name] = cases[other]?.map(([operands, right, fault]): Case => [operands, fault, right])
}

const unusable: Array<[OperatorName, unknown[], RegExp]> = [
  ['is not', [], /needs a value/],
  ['is', [null], /needs a value/],
  ['is at least', [], /needs a number or a text/],
  ['is below', [Number.NaN], /needs a number or a text/],
  ['is above', [true], /needs a number or a text/],
  ['is outside', [1], /two numbers or two texts/],
  ['is outside', [1, '2'], /two numbers or two texts/],
  ['does not contain', [''], /needs a text/],
  ['does not match regex', ['(['], /missing closing \]/],
  ['does not match regex', ['(?=a)'], /looking ahead or behind, .* is not available in RE2/],
  ['does not match regex', ['(a)\\1'], /references back, .* are not available in RE2/],
  ['does not match regex', ['a{1001}'], /invalid repeat count/],
  ['length is outside', [1], /two whole numbers of characters/],
  ['length is outside', [-1, 2], /two whole numbers of characters/],
  ['length is outside', [1, 2.5], /two whole numbers of characters/],
  ['length is outside', [3, 2], /must not be greater/],
  ['is none of', [], /at least one value/],
  ['is not of type', ['float'], /needs a type: number, integer, string, boolean, null/],
]

function compile(name: OperatorName, operands: Scalar[], ignoreCase = false) {
  return operators[name].compile(operands, { ignoreCase, regex: re2Engine })
}

describe('predicates: operators', () => {
  for (const name of operatorNames) {
    it(`${name} finds its fault, and nothing else, as its table says`, () => {
      for (const [operands, keep, broken] of cases[name] ?? assert.fail('it has no case')) {
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
      ['does not contain', 'RR'],
      ['does not start with', 'eRR'],
      ['does not end with', 'OR'],
      ['does not match regex', '^ERR.R$'],
    ]
    for (const [name, part] of searches) {
      assert.equal(compile(name, [part], true)('Error'), true, name)
      assert.equal(compile(name, [part], false)('Error'), false, name)
      assert.equal(operators[name].textual, true, name)
    }
  })

  it('puts the expectation in words', () => {
    const words: Array<[OperatorName, Scalar[], string]> = [
      ['is at least', [50], 'below 50'],
      ['is outside', [-50, 50], 'between -50 and 50'],
      ['is none of', [0, 1, 'a'], 'one of 0, 1 or "a"'],
      ['is none of', [7], 'one of 7'],
      ['is none of', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'one of 1, 2, 3, 4, 5, 6, 7, 8 or 2 more'],
      ['does not match regex', ['^a'], 'a text that matches /^a/'],
      ['is not of type', ['integer'], 'a value of type integer'],
      ['has no value', [], 'a value'],
      ['has no key', [], 'that the key is there'],
    ]
    for (const [name, values, expected] of words) assert.equal(operators[name].expected(values), expected)
  })

  it('counts absence, null and NaN as missing, and nothing else', () => {
    assert.deepEqual([undefined, null, Number.NaN].map(isMissing), [true, true, true])
    assert.deepEqual([0, '', false, Infinity, 'NaN'].map(isMissing), [false, false, false, false, false])
  })
})
