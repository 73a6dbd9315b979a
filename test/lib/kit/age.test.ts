import assert from 'node:assert/strict'
import { ageText } from '../../../lib/kit/age.ts'

describe('how long something took', () => {
  it('is told in a unit that fits', () => {
    const minute = 60_000
    const cases: Array<[number, string]> = [
      [0, '0 s'],
      [999, '0 s'],
      [minute - 1, '59 s'],
      [minute, '1 min'],
      [119.9 * minute, '119 min'],
      [120 * minute, '2 h'],
      [47.9 * 60 * minute, '47 h'],
      [48 * 60 * minute, '2 days'],
    ]
    for (const [ms, text] of cases) assert.equal(ageText(ms), text)
  })
})
