import assert from 'node:assert/strict'
import type { ClusterAnswer } from '../../../lib/cluster/cluster-worker.ts'
import { type ClusterRequest, clusterPoints } from '../../../lib/cluster/find/run.ts'
import { LiveClustering } from '../../../lib/cluster/live-clustering.ts'
import type { Thread } from '../../../lib/cluster/runner.ts'
import type { ClusterSettings } from '../../../lib/cluster/settings.ts'
import type { ClusterSummary } from '../../../lib/cluster/summary.ts'
import type { FieldlogEvent, Scalar } from '../../../lib/event.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { MemoryDisk } from '../../support/memory-disk.ts'

const path = '/home/fieldlog-cluster/node'

const settings: ClusterSettings = {
  fields: ['power', 'current'],
  eventType: 'energy',
  method: 'meanshift',
  scaling: 'none',
  bandwidth: 50,
  k: undefined,
  last: 100,
  every: 10,
  minutes: 0,
}

/** A thread in this one, that answers a turn later, or when the test lets it. */
class LocalThread implements Thread {
  static isHeld = false
  #answer: (answer: ClusterAnswer) => void = () => {}

  postMessage(request: ClusterRequest): void {
    const outcome = clusterPoints(request)
    if (!LocalThread.isHeld) setImmediate(() => this.#answer({ outcome }))
  }

  on(event: string, listener: (value: never) => void): void {
    if (event === 'message') this.#answer = listener as (answer: ClusterAnswer) => void
  }

  async terminate(): Promise<void> {
    this.#answer = () => {}
  }

  unref(): void {}
}

type Data = Record<string, Scalar>

function event(seq: number, data: Data, more: Partial<FieldlogEvent> = {}): FieldlogEvent {
  const time = 1_480_000_000_000 + seq * 1_000
  const place = { id: `k3x9a7qd-${seq}`, seq, received: time, time, source: 'http', raw: '' }
  return { ...place, replayed: false, type: 'energy', data, ...more }
}

const power = (seq: number, watts: number, more: Partial<FieldlogEvent> = {}) =>
  event(seq, { power: watts, current: watts / 230 }, more)

describe('lib: clustering beside a flow', () => {
  let disk: MemoryDisk
  let clock: FakeClock
  let told: ClusterSummary[]
  let warnings: string[]

  beforeEach(async () => {
    disk = new MemoryDisk()
    await disk.makeDirectory('/home')
    clock = new FakeClock()
    told = []
    warnings = []
    LocalThread.isHeld = false
  })

  async function started(more: Partial<ClusterSettings> = {}): Promise<LiveClustering> {
    const parts = { disk, path, clock, startThread: () => new LocalThread() }
    const clustering = new LiveClustering({ ...settings, ...more }, parts)
    attach(clustering)
    await clustering.loaded
    return clustering
  }

  function attach(clustering: LiveClustering): void {
    clustering.attach({
      finished: (summary) => told.push(summary),
      warn: (text) => warnings.push(text),
      changed() {},
    })
  }

  /** Two kinds of events, in turns: 100 W and 2,000 W. */
  function feed(clustering: LiveClustering, count: number, from = 1): void {
    for (let i = 0; i < count; i++) clustering.take(power(from + i, i % 2 === 0 ? 100 : 2_000))
  }

  it('starts a run at the count, and labels the events after it', async () => {
    const clustering = await started()
    clustering.setUnits(new Map([['power', 'W']]))
    feed(clustering, 9)
    assert.equal(clustering.take(power(10, 100)), undefined)
    await settle()
    const [{ clusters, fields, points, run, time, bandwidth, method, leftOut, statistics }] = told as [
      ClusterSummary,
    ]
    assert.deepEqual(clusters, [
      { label: 0, count: 6, previous: null, avg_power_w: 100, avg_current: 100 / 230 },
      { label: 1, count: 4, previous: null, avg_power_w: 2_000, avg_current: 2_000 / 230 },
    ])
    assert.deepEqual(
      { fields, points, run, bandwidth, method, leftOut, time },
      {
        fields: ['power', 'current'],
        points: 10,
        run: 1,
        bandwidth: 50,
        method: 'meanshift',
        leftOut: 0,
        time: clock.wall(),
      },
    )
    assert.deepEqual([statistics.energy!.power!.count, statistics.energy!.power!.mean], [10, 860])
    assert.deepEqual(clustering.take(power(11, 2_000)), { label: 1, distance: 0, run: 1 })
    const far = clustering.take(power(12, 5_000))!
    assert.deepEqual([far.label, Math.round(far.distance)], [-1, 3_000])
  })

  it('leaves out what lacks a number, and never fails because of it', async () => {
    const clustering = await started()
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`extra${i}`, i]))
    const bad: Data[] = [
      {},
      { power: 100 },
      { power: 100, current: null },
      { power: 100, current: '0.4' },
      { power: Number.NaN, current: 1 },
      { power: Number.POSITIVE_INFINITY, current: 1 },
      { power: 1e101, current: 1 },
      { power: true, current: 1 },
    ]
    for (const [i, data] of bad.entries()) assert.equal(clustering.take(event(i + 1, data)), undefined)
    clustering.take(event(9, { power: 100, current: 0.4, ...many }))
    assert.equal(clustering.take(event(10, undefined as unknown as Data)), undefined)
    clustering.run()
    await settle()
    assert.deepEqual([told[0]!.points, told[0]!.leftOut], [1, 9])
    assert.equal(warnings.length, 0)
  })

  it('learns from its own type of event and from none that is bad, but says where a bad one belongs', async () => {
    const clustering = await started()
    feed(clustering, 10)
    await settle()
    assert.equal(clustering.take({ ...power(11, 100), type: 'room' }), undefined)
    assert.equal(clustering.take(power(12, 100, { verdict: 'bad' }))!.label, 1)
    clustering.take(power(13, 2_000, { verdict: 'good' }))
    assert.deepEqual([clustering.points, clustering.summary!.run], [11, 1])
  })

  it('keeps the last points only', async () => {
    const clustering = await started({ last: 4, every: 0 })
    feed(clustering, 50)
    for (let i = 0; i < 3; i++) clustering.take(power(51 + i, 500))
    clustering.run()
    await settle()
    assert.deepEqual(
      told[0]!.clusters.map(({ count, avg_power }) => [avg_power, count]),
      [
        [500, 3],
        [2_000, 1],
      ],
    )
  })

  it('counts what is sent again once', async () => {
    const clustering = await started({ every: 0 })
    feed(clustering, 5)
    clustering.take(power(5, 100, { replayed: true }))
    clustering.take(power(3, 100, { replayed: true }))
    clustering.take(power(6, 100, { replayed: true, id: 'k3x9a7qd-6.1' }))
    clustering.take(power(6, 100, { replayed: true, id: 'k3x9a7qd-6.2' }))
    clustering.take(power(6, 100, { replayed: true, id: 'k3x9a7qd-6.1' }))
    assert.equal(clustering.points, 7)
    // an older copy of the journal was put back: its new events have lower seqs
    clustering.take(power(2, 100, { id: 'zzzzzzzz-2' }))
    assert.equal(clustering.points, 8)
  })

  it('starts a run by time where there was something new', async () => {
    const clustering = await started({ every: 0, minutes: 5 })
    await clock.advance(300_000)
    assert.equal(told.length, 0)
    feed(clustering, 3)
    await clock.advance(300_000)
    await settle()
    assert.deepEqual(
      told.map(({ points }) => points),
      [3],
    )
    await clock.advance(600_000)
    await settle()
    assert.equal(told.length, 1)
  })

  it('has summary and statistics after a restart, and goes on with the numbers of runs and clusters', async () => {
    const first = await started()
    feed(first, 10)
    await settle()
    await first.detach()
    const second = await started()
    assert.deepEqual(second.summary, told[0])
    assert.deepEqual(second.take(power(11, 2_000)), { label: 0, distance: 0, run: 1 })
    assert.equal(second.points, 1)
    // sent again after the start: learnt already
    second.take(power(10, 2_000, { replayed: true }))
    for (let i = 0; i < 9; i++) second.take(power(12 + i, 2_000))
    await settle()
    assert.deepEqual(
      told[1]!.clusters.map(({ label, previous, count }) => [label, previous, count]),
      [[0, 0, 10]],
    )
    assert.deepEqual([told[1]!.run, told[1]!.statistics.energy!.power!.count], [2, 20])
  })

  it('learns what came while the file was read, after it', async () => {
    const first = await started({ every: 0 })
    feed(first, 6)
    await first.detach()
    const second = new LiveClustering({ ...settings, every: 0 }, { disk, path, clock })
    attach(second)
    second.take(power(6, 100, { replayed: true }))
    second.take(power(7, 100, { replayed: true }))
    assert.equal(second.points, 0)
    await second.loaded
    assert.equal(second.points, 1)
    await second.detach()
  })

  it('does a run that is asked for while the file is read, when it has been read', async () => {
    const clustering = new LiveClustering(settings, {
      disk,
      path,
      clock,
      startThread: () => new LocalThread(),
    })
    attach(clustering)
    clustering.take(power(1, 100))
    assert.deepEqual([clustering.run(), clustering.isRunning], [true, false])
    await clustering.loaded
    await settle()
    assert.deepEqual(
      told.map(({ points }) => points),
      [1],
    )
  })

  it('forgets points and clusters of other fields, and keeps the statistics', async () => {
    const first = await started()
    feed(first, 10)
    await settle()
    await first.detach()
    const other = { ...settings, fields: ['current', 'power'] }
    const second = await started(other)
    assert.equal(second.summary, undefined)
    await second.detach()
    first.configure(other)
    attach(first)
    assert.deepEqual([first.points, first.summary, first.sample], [0, undefined, undefined])
    feed(first, 10, 11)
    await settle()
    assert.deepEqual([told[1]!.fields, told[1]!.statistics.energy!.power!.count], [['current', 'power'], 20])
  })

  it('keeps its points over a deploy, and does again the run that this has ended', async () => {
    const clustering = await started()
    LocalThread.isHeld = true
    feed(clustering, 10)
    assert.equal(clustering.isRunning, true)
    await clustering.detach()
    assert.deepEqual([clustering.isRunning, clustering.run()], [false, false])
    LocalThread.isHeld = false
    clustering.configure({ ...settings, last: 5 })
    attach(clustering)
    await settle()
    assert.deepEqual(
      told.map(({ points }) => points),
      [5],
    )
  })

  it('does not write oftener than once a minute, and the last state at the end', async () => {
    const clustering = await started({ every: 1 })
    const writes: string[] = []
    const rename = disk.rename.bind(disk)
    disk.rename = async (from, to) => {
      writes.push(to)
      await rename(from, to)
    }
    for (let i = 0; i < 20; i++) {
      feed(clustering, 1, i + 1)
      await settle()
    }
    assert.equal(writes.length, 1)
    await clock.advance(60_000)
    await settle()
    assert.equal(writes.length, 2)
    feed(clustering, 1, 21)
    await settle()
    await clustering.detach()
    assert.equal(writes.length, 3)
    assert.equal((await started()).summary!.run, 21)
  })

  it('warns once of a file that cannot be written, or is none, and goes on', async () => {
    const clustering = await started()
    disk.quota = 0
    feed(clustering, 20)
    await settle()
    await clock.advance(120_000)
    await settle()
    assert.equal(told.length, 2)
    assert.equal(warnings.length, 1)
    assert.match(
      warnings[0]!,
      /^the file of what was learnt cannot be written: .*after a restart it is learnt anew$/,
    )
  })

  it('starts runs for the flows that have begun while the end of those before was still waited for', async () => {
    const clustering = await started()
    feed(clustering, 5)
    const leaving = clustering.detach()
    attach(clustering)
    await leaving
    feed(clustering, 5, 6)
    await settle()
    assert.deepEqual(
      told.map(({ points }) => points),
      [10],
    )
  })

  it('begins anew where the file is damaged', async () => {
    const first = await started()
    feed(first, 10)
    await settle()
    await first.detach()
    const file = await disk.open(path, 'write')
    await file.write(Buffer.from('X'), 20)
    await file.close()
    assert.equal((await started()).summary, undefined)
  })
})
