import assert from 'node:assert/strict'
import { type Counts, type Outcome, totalOf } from '../../../scripts/suite/counts.ts'
import { repeatedAlone } from '../../../scripts/suite/repeat.ts'

function counts(over: Partial<Counts> = {}): Counts {
  return { passes: 3, failures: 0, pending: 0, failed: [], skipped: [], ...over }
}

function outcome(name: string, over: Partial<Counts> = {}, trouble?: string): Outcome {
  return { name, counts: counts(over), trouble }
}

const failing = (name: string) => outcome(name, { passes: 2, failures: 1, failed: [`${name} fails`] })

describe('test processes that failed beside others', () => {
  let repeated: number[]
  beforeEach(() => {
    repeated = []
  })

  function repeat(outcomes: Outcome[], second: (index: number) => Outcome): Promise<Outcome[]> {
    return repeatedAlone(outcomes, (index) => {
      repeated.push(index)
      return Promise.resolve(second(index))
    })
  }

  it('run once more, and what comes of that counts', async () => {
    const outcomes = [outcome('a'), failing('b'), failing('c')]
    const results = await repeat(outcomes, (index) => (index === 1 ? outcome('b') : failing('c')))
    assert.deepEqual(repeated, [1, 2])
    assert.deepEqual(totalOf(results), {
      passed: 8,
      failed: 1,
      complaints: [
        'failed beside other tests, and was run again alone: b fails (b)',
        'failed beside other tests, and was run again alone: c fails (c)',
        'failed: c fails (c)',
      ],
    })
  })

  it('are left alone where they are many', async () => {
    const outcomes = ['a', 'b', 'c', 'd', 'e'].map(failing)
    assert.deepEqual(await repeat(outcomes, () => outcome('a')), outcomes)
    assert.deepEqual(repeated, [])
  })

  it('are left alone where they died, hung, or skipped a test', async () => {
    const outcomes: Outcome[] = [
      { name: 'types and lint', counts: undefined, trouble: 'failed' },
      outcome('hung', { failures: 1, failed: ['x'] }, 'it was killed after 900 s: a test hung'),
      outcome('skipped', { pending: 1, skipped: ['y'] }),
    ]
    assert.deepEqual(await repeat(outcomes, () => outcome('a')), outcomes)
    assert.deepEqual(repeated, [])
  })
})
