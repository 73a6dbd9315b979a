// What is logged while there is no journal yet: another process has its lock, or a log node has none.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { WaitingLine } from '../../../lib/delivery/waiting-line.ts'
import { systemClock } from '../../../lib/kit/clock.ts'
import { readJournal } from '../../support/journal-files.ts'
import { ServiceBench } from './support/service-bench.ts'

const holder = join(import.meta.dirname, '../journal/support/logging-child.ts')
/** ms */
const earlier = 3_600_000

describe('delivery: no journal yet', () => {
  let directory: string
  let running: ServiceBench | undefined
  let child: ChildProcess | undefined

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fieldlog-no-journal-'))
  })

  afterEach(async () => {
    await running?.stop()
    running = undefined
    child?.kill('SIGKILL')
    child = undefined
    await rm(directory, { recursive: true })
  })

  const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n)
  const logged = () => readJournal(directory).entries.map(({ text, time }) => [text, time])
  const gaps = () => readJournal(directory).notices.filter(({ kind }) => kind === 'gap')

  it('logs what came while another process had the journal, with the times of then', async () => {
    child = spawn(process.execPath, [holder, directory, 'hold'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(createInterface({ input: child.stdout! }), 'line')
    const before = readJournal(directory).entries.length
    running = new ServiceBench({ directory }).start()
    const received = Date.now() - earlier
    const given = numbers(500).map((n) => running!.give({ payload: `line ${n}`, received: received + n }))
    const { service } = running
    assert.equal(service.state.journal.held, 500)
    assert.equal(readJournal(directory).entries.length, before)
    child.kill('SIGKILL')
    await Promise.all(given)
    assert.deepEqual(
      logged().slice(before),
      numbers(500).map((n) => [`line ${n}`, received + n]),
    )
    assert.deepEqual(gaps(), [])
    await running.until(({ complete }) => complete === before + 500)
  })

  it('hands a line over in order, what comes meanwhile too, and notes what it had no room for', async () => {
    const limits = { events: 1_000, bytes: 64 << 20 }
    const line = new WaitingLine({ clock: systemClock, problem: () => 'none is chosen', limits })
    const received = Date.now() - earlier
    const errors: string[] = []
    let done = 0
    const give = (n: number) =>
      line.log({ payload: `line ${n}`, received: received + n, colour: 'red' }, 's', (error) => {
        if (error) errors.push(String(error))
        else done++
      })
    for (const n of numbers(1_200)) give(n)
    assert.deepEqual([line.waiting, line.dropped, errors.length], [1_000, 200, 200])
    assert.equal(errors[0], 'DroppedError: log: the event was dropped: none is chosen')
    let isFlushed = false
    line.log({ flush: true }, 's', () => {
      isFlushed = true
    })

    running = new ServiceBench({ directory }).start()
    let isEmpty = false
    const handed = line.handOver(running.service, () => {
      isEmpty = true
    })
    // more than its memory takes beside what is being handed over
    give(1_200)
    await handed
    assert.deepEqual([isEmpty, line.waiting], [true, 0])
    await running.service.flush()
    assert.equal(done, logged().length)
    assert.deepEqual(
      logged().slice(0, 1_000),
      numbers(1_000).map((n) => [`line ${n}`, received + n]),
    )
    const noted = gaps().map(({ json }) => json as { dropped: number })
    assert.equal(
      noted.reduce((sum, { dropped }) => sum + dropped, 0),
      line.dropped,
    )
    assert.deepEqual(noted[0], { dropped: 200, from: received + 1_000, to: received + 1_199 })
    await running.until(({ complete }) => complete === done)
    assert.deepEqual(
      running.sent.slice(0, 1_000).map(({ colour }) => colour),
      numbers(1_000).map(() => 'red'),
    )
    assert.equal(isFlushed, true)
  })

  it('is bounded in bytes of what is held, payloads too', () => {
    const limits = { events: 100_000, bytes: 4 << 20 }
    const line = new WaitingLine({ clock: systemClock, problem: () => 'none is chosen', limits })
    for (const _ of numbers(10)) line.log({ payload: Buffer.alloc(1 << 20, 'x') }, 's', () => {})
    // each is held as bytes and as text
    assert.deepEqual([line.waiting, line.dropped], [1, 9])
  })

  it('refuses at once what no journal takes', () => {
    const line = new WaitingLine({ clock: systemClock, problem: () => 'none is chosen' })
    const errors: Array<string | undefined> = []
    for (const payload of [{ volts: Number.NaN }, 'x'.repeat((60 << 20) + 1)])
      line.log({ payload }, 's', (error) => errors.push((error as { code?: string } | undefined)?.code))
    assert.deepEqual(errors, ['EVENT_NOT_JSON', 'ENTRY_TOO_LONG'])
    assert.equal(line.waiting, 0)
  })
})
