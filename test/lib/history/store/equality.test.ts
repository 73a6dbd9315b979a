// However a store came about, it has the same rows: of 5,000 events, and of 200,000 in the soak.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { seeded } from '../../../support/random.ts'
import { contentsOf } from '../support/contents.ts'
import { madeEvents } from '../support/events.ts'
import { ModelJournal } from '../support/model-journal.ts'
import { StoreBench } from '../support/store-bench.ts'

const count = process.env.FIELDLOG_SOAK ? 200_000 : 5_000
const seed = 7
const program = join(import.meta.dirname, '../support/killed-store.ts')

describe('history: a store filled live, over kills, and from the journal', function () {
  // a live store with 300 events under way takes 1,500 a second, as each batch waits for its 200 ms
  this.timeout(120_000 + count * 5)
  const events = madeEvents(count, seed)
  let expected: string
  let bench: StoreBench
  /** of the test: what goes on behind its timeout must not reach into the next one */
  let end: AbortController
  let lastClosed: Promise<unknown> | undefined

  before(async () => {
    const live = new StoreBench()
    const journal = new ModelJournal(events)
    live.open(journal)
    await live.ready()
    await journal.send(count, (seq) => seq % 37 === 0)
    await live.close()
    const contents = contentsOf(live.path)
    expected = contents.sha256
    await live.remove()
    assert.deepEqual([journal.errors, live.warnings], [[], []])
    const rows = events.bySeq.flat().filter(({ data }) => data !== undefined).length
    assert.equal(contents.rows, rows)
    assert.ok(contents.aggregates > rows)
  })
  beforeEach(() => {
    bench = new StoreBench()
    end = new AbortController()
  })
  afterEach(async () => {
    end.abort()
    await lastClosed
    await bench.remove()
  })

  function assertSame(): void {
    assert.equal(contentsOf(bench.path).sha256, expected)
  }

  /** Runs the program, and kills it when it has come so far; resolves with the last it said. */
  async function run(kind: 'live' | 'rebuild', killAt: number, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted()
    const child: ChildProcess = spawn(
      process.execPath,
      [program, kind, bench.folder, String(count), String(seed)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
    const closed = once(child, 'close')
    lastClosed = closed
    let last = ''
    for await (const line of createInterface({ input: child.stdout! })) {
      last = line
      if (Number(line) >= killAt) child.kill('SIGKILL')
    }
    await closed
    return last
  }

  it('is the same when it was made from the journal', async () => {
    bench.open(new ModelJournal(events, count))
    await bench.ready()
    assert.equal(bench.store!.state.upTo, count)
    await bench.close()
    assertSame()
  })

  it(
    'is the same after ten kills',
    seeded(async (randomFor) => {
      const random = randomFor(1)
      const { signal } = end
      for (let kill = 1; kill <= 10; kill++) {
        const last = await run('live', Math.floor(((kill - random() * 0.5) / 11) * count), signal)
        assert.notEqual(last, 'end')
      }
      assert.equal(await run('live', Number.POSITIVE_INFINITY, signal), 'end')
      assertSame()
    }),
  )

  it('is the same when making it was interrupted three times', async () => {
    const { signal } = end
    for (const part of [0.2, 0.45, 0.7]) assert.notEqual(await run('rebuild', part * count, signal), 'end')
    assert.equal(await run('rebuild', Number.POSITIVE_INFINITY, signal), 'end')
    assertSame()
  })

  it('is the same when half of it came live while it was made', async () => {
    const half = Math.floor(count / 2)
    const journal = new ModelJournal(events, half)
    bench.open(journal)
    await journal.send(count)
    await bench.ready()
    await bench.close()
    assertSame()
  })

  it('is the same after a part was made again', async () => {
    const journal = new ModelJournal(events, count)
    const store = bench.open(journal)
    await bench.ready()
    const times = events.bySeq.flat().map(({ time }) => time)
    const [from, to] = [times[Math.floor(times.length * 0.3)]!, times[Math.floor(times.length * 0.6)]!]
    assert.equal(store.rebuild({ from, to }), true)
    assert.equal(store.rebuild({}), false)
    await bench.until(({ state }) => state === 'rebuilding')
    await bench.ready()
    assert.equal(store.rebuild({ from: 0, type: 'room' }), true)
    await bench.ready()
    await bench.close()
    assertSame()
  })
})
