import assert from 'node:assert/strict'
import { CheckpointKeeper } from '../../../../lib/delivery/progress/checkpoint-keeper.ts'
import { Pump } from '../../../../lib/delivery/send/pump.ts'
import { settle } from '../../../support/fake-clock.ts'

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
