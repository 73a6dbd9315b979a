import assert from 'node:assert/strict'
import { rowProblems } from '../../../lib/predicates/check/check.ts'
import { re2Engine } from '../../../lib/predicates/criteria/regex.ts'
import { nameOf } from '../../../lib/predicates/model/name.ts'
import { completeRow } from '../../../lib/predicates/model/row.ts'
import { rowOfSentence } from '../../../lib/predicates/sentence.ts'

const low = { field: 'battery', operator: 'is below', values: [2.8] }
const hot = { field: 'temp', operator: 'is above', values: [30] }

const sentences: Array<[sentence: string, row: object]> = [
  ['battery is below 2.8 V', { says: 'bad', ...low }],
  ['battery<2.8', { says: 'bad', ...low }],
  ['suspect when battery below 2.8V, 3 of 5', { says: 'suspect', ...low, votes: { least: 3, of: 5 } }],
  ['battery < 2.8 and temp > 30 °C', { says: 'bad', operator: 'and', conditions: [low, hot] }],
  [
    'temp is above 30 or temp is outside -5 and 40 or mode is one of 1, "on", 3 or x is true, 2 of 3',
    {
      says: 'bad',
      operator: 'or',
      conditions: [
        hot,
        { field: 'temp', operator: 'is outside', values: [-5, 40] },
        { field: 'mode', operator: 'is one of', values: [1, 'on', 3] },
        { field: 'x', operator: 'is true', values: [] },
      ],
      votes: { least: 2, of: 3 },
    },
  ],
  [
    'temp changes faster than 5 °C a minute',
    { says: 'bad', field: 'temp', operator: 'rate of change', values: [5], settings: { per: 'minute' } },
  ],
  [
    'humi stays flat for 1 h 30 min',
    { says: 'bad', field: 'humi', operator: 'flat line', values: ['1 h 30 min'] },
  ],
  [
    'humi stays flat for 2 h within 0.5 % and temp > 30',
    {
      says: 'bad',
      operator: 'and',
      conditions: [
        { field: 'humi', operator: 'flat line', values: ['2 h'], settings: { tolerance: 0.5 } },
        hot,
      ],
    },
  ],
  ['not mode is "a b"', { says: 'bad', field: 'mode', operator: 'is', not: true, values: ['a b'] }],
]

const refused: Array<[string, RegExp]> = [
  ['', /^write it like battery is below 2\.8 and temp is above 30, 3 of 5$/],
  ['temp', /^knows no operator behind temp: write it like/],
  ['temp wobbles 5', /^knows no operator behind temp: write it like/],
  ['temp is above 30 !!', /^cannot read "!!": write it like/],
  ['a < 1 and b < 2 or c < 3', /^join the conditions by and, or by or, not by both$/],
]

describe('predicates: rules as sentences', () => {
  for (const [sentence, row] of sentences) {
    it(`reads "${sentence}"`, () => {
      assert.deepEqual(rowOfSentence(sentence), row)
      assert.deepEqual(rowProblems(completeRow(rowOfSentence(sentence)), re2Engine), [])
    })
  }

  for (const [sentence, words] of refused) {
    it(`says how to write "${sentence}"`, () => {
      assert.throws(() => rowOfSentence(sentence), { message: words })
    })
  }

  it('reads the text that a rule without a name is called by', () => {
    const names = [
      'battery is below 2.8',
      'battery is below 2.8, 3 of 5',
      'battery is below 2.8 and temp is above 30',
      'temp is outside -5 and 40 or humi does not increase',
      'temp changes faster than 5 a minute',
      'humi stays flat for 1 h 30 min',
    ]
    for (const name of names) assert.equal(nameOf(completeRow(rowOfSentence(name))), name)
  })
})
