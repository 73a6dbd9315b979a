import assert from 'node:assert/strict'
import { deviceSource } from '../../../../lib/devices/device-event.ts'
import { compileNames, type DeviceRow } from '../../../../lib/devices/names.ts'
import { DeviceWatch, type Heard } from '../../../../lib/devices/watch/device-watch.ts'
import { mostSeries } from '../../../../lib/devices/watch/series.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

function row(rest: Partial<DeviceRow>): DeviceRow {
  return { source: 'usb', type: '', key: '', name: 'n', place: '', interval: '', ...rest }
}

/** A watch that is looked at every second. */
class Bench {
  readonly clock = new FakeClock()
  watch = new DeviceWatch(this.clock)
  isListening = true
  readonly told: string[] = []

  constructor() {
    this.watch.look(true, true)
  }

  hear(key: string | undefined, rest: Partial<Heard> = {}): void {
    this.watch.hear({ source: 'usb', type: 'room', key, received: this.clock.wall(), ...rest })
  }

  /** Lets seconds pass; gives what was told in them. */
  pass(seconds: number): string[] {
    const told: string[] = []
    for (let i = 0; i < seconds; i++) {
      this.clock.tick(1_000)
      for (const { data } of this.watch.look(this.isListening, true))
        told.push(`${data.device} ${data.state}`)
    }
    this.told.push(...told)
    return told
  }

  /** A device sends so many times. */
  send(key: string, interval: number, times: number): void {
    for (let i = 0; i < times; i++) {
      this.hear(key)
      this.pass(interval)
    }
  }
}

describe('the watch over devices', () => {
  let bench: Bench
  beforeEach(() => {
    bench = new Bench()
  })

  it('finds a device silent after three times the interval that it learnt, once, and back when it is heard', () => {
    bench.send('12', 30, 10)
    assert.deepEqual(bench.told, [])
    // 30 s have passed since the last one
    assert.deepEqual(bench.pass(60), [])
    assert.deepEqual(bench.pass(1), ['usb-12 silent'])
    assert.deepEqual(bench.pass(10_000), [])
    bench.hear('12')
    assert.deepEqual(bench.pass(1), ['usb-12 back'])
    assert.deepEqual(bench.pass(89), [])
    // the pause that the silence was is not one of its intervals
    assert.deepEqual(bench.pass(1), ['usb-12 silent'])
  })

  it('says what it knows of a silent device', () => {
    bench.send('12', 30, 10)
    const lastHeard = bench.clock.wall() - 30_000
    bench.clock.tick(1_000)
    bench.pass(59)
    bench.clock.tick(1_000)
    const [change] = bench.watch.look(true, true)
    assert.deepEqual(change?.data, {
      device: 'usb-12',
      state: 'silent',
      id: 'usb-12',
      lastHeard,
      interval: 30,
    })
  })

  it('takes the interval that the user gives, also of a device that was never heard', () => {
    bench.watch.name(compileNames([row({ key: '12', name: 'kitchen', interval: 10 })]))
    assert.deepEqual(bench.pass(30), [])
    assert.deepEqual(bench.pass(1), ['kitchen silent'])
    bench.hear('12')
    assert.deepEqual(bench.pass(30), ['kitchen back'])
    assert.deepEqual(bench.pass(1), ['kitchen silent'])
    // nobody expects it any more
    bench.watch.name(compileNames([]))
    assert.deepEqual(bench.pass(1_000), [])
  })

  it('is not alarmed by a device of which too little is known', () => {
    bench.send('12', 30, 4)
    assert.deepEqual(bench.pass(100_000), [])
  })

  it('takes the series of one name for one device: by types of event, and by ports', () => {
    bench.watch.name(compileNames([row({ source: 'usb*', key: '12', name: 'kitchen', interval: 10 })]))
    bench.hear('12', { type: 'room' })
    bench.hear('12', { type: 'battery' })
    for (let i = 0; i < 20; i++) {
      bench.pass(10)
      // the adapter was plugged in again, and has another name
      bench.hear('12', { source: 'usb1' })
    }
    assert.deepEqual(bench.told, [])
    assert.deepEqual(bench.pass(31), ['kitchen silent'])
  })

  it('keeps what it learnt, and silence, when a name changes', () => {
    bench.send('12', 30, 10)
    bench.watch.name(compileNames([row({ key: '12', name: 'kitchen' })]))
    assert.deepEqual(bench.pass(61), ['kitchen silent'])
    bench.watch.name(compileNames([row({ key: '12', name: 'cellar' })]))
    assert.deepEqual(bench.pass(1_000), [])
    bench.hear('12')
    assert.deepEqual(bench.pass(1), ['cellar back'])
  })

  it('measures by the monotonic clock: a step of the wall clock is no silence, and none of the intervals', () => {
    bench.send('12', 30, 10)
    bench.clock.step(86_400_000)
    bench.send('12', 30, 10)
    bench.clock.step(-400 * 86_400_000)
    bench.send('12', 30, 10)
    assert.deepEqual(bench.told, [])
    assert.equal(bench.watch.report()[0]?.interval, 30)
    assert.deepEqual(bench.pass(61), ['usb-12 silent'])
  })

  it('counts no time in which the gateway could not hear', () => {
    bench.send('12', 30, 10)
    bench.isListening = false
    assert.deepEqual(bench.pass(10_000), [])
    bench.isListening = true
    // the process stood still
    bench.clock.tick(10_000_000)
    assert.deepEqual(bench.pass(60), [])
    assert.deepEqual(bench.pass(2), ['usb-12 silent'])
  })

  it('learns nothing from what comes after a jam', () => {
    bench.send('12', 30, 10)
    bench.isListening = false
    bench.pass(1)
    for (let i = 0; i < 100; i++) bench.hear('12', { received: bench.clock.wall() + i })
    bench.pass(1)
    bench.isListening = true
    bench.pass(1)
    assert.equal(bench.watch.report()[0]?.interval, 30)
  })

  it('learns from the moments of receipt, as readings come in batches', () => {
    for (let second = 0; second < 20; second++) {
      bench.pass(1)
      for (let i = 0; i < 5; i++) bench.hear('12', { received: bench.clock.wall() + i * 200 })
    }
    assert.equal(bench.watch.report()[0]?.interval, 0.2)
  })

  it('tells nothing where nobody wants to know, and what is left when somebody does', () => {
    bench.send('12', 30, 10)
    bench.clock.tick(1_000)
    for (let i = 0; i < 200; i++) {
      bench.clock.tick(1_000)
      assert.deepEqual(bench.watch.look(true, false), [])
    }
    assert.deepEqual(bench.pass(1), ['usb-12 silent'])
  })

  it('finds a change again that could not be logged', () => {
    bench.send('12', 30, 10)
    bench.pass(60)
    bench.clock.tick(1_000)
    const [change] = bench.watch.look(true, true)
    change?.undo()
    assert.deepEqual(bench.pass(1), ['usb-12 silent'])
    bench.hear('12')
    bench.clock.tick(1_000)
    bench.watch.look(true, true)[0]?.undo()
    assert.deepEqual(bench.pass(1), ['usb-12 back'])
  })

  describe('over a restart', () => {
    it('keeps what it learnt, and gives every device its full time', () => {
      for (let i = 0; i < 10; i++) {
        bench.hear('12')
        bench.send('13', 10, 3)
      }
      assert.deepEqual(bench.told, [])
      const stored = bench.watch.save()
      const next = new Bench()
      next.watch.load(JSON.parse(JSON.stringify(stored)))
      assert.deepEqual(next.pass(30), [])
      assert.deepEqual(next.pass(1), ['usb-13 silent'])
      assert.deepEqual(next.pass(59), [])
      assert.deepEqual(next.pass(1), ['usb-12 silent'])
    })

    it('does not say again that a device is silent, but that it is back', () => {
      bench.send('12', 30, 10)
      assert.deepEqual(bench.pass(61), ['usb-12 silent'])
      const next = new Bench()
      next.watch.load(bench.watch.save())
      assert.deepEqual(next.pass(1_000), [])
      next.hear('12')
      assert.deepEqual(next.pass(1), ['usb-12 back'])
    })
  })

  it('does not watch itself', () => {
    bench.hear('usb-12', { source: deviceSource, type: 'device' })
    assert.deepEqual(bench.watch.report(), [])
  })

  it('takes a line that is no reading for a sign of life only of a device that it knows', () => {
    const place = { source: 'usb', type: 'room', received: bench.clock.wall() }
    bench.watch.hearAgain({ ...place, key: '31' })
    assert.deepEqual(bench.watch.report(), [])
    bench.hear('12')
    bench.watch.hearAgain({ ...place, key: '12' })
    assert.equal(bench.watch.report()[0]?.count, 2)
  })

  it('is bounded: thousands of keys of garbage push out neither named devices nor those that are heard', () => {
    bench.watch.name(compileNames([row({ key: '1', name: 'named' })]))
    bench.hear('1')
    bench.send('12', 1, 30)
    for (let i = 0; i < 10_000; i++) {
      bench.hear(`garbage ${i}`)
      if (i % 100 === 0) bench.hear('12')
    }
    const series = bench.watch.report()
    assert.ok(series.length <= mostSeries, `${series.length} series`)
    assert.ok(series.length > mostSeries / 2)
    assert.equal(series.find(({ key }) => key === '12')?.count, 130)
    assert.equal(series.find(({ key }) => key === '1')?.device, 'named')
    assert.ok(series.some(({ key }) => key === 'garbage 9999'))
  })

  it('is bounded: a key that is as long as a line of garbage is no device', () => {
    bench.hear('x'.repeat(256))
    bench.hear('12')
    assert.deepEqual(
      bench.watch.report().map(({ key }) => key),
      ['12'],
    )
  })

  it('keeps the first fields of the last reading as they were, whatever the flow makes of them', () => {
    const data: Record<string, unknown> = { temp: 18.2, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }
    bench.hear('12', { data })
    data.temp = data
    assert.deepEqual(bench.watch.report()[0]?.data, { temp: 18.2, b: 2, c: 3, d: 4, e: 5, f: 6 })
  })

  it('forgets after a day what was heard once and has no name', () => {
    bench.watch.name(compileNames([row({ key: '1', name: 'named' })]))
    for (const key of ['1', '2', '3']) bench.hear(key)
    bench.hear('3')
    bench.clock.tick(86_500_000)
    bench.watch.forgetOld()
    assert.deepEqual(
      bench.watch
        .report()
        .map(({ key }) => key)
        .sort(),
      ['1', '3'],
    )
  })

  it('reports each series with its device, the latest first', () => {
    bench.hear('12', { data: { temp: 18.2 } })
    bench.pass(1)
    bench.hear(undefined, { type: 'meter' })
    const [meter, room] = bench.watch.report()
    assert.deepEqual(meter, {
      source: 'usb',
      type: 'meter',
      key: '',
      device: 'usb',
      isNamed: false,
      isSilent: false,
      count: 1,
      lastHeard: bench.clock.wall(),
      interval: null,
      limit: null,
      data: undefined,
    })
    assert.deepEqual([room?.device, room?.data], ['usb-12', { temp: 18.2 }])
  })
})
