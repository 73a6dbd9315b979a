import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { seeded } from '../support/random.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'
import { RealRuntime } from '../support/real-runtime.ts'
import { type Arrival, arrivals, dealtWith, missingAtSink, storedCheckpoint } from './evidence.ts'
import { flowOf, idOf, quietTime, type Scenario, scenarios, window } from './scenarios.ts'

const soak = process.env.FIELDLOG_SOAK === '1'
const kills = soak ? 50 : 3
/** ms between two saves of the checkpoint */
const saveInterval = 1_000
/** the longest way through one of the flows, and what a busy machine adds, ms */
const allowance = 1_500

/** How many events were on their way or new to the checkpoint when the process was killed, at most. */
function boundOfRepeats(before: Arrival[], scenario: Scenario): number {
  const end = Math.max(...before.map(({ at }) => at))
  const recent = end - (scenario.quietTime ?? quietTime) * 1000 - saveInterval - allowance
  return window + new Set(before.filter(({ at }) => at > recent).map(({ seq }) => seq)).size
}

for (const nodeRed of supportedNodeReds) {
  describe(`delivery: killed again and again (${nodeRed})`, () => {
    let folder: string
    let runtime: RealRuntime | undefined

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'fieldlog-kill-'))
    })

    after(async () => {
      await runtime?.kill()
      rmSync(folder, { recursive: true })
    })

    /** A range for one sink, through a flow that takes its time. */
    async function replaySome(running: RealRuntime): Promise<void> {
      const scenario = scenarios.find(({ name }) => name === 'link call')!
      const [before, { checkpoint }] = [
        arrivals(folder, scenario).length,
        await running.until(`${idOf(scenario)}-journal`, () => true),
      ]
      const result = await running.replay(`${idOf(scenario)}-journal`, { from: 5, to: 24, for: 'store' })
      assert.deepEqual([result.complete, result.incomplete, result.missing], [20, 0, 0])
      assert.deepEqual(
        arrivals(folder, scenario)
          .slice(before)
          .map((arrival) => [arrival.seq, arrival.for, arrival.replayed]),
        Array.from({ length: 20 }, (_, i) => [i + 5, 'store', true]),
      )
      const state = await running.until(`${idOf(scenario)}-journal`, () => true)
      assert.equal(state.checkpoint, checkpoint)
    }

    it(
      'has every event up to the checkpoint at the sink after each kill, and in the end every event',
      seeded(async function (randomFor) {
        this.timeout(soak ? 1_800_000 : 120_000)
        const flow = scenarios.flatMap((scenario) => flowOf(folder, scenario))
        const roll = randomFor(kills)
        const seen = new Map(
          scenarios.map((scenario) => [
            scenario,
            {
              arrivals: 0,
              stored: dealtWith({ seq: 0, counters: { complete: 0, failed: 0, incomplete: 0, damaged: 0 } }),
              bound: 0,
            },
          ]),
        )
        for (let kill = 1; kill <= kills; kill++) {
          runtime = await RealRuntime.start({ folder, flow, nodeRed })
          await runtime.until(`${idOf(scenarios[0]!)}-journal`, ({ waiting }) => waiting === 0)
          await pause(300 + roll() * 3_000)
          await runtime.kill()
          runtime = undefined
          for (const [scenario, last] of seen) {
            const where = `${scenario.name}, kill ${kill}`
            const stored = dealtWith(await storedCheckpoint(folder, scenario))
            assert.deepEqual(missingAtSink(folder, scenario, stored), [], where)
            const all = arrivals(folder, scenario)
            assertRepeats(all, last, where)
            if (all.length > last.arrivals) last.bound = boundOfRepeats(all.slice(last.arrivals), scenario)
            last.arrivals = all.length
            last.stored = stored
          }
        }

        runtime = await RealRuntime.start({ folder, flow, nodeRed })
        await pause(500)
        await runtime.pauseFeeds()
        for (const [scenario, last] of seen) {
          const name = scenario.name
          const state = await runtime.until(
            `${idOf(scenario)}-journal`,
            ({ checkpoint, entries, waiting }) => waiting === 0 && checkpoint === entries,
          )
          assert.ok(state.entries > kills * 10, `${name}: ${state.entries} events`)
          assert.equal(state.complete + state.incomplete, state.entries, name)
          assert.equal(
            state.incomplete > 0,
            name === 'never done' || (name === 'batch' && state.incomplete > 0),
            name,
          )
          assert.deepEqual(
            missingAtSink(folder, scenario, () => true),
            [],
            name,
          )
          assertRepeats(arrivals(folder, scenario), last, `${name}, in the end`)
        }
        await replaySome(runtime)
        await runtime.stop()
        runtime = undefined
      }),
    )
  })
}

/** What came again had not been dealt with, and is marked as replayed; there is no more of it than promised. */
function assertRepeats(
  all: Arrival[],
  last: { arrivals: number; stored: (seq: number) => boolean; bound: number },
  where: string,
): void {
  const before = new Set(all.slice(0, last.arrivals).map(({ id }) => id))
  const repeats = all.slice(last.arrivals).filter(({ id }) => before.has(id))
  for (const { seq, replayed } of repeats) {
    assert.ok(replayed, `${where}: ${seq} is not marked as replayed`)
    assert.ok(!last.stored(seq), `${where}: ${seq} had been dealt with`)
  }
  const repeated = new Set(repeats.map(({ id }) => id)).size
  assert.ok(repeated <= last.bound, `${where}: ${repeated} repeats, and ${last.bound} are the bound`)
}
