import assert from 'node:assert/strict'
import { dueFiles, type RetentionRules } from '../../../../lib/journal/keep/retention.ts'

/** Files of days 10, 11, 12, 13 (the one being written), ten entries and 100 bytes each. */
const files = [10, 11, 12, 13].map((day, index) => ({
  file: {
    path: `${day}`,
    stored: `${day}`,
    day,
    number: 0,
    firstSeq: index * 10 + 1,
    header: undefined,
    validSize: undefined,
  },
  bytes: 100,
  lastSeq: day === 13 ? Number.POSITIVE_INFINITY : index * 10 + 10,
}))

const aged = (all: typeof files, today: number | undefined) =>
  all.map((file) => ({ ...file, age: today === undefined ? undefined : today - file.file.day }))

const due = (rules: Partial<RetentionRules>, checkpoint: number, today: number | undefined) =>
  dueFiles(aged(files, today), { days: 0, bytes: 0, ...rules }, checkpoint).map(({ file }) => file.day)

describe('dueFiles', () => {
  it('takes none without rules', () => {
    assert.deepEqual(due({}, 40, 1000), [])
  })

  it('takes those that are older than the days', () => {
    assert.deepEqual(due({ days: 3 }, 40, 13), [])
    assert.deepEqual(due({ days: 2 }, 40, 13), [10])
    assert.deepEqual(due({ days: 1 }, 40, 13), [10, 11])
  })

  it('never takes the one that is being written', () => {
    assert.deepEqual(due({ days: 1 }, 40, 1000), [10, 11, 12])
    assert.deepEqual(due({ bytes: 1 }, 40, 13), [10, 11, 12])
  })

  it('takes the oldest until the rest fits', () => {
    assert.deepEqual(due({ bytes: 400 }, 40, 13), [])
    assert.deepEqual(due({ bytes: 399 }, 40, 13), [10])
    assert.deepEqual(due({ bytes: 200 }, 40, 13), [10, 11])
    assert.deepEqual(due({ bytes: 199 }, 40, 13), [10, 11, 12])
  })

  it('stops at the first that is above the checkpoint', () => {
    assert.deepEqual(due({ days: 1 }, 9, 1000), [])
    assert.deepEqual(due({ days: 1 }, 10, 1000), [10])
    assert.deepEqual(due({ bytes: 1 }, 29, 13), [10, 11])
  })

  it('leaves no hole: behind one that stays all stay', () => {
    const [first, ...others] = aged(files, 14)
    assert.deepEqual(dueFiles([{ ...first!, age: 2 }, ...others], { days: 2, bytes: 0 }, 40), [])
  })

  it('takes none for its age where the clock is not to be trusted, but for the room', () => {
    assert.deepEqual(due({ days: 1 }, 40, undefined), [])
    assert.deepEqual(due({ days: 1, bytes: 300 }, 40, undefined), [10])
  })
})
