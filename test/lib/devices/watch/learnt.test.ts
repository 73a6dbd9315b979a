import assert from 'node:assert/strict'
import { addGap, givenInterval, learntFrom } from '../../../../lib/devices/watch/learnt.ts'

describe('learnt intervals', () => {
  it('are the median of the pauses, from the fifth reading on', () => {
    assert.equal(learntFrom([60_000, 60_000, 60_000]), undefined)
    assert.deepEqual(learntFrom([60_000, 61_000, 59_000, 62_000]), { interval: 60_500, limit: 181_500 })
    assert.deepEqual(learntFrom([60_000, 60_000, 180_000, 60_000, 120_000]), {
      interval: 60_000,
      limit: 270_000,
    })
  })

  it('let a device that sends in bursts be quiet for as long as it was before', () => {
    const motion = [300, 300, 3_600_000, 300, 300, 1_800_000, 300]
    assert.deepEqual(learntFrom(motion), { interval: 300, limit: 5_400_000 })
  })

  it('call nothing silent within 10 seconds', () => {
    assert.deepEqual(learntFrom([10, 10, 10, 10]), { interval: 10, limit: 10_000 })
  })

  it('come from the last 20 readings', () => {
    const gaps: number[] = []
    for (let i = 0; i < 50; i++) addGap(gaps, i + 0.4)
    assert.deepEqual(gaps, [31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49])
  })

  it('give way to what the user says, for which three times is three times', () => {
    assert.deepEqual(givenInterval(1), { interval: 1_000, limit: 3_000 })
  })
})
