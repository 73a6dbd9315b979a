// Acceptance at a small scale; `npm run soak` does the same with more than 100,000 events.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { type RandomFor, seeded } from '../support/random.ts'
import { assertWhole, Way } from './way.ts'

describe('outages: from the pty to the broker', function () {
  this.timeout(600_000)
  let way: Way

  beforeEach(async () => {
    way = await Way.start()
  })
  afterEach(() => way.close())

  it(
    'gives the subscriber every event in order while the broker is stopped ten times',
    seeded(async (randomFor) => {
      const between = inRange(randomFor)
      way.stream(500)
      for (let i = 0; i < 10; i++) {
        await pause(between(50, 500))
        await way.stopBroker('SIGTERM', between(0, 500))
      }
      await way.endStream()
      const outcome = await way.settled(30_000)
      assert.ok(outcome.sent > 500, `${outcome.sent} events`)
      // at most what was in flight at each of the ten ends
      assertWhole(outcome, 10 * 100)
    }),
  )

  it(
    'loses nothing that the broker did not acknowledge, when broker and gateway are killed',
    seeded(async (randomFor) => {
      const between = inRange(randomFor)
      way.stream(500)
      for (let i = 0; i < 5; i++) {
        await pause(between(50, 500))
        const kills = [way.killGateway()]
        if (i > 0) kills.push(way.stopBroker('SIGKILL', between(0, 1000)))
        await Promise.all(kills)
      }
      await way.endStream()
      const outcome = await way.settled(30_000)
      assert.ok(outcome.sent > 100, `${outcome.sent} events`)
      assert.deepEqual([outcome.lost, outcome.unknown], [[], 0])
    }),
  )

  it(
    'gets everything through a line that stalls, cuts and crawls in the middle of packets',
    seeded(async (randomFor) => {
      const between = inRange(randomFor)
      way.stream(500)
      for (let i = 0; i < 4; i++) {
        await pause(between(50, 300))
        way.proxy.cut(Math.ceil(between(1, 3000)))
        await pause(between(50, 300))
        way.proxy.slowDown(Math.ceil(between(1, 700)), 5)
        await pause(between(200, 600))
        way.proxy.cut()
        way.proxy.slowDown(0, 0)
        way.proxy.stall()
        await pause(between(100, 3000))
        way.proxy.resume()
      }
      await way.endStream()
      const outcome = await way.settled(30_000)
      assertWhole(outcome, 12 * 100)
    }),
  )
})

/** Random numbers of a range. */
function inRange(randomFor: RandomFor): (low: number, high: number) => number {
  const random = randomFor(0)
  return (low, high) => low + random() * (high - low)
}
