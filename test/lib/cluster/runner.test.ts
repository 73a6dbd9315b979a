import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { ClusterAnswer } from '../../../lib/cluster/cluster-worker.ts'
import { type ClusterOutcome, type ClusterRequest, clusterPoints } from '../../../lib/cluster/find/run.ts'
import { ClusterRunner, longestRun, type Thread } from '../../../lib/cluster/runner.ts'
import { systemClock } from '../../../lib/kit/clock.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { blobs, numbers, request } from './clusters.ts'

/** Collects what a runner tells, and lets a test wait for it. */
class Told {
  readonly results: Array<ClusterOutcome | string> = []
  #waiting = () => {}

  finished(outcome: ClusterOutcome): void {
    this.results.push(outcome)
    this.#waiting()
  }

  failed(problem: string): void {
    this.results.push(problem)
    this.#waiting()
  }

  async count(wanted: number): Promise<void> {
    while (this.results.length < wanted) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }
}

/** A thread that answers when the test says so. */
class FakeThread implements Thread {
  readonly requests: ClusterRequest[] = []
  readonly #listeners = new Map<string, (value: never) => void>()
  isTerminated = false

  postMessage(request: ClusterRequest): void {
    this.requests.push(request)
  }

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, listener)
  }

  tell(event: 'message' | 'error' | 'exit', value: ClusterAnswer | Error | number): void {
    this.#listeners.get(event)?.(value as never)
  }

  async terminate(): Promise<void> {
    this.isTerminated = true
  }

  unref(): void {}
}

const rows = blobs([[0], [100]], 50, 10)
const outcome = clusterPoints(request(rows, { bandwidth: 20 }))

function fake() {
  const told = new Told()
  const clock = new FakeClock()
  const threads: FakeThread[] = []
  const runner = new ClusterRunner(told, clock, () => {
    threads.push(new FakeThread())
    return threads.at(-1)!
  })
  return { told, clock, threads, runner }
}

describe('lib: the runner of clusterings', () => {
  it('finds in the worker thread what is found without one, and hands over the memory', async () => {
    const told = new Told()
    const runner = new ClusterRunner(told, systemClock)
    const asked = request(rows, { bandwidth: 20 })
    runner.request(() => asked)
    assert.equal(runner.isRunning, true)
    assert.equal(asked.points.values.length, 0)
    await told.count(1)
    assert.deepEqual(told.results, [outcome])
    assert.equal(runner.isRunning, false)
    await runner.close()
  })

  it('tells what is wrong with a run, and does the next one', async () => {
    const told = new Told()
    const runner = new ClusterRunner(told, systemClock)
    const scattered = Array.from({ length: 300 }, (_, i) => [i * 100])
    runner.request(() => request(scattered, { bandwidth: 1 }))
    runner.request(() => request(rows, { bandwidth: 20 }))
    await told.count(2)
    assert.deepEqual(told.results, [
      'found 300 clusters, 256 at most are of use: raise the bandwidth',
      outcome,
    ])
    await runner.close()
  })

  it('does one run at a time: all that ask meanwhile get one more, with the points of its start', () => {
    const { told, threads, runner } = fake()
    const made: number[] = []
    const ask = (number: number) =>
      runner.request(() => {
        made.push(number)
        return request(rows)
      })
    for (const number of [1, 2, 3, 4]) ask(number)
    assert.deepEqual([made, threads.length, threads[0]!.requests.length], [[1], 1, 1])
    threads[0]!.tell('message', { outcome })
    assert.deepEqual([made, told.results.length], [[1, 4], 1])
    threads[0]!.tell('message', { outcome })
    assert.deepEqual([made, told.results.length, runner.isRunning], [[1, 4], 2, false])
  })

  it('a thread that crashes or ends is an error, and the next run has another one', () => {
    const { told, threads, runner } = fake()
    runner.request(() => request(rows))
    threads[0]!.tell('error', new Error('out of memory'))
    threads[0]!.tell('exit', 1)
    assert.deepEqual(told.results, ['the worker thread failed: out of memory'])
    runner.request(() => request(rows))
    runner.request(() => request(rows))
    threads[1]!.tell('exit', 7)
    assert.equal(told.results[1], 'the worker thread ended by itself (status 7)')
    threads[2]!.tell('message', { outcome })
    assert.deepEqual([threads.length, told.results.length, runner.isRunning], [3, 3, false])
  })

  it('a real thread that throws, or leaves, is an error and not the end of the process', async () => {
    const told = new Told()
    const scripts = [`throw new Error('broken')`, 'process.exit(3)']
    const runner = new ClusterRunner(
      told,
      systemClock,
      () => new Worker(scripts.shift()!, { eval: true }) as Thread,
    )
    runner.request(() => request(rows))
    runner.request(() => request(rows))
    await told.count(2)
    assert.deepEqual(told.results, [
      'the worker thread failed: broken',
      'the worker thread ended by itself (status 3)',
    ])
    await runner.close()
  })

  it('points that are none are an error, too', async () => {
    const told = new Told()
    const runner = new ClusterRunner(told, systemClock)
    const broken = { ...request(rows), points: { values: new Float64Array(4), count: 2, width: -1 } }
    runner.request(() => broken)
    await told.count(1)
    assert.equal(typeof told.results[0], 'string')
    runner.request(() => request(rows, { bandwidth: 20 }))
    await told.count(2)
    assert.deepEqual(told.results[1], outcome)
    await runner.close()
  })

  it('ends a run that takes too long', async () => {
    const { told, clock, threads, runner } = fake()
    runner.request(() => request(rows))
    await clock.advance(longestRun)
    assert.deepEqual(told.results, ['it took longer than 10 minutes: use fewer events, or k-means'])
    assert.deepEqual([threads[0]!.isTerminated, runner.isRunning], [true, false])
  })

  it('ends at close: nothing is told of the run, and nothing follows', async () => {
    const { told, clock, threads, runner } = fake()
    runner.request(() => request(rows))
    runner.request(() => request(rows))
    await runner.close()
    threads[0]!.tell('message', { outcome })
    threads[0]!.tell('exit', 1)
    runner.request(() => request(rows))
    await clock.advance(longestRun)
    assert.deepEqual([threads.length, threads[0]!.isTerminated, told.results], [1, true, []])
  })

  it('clusters 100,000 points of 8 fields while the event loop goes on', async function () {
    this.timeout(60_000)
    const random = numbers(5)
    const values = Float64Array.from({ length: 800_000 }, random)
    const told = new Told()
    const runner = new ClusterRunner(told, systemClock)
    const points = { values, count: 100_000, width: 8 }
    const longest = await longestTurn(async () => {
      runner.request(() => ({ ...request([]), points, method: 'kmeans', k: 5 }))
      await told.count(1)
    })
    await runner.close()
    const [found] = told.results
    assert.ok(typeof found === 'object' && found.clusters.length === 5, String(found))
    assert.ok(longest > 0 && longest < 20, `a turn of the event loop took ${longest} ms`)
  })
})

/**
 * How long this thread computed between two turns of its event loop at most while the work was done, ms. Unlike a measured
 * delay it does not grow where other processes have the cores.
 */
async function longestTurn(work: () => Promise<void>): Promise<number> {
  let before = computed()
  let longest = 0
  const timer = setInterval(() => {
    const now = computed()
    longest = Math.max(longest, now - before)
    before = now
  }, 1)
  await work()
  longest = Math.max(longest, computed() - before)
  clearInterval(timer)
  return longest
}

/** CPU time of the main thread, ms: by the Linux scheduler, for Node has it for the whole process only. */
function computed(): number {
  const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')
  return Number(nanoseconds) / 1e6
}
