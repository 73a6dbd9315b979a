// Whatever nodes a user puts between: each sink gets what one way through the flow brings in the order of seq.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seeded } from '../support/random.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'
import { type FlowNode, RealRuntime } from '../support/real-runtime.ts'
import { arrivals } from './evidence.ts'
import {
  type Feed,
  feedOf,
  journalDirectory,
  orderFlow,
  type RandomGraph,
  randomGraph,
} from './random-graph.ts'

const soak = process.env.FIELDLOG_SOAK === '1'
const flows = soak ? 30 : 5
const feeds: Feed[] = [
  { name: '200 lines a second', burst: 1, interval: 5, lines: soak ? 4_000 : 400 },
  { name: '10,000 lines a second', burst: 100, interval: 10, lines: soak ? 40_000 : 3_000 },
]

for (const nodeRed of supportedNodeReds) {
  describe(`delivery: order in random flows (${nodeRed})`, () => {
    let folder: string
    let runtime: RealRuntime | undefined

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'fieldlog-order-'))
    })

    afterEach(async () => {
      await runtime?.kill()
      runtime = undefined
      rmSync(folder, { recursive: true })
    })

    for (const feed of feeds) {
      it(
        `keeps it at ${feed.name}, and when all is sent again after a start`,
        seeded(async function (randomFor) {
          this.timeout(300_000)
          const first = Math.trunc(randomFor(0)() * 1e9)
          const graphs = Array.from({ length: flows }, (_, i) => randomGraph(first + i))
          const flow: FlowNode[] = graphs.flatMap((graph) => orderFlow(folder, graph, feedOf(feed)))
          runtime = await RealRuntime.start({ folder, flow, nodeRed })
          await complete(graphs, feed.lines)
          for (const graph of graphs) assertOrder(graph, false)
          await runtime.stop()
          for (const graph of graphs) rmSync(join(journalDirectory(folder, graph), '.checkpoint'))
          const silent = flow.map((node) => (node.type === 'test-feed' ? { ...node, burst: 0 } : node))
          runtime = await RealRuntime.start({ folder, flow: silent, nodeRed })
          await complete(graphs, feed.lines)
          for (const graph of graphs) assertOrder(graph, true)
        }),
      )
    }

    it('keeps it between ways of the same length, where one leads through a function node or past a switched-off one', async function () {
      this.timeout(60_000)
      const ninth = Array.from({ length: 9 }, () => [2])
      const graphs: RandomGraph[] = [
        {
          seed: 1,
          id: 'function',
          // both ways have two steps: so Node-RED's messaging keeps the order
          kinds: ['pass', 'function', 'pass', 'pass'],
          outputs: [[...ninth, [1]], [[3]], [[3]], [[4]]],
        },
        {
          seed: 2,
          id: 'switched-off',
          kinds: ['pass', 'off', 'pass', 'pass'],
          outputs: [[...ninth, [1]], [[3]], [[3]], [[4]]],
        },
      ]
      const [feed] = feeds as [Feed]
      const flow = graphs.flatMap((graph) => orderFlow(folder, graph, feedOf(feed)))
      runtime = await RealRuntime.start({ folder, flow, nodeRed })
      await complete(graphs, feed.lines)
      for (const graph of graphs) {
        const seqs = arrivals(folder, { name: graph.id }).map(({ seq }) => seq)
        const late = seqs.filter((seq, i) => seq < (seqs[i - 1] ?? 0))
        assert.deepEqual([seqs.length, late], [feed.lines, []], graph.id)
      }
    })

    /** Resolves when each flow is done with all lines. */
    async function complete(graphs: RandomGraph[], lines: number): Promise<void> {
      for (const graph of graphs) {
        await runtime!.until(`${graph.id}-journal`, ({ checkpoint }) => checkpoint >= lines)
      }
    }

    function assertOrder(graph: RandomGraph, replayed: boolean): void {
      const ways = new Map<string, number[]>()
      for (const { seq, way, ...arrival } of arrivals(folder, { name: graph.id })) {
        if (arrival.replayed !== replayed) continue
        const key = way!.join(' ')
        ways.set(key, [...(ways.get(key) ?? []), seq])
      }
      assert.ok(ways.size > 0, `seed ${graph.seed}: nothing came`)
      for (const [way, seqs] of ways) {
        const late = seqs.filter((seq, i) => seq < (seqs[i - 1] ?? 0))
        assert.deepEqual(late, [], `seed ${graph.seed}: came too late by ${way}`)
      }
    }
  })
}
