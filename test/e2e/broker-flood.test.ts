// A flood at the embedded broker. `npm run soak -- flood` runs it in full.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { type FloodSize, flood } from '../support/attack/broker-flood.ts'
import { startWatched, type Watched } from '../support/attack/watched-gateway.ts'
import { journalHolds } from '../support/journal-files.ts'

const full = process.env.FIELDLOG_SOAK === '1'
const size: FloodSize = full
  ? { large: 200_000_000, unfinished: 20, retained: 1_000_000, connections: 10_000 }
  : { large: 200_000_000, unfinished: 20, retained: 20_000, connections: 500 }
/** MB */
const mostMore = 100
/** in which the garbage collector may give back what the flood took, ms */
const settleTime = 20_000

describe('a flood at the embedded broker', function () {
  this.timeout(full ? 1_200_000 : 240_000)
  let watched: Watched
  afterEach(async () => {
    await (watched as Watched | undefined)?.remove()
  })

  it('leaves the memory where it was, and every line is logged', async () => {
    watched = await startWatched()
    const { gateway } = watched
    await journalHolds(gateway.journal, 300)
    const before = await watched.fared()
    await flood(gateway.broker, size)
    const after = await settled(watched, before.memory + mostMore)
    const delays = await watched.delays()
    const late = delays.filter((delay) => delay > 50).length
    process.stdout.write(
      `      ${before.memory} MB before, ${after.memory} MB after; blocked for ${after.blocked} ms ` +
        `(${after.byClock} ms by the clock); ${delays.length} lines, ${late} over 50 ms late\n`,
    )
    assert.ok(after.memory - before.memory < mostMore, `${before.memory} MB before, ${after.memory} MB after`)
    await gateway.line(/^fieldlog: the embedded broker: .* a packet of more than 1048576 bytes/)
    await gateway.line(/^fieldlog: the embedded broker: 10000 topics have a retained message/)
    await gateway.line(/^fieldlog: the embedded broker: 100 clients are connected/)
    assert.equal((await gateway.stop()).status, 0)
  })
})

/** How the gateway fared since the last time it was asked, with its memory as it is once it is below `most` MB. */
async function settled(watched: Watched, most: number): ReturnType<Watched['fared']> {
  const deadline = performance.now() + settleTime
  const worst = await watched.fared()
  while (worst.memory >= most && performance.now() < deadline) {
    await pause(500)
    const now = await watched.fared()
    worst.blocked = Math.max(worst.blocked, now.blocked)
    worst.byClock = Math.max(worst.byClock, now.byClock)
    worst.memory = now.memory
  }
  return worst
}
