import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readJournal } from '../support/journal-files.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'
import { type DeployType, type FlowNode, RealRuntime } from '../support/real-runtime.ts'
import { arrivals, missingAtSink } from './evidence.ts'
import { LineSource } from './line-source.ts'
import { flowOf, idOf, journalOf, type Scenario, scenarios } from './scenarios.ts'

const soak = process.env.FIELDLOG_SOAK === '1'
const deploys = soak ? 100 : 8
/** these have events in their hands at any moment */
const names = [
  'random delay',
  'async function',
  'split',
  'link call',
  'catch',
  'batch',
  'subflow',
  'clean and label',
]
const busy = scenarios.filter(({ name }) => names.includes(name))
const [device] = busy as [Scenario]

type Version = NonNullable<Parameters<typeof flowOf>[2]>

for (const nodeRed of supportedNodeReds) {
  describe(`delivery: deploys under load (${nodeRed})`, () => {
    let folder: string
    let runtime: RealRuntime | undefined
    let lines: LineSource
    let version: Required<Version>

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'fieldlog-deploy-'))
      lines = await LineSource.start(4, 10)
      version = { tab: 0, log: 0, node: 0, journal: 0 }
    })

    afterEach(async () => {
      lines.stop()
      await runtime?.kill()
      runtime = undefined
      rmSync(folder, { recursive: true })
    })

    /** All flows; the first one is fed by the device, the others by themselves. */
    function flow(): FlowNode[] {
      const nodes = busy.flatMap((scenario) => flowOf(folder, scenario, version))
      const place = nodes.findIndex(({ id }) => id === `${idOf(device)}-feed`)
      const { z, x, y, wires } = nodes[place]!
      nodes[place] = { id: 'serial', type: 'fieldlog-serial-in', z, x, y, port: 'port', wires }
      return [...nodes, { id: 'port', type: 'fieldlog-port', path: lines.url }]
    }

    /** What is changed before a deploy: for `nodes` a kind of node after the other. */
    function change(type: DeployType, round: number): void {
      const kinds = ['node', 'log', 'journal', 'node'] as const
      if (type === 'nodes') version[kinds[round % kinds.length]!]++
      else if (type === 'flows') version.node++
    }

    for (const type of ['full', 'flows', 'nodes'] as const) {
      it(`loses nothing in ${deploys} deploys (${type})`, async function () {
        this.timeout(soak ? 1_200_000 : 120_000)
        runtime = await RealRuntime.start({ folder, flow: flow(), nodeRed })
        for (let round = 0; round < deploys; round++) {
          await pause(round % 3 === 0 ? (round * 37) % 200 : 0)
          change(type, round)
          await runtime.deploy(flow(), type)
        }
        await pause(300)
        lines.pause()
        await runtime.pauseFeeds()
        await runtime.until(`${idOf(device)}-journal`, ({ entries }) => entries >= lines.sent)
        for (const scenario of busy) {
          const state = await runtime.until(
            `${idOf(scenario)}-journal`,
            ({ checkpoint, entries, waiting }) => waiting === 0 && checkpoint === entries,
          )
          assert.equal(state.complete + state.incomplete, state.entries, scenario.name)
          if (!scenario.incomplete) assert.equal(state.incomplete, 0, scenario.name)
          assert.deepEqual(
            missingAtSink(folder, scenario, () => true),
            [],
            scenario.name,
          )
        }
        const { entries } = readJournal(journalOf(folder, device))
        assert.deepEqual(
          entries.map(({ text }) => Number(text)),
          Array.from({ length: lines.sent }, (_, i) => i + 1),
          'each line that the device sent is in the journal once, in order',
        )
        assert.equal(lines.connections, 1, 'the port stayed open over the deploys')
        const replayed = arrivals(folder, device).filter((arrival) => arrival.replayed)
        assert.ok(replayed.length > 0, 'events were under way at some deploy')
      })
    }
  })
}
