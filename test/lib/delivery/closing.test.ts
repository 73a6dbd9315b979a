// Every public call, against a journal that closes at each moment: each call ends, and no promise is left that nobody
// handles (Node ends a process for that).
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../../lib/kit/clock.ts'
import { FaultDisk, type Operation } from '../../support/fault-disk.ts'
import { MemoryDisk } from '../../support/memory-disk.ts'
import { ServiceBench } from './support/service-bench.ts'

/** Pauses and limits are a hundredth of what they are: a full disk is waited for to the end of the limit. */
const clock = {
  ...systemClock,
  after: (ms: number, callback: () => void) => systemClock.after(ms / 100, callback),
}
const limits = { quietTime: 0.002, timeLimit: 0.02, window: 50 }

interface Course {
  calls: Map<string, Promise<unknown>>
  operations: Operation[]
  stopped: Promise<unknown>
}

/**
 * A run of every call; the service is told to stop at the operation of the disk with this number, or at the end.
 * @param isFull from the fifth write on the disk takes nothing more
 */
async function run(stopAt: number, isFull: boolean): Promise<Course> {
  const disk = new FaultDisk(new MemoryDisk(), { code: 'ENOSPC' })
  let writes = 0
  let stopped: Promise<unknown> | undefined
  const stop = () => {
    stopped ??= bench.service.stop().catch((error: unknown) => error)
  }
  disk.fault = ({ number, name, path }) => {
    if (number === stopAt) stop()
    return isFull && name === 'write' && path.endsWith('.txt') && ++writes > 4 ? 'fail' : undefined
  }
  const bench = new ServiceBench({ directory: '/journal', disk, clock, lock: () => ({ release() {} }) })
  // the flow never ends some of them: they are given up
  bench.completes = (seq) => seq % 3 !== 0
  bench.start(limits)
  const { service } = bench
  const calls = new Map<string, Promise<unknown>>()
  const call = (name: string, promise: Promise<unknown>) => {
    calls.set(`${name} ${calls.size}`, promise)
    promise.catch(() => undefined)
  }
  for (let round = 0; round < 6; round++) {
    call('log', bench.give({ payload: `line ${round}`, colour: 'red' }))
    call('log what JSON cannot hold', bench.give({ payload: { x: Number.NaN } }))
    call('flush', bench.give({ flush: true }))
    call('log and flush', bench.give({ payload: 'x', flush: true }))
    call('log for a request', bench.give({ payload: 'x', res: {} }))
    call('ready', service.whenReady())
    call('replay', service.replay({ from: 1, to: 3, name: 'one' }))
    call('incomplete', service.replayNoted('incomplete'))
    call('damaged', service.replayNoted('damaged'))
    await pause(4)
    if (round === 2) service.cancelReplays('one')
    if (round === 3) {
      call('detach', service.detach())
      service.configure({
        bufferSize: 5,
        flushInterval: 0,
        archiveAfter: 1,
        retentionDays: 1,
        retentionBytes: 0,
      })
      bench.attach(limits)
      service.release()
    }
    // the time limit of an event
    await pause(12)
  }
  stop()
  call('stop', stopped!)
  call('stop again', service.stop())
  call('log after the end', bench.give({ payload: 'late' }))
  call('flush after the end', bench.give({ flush: true }))
  call('replay after the end', service.replay({ from: 1, to: 1 }))
  return { calls, operations: disk.operations, stopped: stopped! }
}

async function assertAllEnd({ calls }: Course, what: string): Promise<void> {
  const open = new Set(calls.keys())
  const ends = [...calls].map(([name, promise]) =>
    promise.catch(() => undefined).then(() => open.delete(name)),
  )
  await Promise.race([Promise.all(ends), pause(3_000)])
  assert.deepEqual([...open], [], what)
}

for (const isFull of [false, true]) {
  describe(`delivery: a journal that closes at each moment, on a disk ${isFull ? 'that is full' : 'with room'}`, () => {
    const unhandled: unknown[] = []
    const collect = (reason: unknown) => void unhandled.push(reason)
    before(() => process.on('unhandledRejection', collect))
    after(() => process.off('unhandledRejection', collect))

    it('ends every call, and the process goes on', async function () {
      this.timeout(120_000)
      const whole = await run(Number.POSITIVE_INFINITY, isFull)
      await assertAllEnd(whole, 'at the end')
      const last = Math.min(whole.operations.length, 60)
      assert.ok(last > 20, `${last} operations`)
      for (let stopAt = 1; stopAt <= last; stopAt++) {
        const course = await run(stopAt, isFull)
        await assertAllEnd(course, `closed at operation ${stopAt}`)
      }
      assert.deepEqual(unhandled, [])
    })
  })
}
