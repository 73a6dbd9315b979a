import assert from 'node:assert/strict'
import type { DeviceEventData } from '../../../../lib/devices/device-event.ts'
import { compileNames, noNames } from '../../../../lib/devices/names.ts'
import { LiveWatch, type WatchParts } from '../../../../lib/devices/watch/live-watch.ts'
import { buildJournal } from '../../../support/build-journal.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'

const directory = '/journal'

/** A gateway that starts and stops, with its disk. */
class Bench {
  readonly clock = new FakeClock()
  readonly disk = new MemoryDisk()
  readonly logged: DeviceEventData[] = []
  readonly warnings: string[] = []
  failure: Error | undefined
  isListening = true
  watch = new LiveWatch(this.clock)
  #seq = 0

  /** Puts a journal with so many readings there. */
  async fill(epoch: string, entries: number): Promise<void> {
    const line = {
      kind: 'L',
      received: Date.parse('2026-11-21T10:00:00Z'),
      source: 'usb',
      text: 'x',
    } as const
    const files = buildJournal([{ date: '20261121', epoch, batches: [new Array(entries).fill(line)] }])
    await this.disk.makeDirectory(`${directory}/2026`)
    for (const { path, bytes } of files) {
      await this.disk.remove(`${directory}/${path}`)
      const file = await this.disk.open(`${directory}/${path}`, 'create')
      await file.write(bytes, 0)
      await file.close()
    }
  }

  get parts(): WatchParts {
    return {
      names: noNames,
      tells: true,
      warn: (text) => void this.warnings.push(text),
      journal: {
        disk: this.disk,
        directory,
        isListening: () => this.isListening,
        log: async (data) => {
          if (this.failure) throw this.failure
          this.logged.push(data)
        },
      },
    }
  }

  start(): void {
    this.watch = new LiveWatch(this.clock)
    this.watch.attach(this.parts)
  }

  async stop(): Promise<void> {
    await this.watch.detach()
    assert.equal(this.clock.timers, 0)
  }

  hear(epoch = 'aaaaaaaa', key = '12'): void {
    const seq = ++this.#seq
    const heard = { source: 'usb', type: 'room', key, received: this.clock.wall() }
    this.watch.hear({ seq, id: `${epoch}-${seq}` }, heard)
  }

  async send(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      this.hear()
      await this.clock.advance(20_000)
    }
  }

  get told(): string[] {
    return this.logged.map(({ device, state }) => `${device} ${state}`)
  }
}

describe('the live watch', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = new Bench()
    await bench.fill('aaaaaaaa', 100)
    bench.start()
  })

  it('has it logged when a device is silent, and when it is back', async () => {
    await bench.send(10)
    await bench.clock.advance(42_000)
    assert.deepEqual(bench.told, ['usb-12 silent'])
    assert.equal(bench.logged[0]?.interval, 20)
    bench.hear()
    await bench.clock.advance(1_000)
    assert.deepEqual(bench.told, ['usb-12 silent', 'usb-12 back'])
    await bench.stop()
  })

  it('tries again where it could not be logged', async () => {
    await bench.send(10)
    bench.failure = new Error('disk is full')
    await bench.clock.advance(60_000)
    assert.deepEqual(bench.told, [])
    assert.deepEqual(bench.warnings, ['devices: that usb-12 is silent was not logged: disk is full'])
    bench.failure = undefined
    await bench.clock.advance(2_000)
    assert.deepEqual(bench.told, ['usb-12 silent'])
    await bench.stop()
  })

  it('keeps what it learnt over a restart, in which nothing is silent at once', async () => {
    await bench.send(10)
    await bench.stop()
    await bench.clock.advance(86_400_000)
    bench.start()
    await bench.clock.advance(10_000 + 59_000)
    assert.deepEqual(bench.told, [])
    await bench.clock.advance(3_000)
    assert.deepEqual(bench.told, ['usb-12 silent'])
    await bench.stop()
  })

  it('has no device silent after a deploy, while ports open and the first lines are logged', async () => {
    const row = { source: 'usb', type: '', key: '12', name: 'kitchen', place: '', interval: 1 } as const
    const parts = { ...bench.parts, names: compileNames([row]) }
    bench.watch.attach(parts)
    await bench.clock.advance(10_000)
    for (let deploy = 0; deploy < 3; deploy++) {
      for (let i = 0; i < 20; i++) {
        bench.hear()
        await bench.clock.advance(1_000)
      }
      // one that makes the clean node anew, and one that does not
      if (deploy === 1) await bench.watch.detach()
      await bench.clock.advance(4_000 * (deploy % 2))
      bench.watch.attach(parts)
      await bench.clock.advance(6_000)
    }
    assert.deepEqual(bench.told, [])
    await bench.clock.advance(8_000)
    assert.deepEqual(bench.told, ['kitchen silent'])
    await bench.stop()
  })

  it('stores once what many devices have in common: that they fell silent in one second', async () => {
    for (let i = 0; i < 10; i++) {
      for (let node = 0; node < 200; node++) bench.hear('aaaaaaaa', `${node}`)
      await bench.clock.advance(20_000)
    }
    let writes = 0
    const { rename } = MemoryDisk.prototype
    bench.disk.rename = async (from, to) => {
      writes++
      // others are heard meanwhile
      bench.hear('aaaaaaaa', 'other')
      await rename.call(bench.disk, from, to)
    }
    await bench.clock.advance(42_000)
    assert.equal(bench.logged.length, 200)
    assert.ok(writes >= 1 && writes <= 2, `${writes} writes`)
    await bench.stop()
  })

  it('knows after a power cut what it has told', async () => {
    await bench.send(10)
    await bench.clock.advance(42_000)
    assert.deepEqual(bench.told, ['usb-12 silent'])
    // no stop: the process is gone
    bench.clock.forget()
    bench.start()
    await bench.clock.advance(1_000_000)
    bench.hear()
    await bench.clock.advance(1_000)
    assert.deepEqual(bench.told, ['usb-12 silent', 'usb-12 back'])
    await bench.stop()
  })

  it('stores what it learnt every ten minutes, and not where nothing was heard', async () => {
    await bench.send(40)
    bench.clock.forget()
    bench.start()
    await bench.clock.advance(1_000)
    assert.equal(bench.watch.report()[0]?.interval, 20)
    await bench.stop()
  })

  it('learns anew where the file is of another copy of the journal', async () => {
    await bench.send(10)
    await bench.stop()
    await bench.fill('bbbbbbbb', 100)
    bench.start()
    await bench.clock.advance(1_000_000)
    assert.deepEqual(bench.watch.report(), [])
    assert.deepEqual(bench.told, [])
    await bench.stop()
  })

  it('learns anew where the file is damaged, or cannot be read or written, which it says', async () => {
    await bench.send(10)
    await bench.stop()
    const file = await bench.disk.open(`${directory}/.devices`, 'write')
    await file.write(Buffer.from('x'), 20)
    await file.close()
    bench.start()
    await bench.clock.advance(1_000)
    assert.deepEqual(bench.watch.report(), [])
    assert.deepEqual(bench.warnings, [])
    await bench.stop()
  })

  it('waits while the gateway cannot hear', async () => {
    await bench.send(10)
    bench.isListening = false
    await bench.clock.advance(1_000_000)
    assert.deepEqual(bench.told, [])
    await bench.stop()
  })

  it('tells nothing without a devices node, and none of it without a journal', async () => {
    bench.watch.attach({ ...bench.parts, tells: false })
    await bench.send(10)
    await bench.clock.advance(1_000_000)
    bench.watch.attach({ ...bench.parts, journal: undefined })
    await bench.clock.advance(1_000_000)
    assert.deepEqual(bench.told, [])
    await bench.stop()
  })
})
