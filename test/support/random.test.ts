import assert from 'node:assert/strict'
import { fc, type Random, seed, seeded } from './random.ts'

const context = {} as Mocha.Context
const some = (random: Random) => [random(), random(), random()]

describe('the random numbers of tests', () => {
  it('are the same for the same seed and offset, and others for another offset', async () => {
    await seeded((randomFor) => {
      const first = some(randomFor(1))
      assert.deepEqual(some(randomFor(1)), first)
      assert.notDeepEqual(some(randomFor(2)), first)
      assert.ok(first.every((number) => number >= 0 && number < 1))
    }).call(context)
  })

  it('have their seed in what a failed test throws', async () => {
    const failing = seeded(() => assert.equal(1, 2, 'one is not two')).call(context)
    const thrown = await failing.then(undefined, (error: Error) => error)
    assert.ok(thrown instanceof assert.AssertionError)
    assert.equal(thrown.message.split('\n').at(-1), `to see it again: FIELDLOG_SEED=${seed}`)
    assert.ok(thrown.stack?.includes(`FIELDLOG_SEED=${seed}`))
  })

  it('are those of fast-check, too', () => {
    assert.equal(fc.readConfigureGlobal().seed, seed)
  })
})
