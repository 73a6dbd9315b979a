import assert from 'node:assert/strict'
import { SeqRanges } from '../../../../lib/delivery/progress/ranges.ts'
import { fc } from '../../../support/random.ts'

type Step =
  | { do: 'add' | 'remove'; from: number; length: number }
  | { do: 'advance' | 'takeUpTo'; from: number; length: number }

const steps = fc.array(
  fc.record({
    do: fc.constantFrom(
      'add' as const,
      'add' as const,
      'remove' as const,
      'advance' as const,
      'takeUpTo' as const,
    ),
    from: fc.integer({ min: 1, max: 60 }),
    length: fc.integer({ min: 0, max: 12 }),
  }),
  { maxLength: 40 },
)

function inModel(model: Set<number>, { do: what, from, length }: Step): number | undefined {
  if (what === 'add') for (let i = 0; i < length; i++) model.add(from + i)
  if (what === 'remove') for (let i = 0; i < length; i++) model.delete(from + i)
  if (what === 'takeUpTo') {
    const taken = [...model].filter((seq) => seq <= from)
    for (const seq of taken) model.delete(seq)
    return taken.length
  }
  if (what !== 'advance') return undefined
  let end = from
  while (model.has(end + 1)) end++
  for (const seq of [...model]) if (seq <= end) model.delete(seq)
  return end
}

function inRanges(ranges: SeqRanges, { do: what, from, length }: Step): number | undefined {
  if (what === 'add') ranges.addRange(from, from + length - 1)
  if (what === 'remove') ranges.removeRange(from, from + length - 1)
  if (what === 'takeUpTo') return ranges.takeUpTo(from)
  return what === 'advance' ? ranges.advance(from) : undefined
}

describe('delivery: SeqRanges', () => {
  it('holds what a Set holds, whatever is done to it, in the fewest ranges', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const ranges = new SeqRanges()
        const model = new Set<number>()
        for (const step of sequence) assert.equal(inRanges(ranges, step), inModel(model, step), step.do)
        const held = [...model].sort((a, b) => a - b)
        const starts = held.filter((seq) => !model.has(seq - 1))
        const ends = held.filter((seq) => !model.has(seq + 1))
        assert.deepEqual(
          [...ranges],
          starts.map((from, i) => [from, ends[i]]),
        )
        assert.equal(ranges.size, starts.length)
        for (let seq = 0; seq < 75; seq++) {
          assert.equal(ranges.has(seq), model.has(seq))
          assert.equal(
            ranges.next(seq),
            held.find((other) => other >= seq),
          )
          assert.equal(ranges.countAbove(seq), held.filter((other) => other > seq).length)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is empty after clear', () => {
    const ranges = new SeqRanges()
    ranges.addRange(3, 9)
    ranges.clear()
    assert.deepEqual([...ranges], [])
  })
})
