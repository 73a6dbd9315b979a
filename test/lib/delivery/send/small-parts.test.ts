import assert from 'node:assert/strict'
import { CheckpointKeeper } from '../../../../lib/delivery/progress/checkpoint-keeper.ts'
import { Pace } from '../../../../lib/delivery/send/pace.ts'
import { Pump } from '../../../../lib/delivery/send/pump.ts'
import { WarnLimit } from '../../../../lib/delivery/send/warn-limit.ts'
import { ManualTime, settle } from '../support/manual-time.ts'

describe('delivery: Pump', () => {
  it('works after its caller, one at a time, and once more when asked meanwhile', async () => {
    const log: string[] = []
    let go = () => {}
    const pump = new Pump(
      async () => {
        log.push('begin')
        await new Promise<void>((resolve) => (go = resolve))
        log.push('end')
      },
      () => log.push('failed'),
    )
    pump.run()
    log.push('caller')
    await settle()
    pump.run()
    pump.run()
    go()
    await settle()
    go()
    await settle()
    assert.deepEqual(log, ['caller', 'begin', 'end', 'begin', 'end'])
  })

  it('tells of a failure, and works again when asked again', async () => {
    let runs = 0
    const failures: unknown[] = []
    const pump = new Pump(
      async () => {
        if (++runs === 1) throw new Error('once')
      },
      (error) => failures.push(String(error)),
    )
    pump.run()
    await settle()
    pump.run()
    await settle()
    assert.deepEqual([runs, failures], [2, ['Error: once']])
  })
})

describe('delivery: Pace', () => {
  for (const perSecond of [1, 20, 500, 5_000]) {
    it(`lets ${perSecond} pass in a second`, async () => {
      const time = new ManualTime()
      let passed = 0
      const go = () => {
        while (pace.hasRoom()) {
          pace.pass()
          passed++
        }
      }
      const pace: Pace = new Pace(perSecond, time.timers, time.now, go)
      go()
      const first = passed
      await time.pass(10_000)
      assert.ok(first <= Math.max(1, perSecond / 10), `${first} at once`)
      assert.ok(passed - first <= perSecond * 10 && passed >= perSecond * 9.5, `${passed} in 10 s`)
      pace.stop()
      assert.equal(time.timersLeft, 0)
    })
  }
})

describe('delivery: WarnLimit', () => {
  it('warns of each kind once a minute', async () => {
    const time = new ManualTime()
    const warned: string[] = []
    const warnings = new WarnLimit({ warn: (message) => warned.push(message), now: time.now })
    warnings.warn('a', 'a1')
    warnings.warn('b', 'b1')
    await time.pass(59_999)
    warnings.warn('a', 'a2')
    await time.pass(1)
    warnings.warn('a', 'a3')
    assert.deepEqual(warned, ['a1', 'b1', 'a3'])
  })
})

describe('delivery: CheckpointKeeper', () => {
  it('writes what is new, one at a time, and again what failed', async () => {
    let version = 1
    let fail = false
    const written: number[] = []
    const warned: string[] = []
    const keeper = new CheckpointKeeper({
      version: () => version,
      async write() {
        const now = version
        await settle()
        if (fail) throw new Error('EIO')
        written.push(now)
      },
      warn: (message) => warned.push(message),
    })
    await keeper.save()
    assert.deepEqual(written, [], 'what it began with is stored already')
    version = 2
    const first = keeper.save()
    version = 3
    await Promise.all([first, keeper.save(), keeper.save(), keeper.save()])
    assert.deepEqual(written, [2, 3])
    fail = true
    version = 4
    await keeper.save()
    assert.deepEqual(warned, ['log: cannot save the checkpoint (events may be sent again): EIO'])
    fail = false
    await keeper.save()
    await keeper.save()
    assert.deepEqual(written, [2, 3, 4])
  })
})
