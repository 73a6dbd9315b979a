import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf } from '../../../../lib/cluster/find/model.ts'
import {
  type ClusterOutcome,
  clusterPoints,
  type Method,
  mostFound,
} from '../../../../lib/cluster/find/run.ts'
import type { Scaling } from '../../../../lib/cluster/find/scaling.ts'
import { fc } from '../../../support/random.ts'
import { blobs, moons, numbers, type Row, request } from '../clusters.ts'

interface Fixture {
  points: number[][]
  kept: number[]
  cases: Array<{
    name: string
    scaling: Scaling
    bandwidth: number
    centres: number[][]
    labels: number[]
    counts: Record<string, number>
  }>
}

const file = join(import.meta.dirname, '../../../fixtures/energy-clusters.json')
const energy = JSON.parse(readFileSync(file, 'utf8')) as Fixture

const countsOf = ({ clusters }: ClusterOutcome) =>
  Object.fromEntries(clusters.map(({ label, count }) => [String(label), count]))

const labelsOf = ({ model }: ClusterOutcome, rows: readonly Row[]) =>
  rows.map((row) => placeOf(model)(row).label)

function assertClose(found: readonly number[], expected: readonly number[], within: number): void {
  assert.equal(found.length, expected.length)
  for (const [i, value] of found.entries()) {
    assert.ok(Math.abs(value - expected[i]!) <= within, `${found.join()} is not ${expected.join()}`)
  }
}

describe('lib: clusters of an energy sensor, as scikit-learn finds them', () => {
  for (const { name, scaling, bandwidth, centres, labels, counts } of energy.cases) {
    it(name, () => {
      const outcome = clusterPoints(request(energy.points, { scaling, bandwidth }))
      assert.deepEqual(countsOf(outcome), counts)
      assert.deepEqual(labelsOf(outcome, energy.points), labels)
      assert.equal(outcome.model.centres.length, centres.length)
      for (const [c, centre] of centres.entries()) assertClose(outcome.model.centres[c]!.at, centre, 1e-6)
    })
  }

  it('with the bandwidth that fits them, where none is given', () => {
    const none = clusterPoints(request(energy.points))
    assertClose([none.bandwidth!], [114.783692], 1e-6)
    const scaled = clusterPoints(request(energy.points, { scaling: 'zscore' }))
    assertClose([scaled.bandwidth!], [1.156611], 1e-6)
    assert.deepEqual(scaled.model.scale.kept, energy.kept)
    assert.deepEqual(scaled.model.scale.constant, [1, 2, 4])
  })

  it('names the averages and the centres in the units of the fields', () => {
    const { clusters } = clusterPoints(request(energy.points, { scaling: 'zscore' }))
    const largest = clusters.find(({ label }) => label === 0)!
    assert.equal(largest.count, 71)
    assertClose([largest.averages[1]!, largest.averages[4]!], [279, 230.08], 1e-9)
    assert.ok(largest.averages[0]! > 1_500 && largest.averages[0]! < 1_800)
    assertClose([largest.centre![0]!], [1756.62 - 0.4552697152949319 * 260.30135535567234], 1e-6)
  })

  it('in whatever order they arrive', () => {
    const settings: Array<[Method, Scaling]> = [
      ['meanshift', 'none'],
      ['meanshift', 'zscore'],
      ['meanshift', 'minmax'],
      ['kmeans', 'none'],
      ['kmeans', 'zscore'],
    ]
    for (const [method, scaling] of settings) {
      const expected = clusterPoints(request(energy.points, { method, scaling }))
      fc.assert(
        fc.property(fc.shuffledSubarray(energy.points, { minLength: 100, maxLength: 100 }), (shuffled) => {
          assert.deepEqual(clusterPoints(request(shuffled, { method, scaling })), expected)
        }),
        { numRuns: 20 },
      )
    }
  })
})

describe('lib: clusters of made points', () => {
  const corners = [
    [0, 0],
    [100, 0],
    [0, 100],
    [100, 100],
  ]

  it('finds four blobs by each method, with the number of clusters given or chosen', () => {
    const rows = blobs(corners, 50, 10)
    for (const more of [
      { bandwidth: 20 },
      { method: 'kmeans' as const, k: 4 },
      { method: 'kmeans' as const },
    ]) {
      const outcome = clusterPoints(request(rows, more))
      assert.deepEqual(countsOf(outcome), { 0: 50, 1: 50, 2: 50, 3: 50 })
      const labels = labelsOf(outcome, corners)
      assert.equal(new Set(labels).size, 4)
      assert.deepEqual(
        labelsOf(outcome, rows),
        corners.flatMap((_, c) => new Array(50).fill(labels[c])),
      )
    }
  })

  it('gives two moons a few compact clusters, and nothing far from them', () => {
    const rows = moons(200)
    const outcome = clusterPoints(request(rows, { bandwidth: 0.5 }))
    const all = outcome.clusters.reduce((sum, { count }) => sum + count, 0)
    assert.equal(all, 400)
    assert.ok(outcome.model.centres.length >= 2 && outcome.model.centres.length <= 8)
    assert.deepEqual(labelsOf(outcome, [[10, 10]]), [-1])
    assert.equal(clusterPoints(request(rows, { method: 'kmeans', k: 2 })).clusters.length, 2)
  })

  it('finds in even noise what it finds again each time, and loses no point', () => {
    const random = numbers(3)
    const rows = Array.from({ length: 500 }, () => [random(), random(), random()])
    for (const method of ['meanshift', 'kmeans'] as const) {
      const outcome = clusterPoints(request(rows, { method }))
      assert.deepEqual(clusterPoints(request(rows.toReversed(), { method })), outcome)
      assert.equal(
        outcome.clusters.reduce((sum, { count }) => sum + count, 0),
        500,
      )
    }
  })

  it('makes one cluster of equal points, with each scaling', () => {
    const rows = Array.from({ length: 60 }, () => [230.08, 279, -5])
    for (const method of ['meanshift', 'kmeans'] as const) {
      for (const scaling of ['none', 'zscore', 'minmax'] as const) {
        const { clusters } = clusterPoints(request(rows, { method, scaling }))
        assert.deepEqual(
          clusters.map(({ label, count }) => [label, count]),
          [[0, 60]],
        )
        assertClose(clusters[0]!.centre!, [230.08, 279, -5], 1e-9)
      }
    }
  })

  it('takes one point, and none', () => {
    for (const method of ['meanshift', 'kmeans'] as const) {
      for (const scaling of ['none', 'zscore', 'minmax'] as const) {
        const one = clusterPoints(request([[1753, 7.359]], { method, scaling }))
        assert.deepEqual(countsOf(one), { 0: 1 })
        assert.deepEqual(one.clusters[0]!.averages, [1753, 7.359])
        const none = clusterPoints(request([], { method, scaling }))
        assert.deepEqual([none.clusters, none.model.centres], [[], []])
        assert.deepEqual(placeOf(none.model)([]), { label: -1, distance: 0 })
      }
    }
    const given = clusterPoints(request([[1753, 1799]], { bandwidth: 100 }))
    assert.deepEqual(countsOf(given), { 0: 1 })
  })

  it('takes two points: apart they are two clusters, within the bandwidth of each other one', () => {
    const two = [
      [0, 0],
      [10, 0],
    ]
    assert.deepEqual(countsOf(clusterPoints(request(two, { bandwidth: 5 }))), { 0: 1, 1: 1 })
    assert.deepEqual(countsOf(clusterPoints(request(two, { bandwidth: 50 }))), { 0: 2 })
    assert.deepEqual(countsOf(clusterPoints(request(two))), { 0: 1, 1: 1 })
    assert.deepEqual(countsOf(clusterPoints(request(two, { method: 'kmeans', k: 5 }))), { 0: 1, 1: 1 })
  })

  it('leaves a constant field out of the scaling, though rounding gives it a deviation', () => {
    const rows = blobs([[0], [100]], 50, 10).map(([x]) => [230.08, x!])
    const outcome = clusterPoints(request(rows, { scaling: 'zscore', bandwidth: 0.5 }))
    assert.deepEqual(outcome.model.scale.constant, [0])
    assert.deepEqual(countsOf(outcome), { 0: 50, 1: 50 })
    assertClose(outcome.clusters[0]!.centre!.slice(0, 1), [230.08], 1e-9)
    assert.deepEqual(clusterPoints(request(rows, { bandwidth: 20 })).model.scale.constant, [])
  })

  it('finds those far away though no corner of the grid is near', () => {
    const rows = [
      ...blobs([[0, 0, 0, 0, 0, 0]], 40, 1),
      [1000.49, 1000.49, 1000.49, 1000.49, 1000.49, 1000.49],
    ]
    const outcome = clusterPoints(request(rows, { bandwidth: 3 }))
    assert.equal(outcome.clusters.at(-1)!.count + outcome.clusters[0]!.count, 41)
  })

  it('refuses to make more clusters than are of use', () => {
    const rows = Array.from({ length: mostFound + 1 }, (_, i) => [i * 100])
    assert.throws(() => clusterPoints(request(rows, { bandwidth: 1 })), {
      code: 'CLUSTERS_TOO_MANY',
      message: `found ${mostFound + 1} clusters, ${mostFound} at most are of use: raise the bandwidth`,
    })
  })

  it('shows some points of each cluster, 2,000 at most', () => {
    const rows = [...blobs([[0, 0]], 9_000, 10), [5_000, 5_000]]
    const { sample, clusters } = clusterPoints(request(rows, { bandwidth: 50 }))
    assert.equal(clusters.length, 2)
    assert.ok(sample.labels.length > 1_900 && sample.labels.length <= 2_000)
    assert.equal(sample.labels.filter((label) => label === 1).length, 1)
    assert.deepEqual(Array.from(sample.points.values.subarray(-2)), [5_000, 5_000])
  })

  it('any finite points can be clustered', () => {
    const value = fc.oneof(
      fc.double({ min: -1e100, max: 1e100 }),
      fc.integer(),
      fc.constantFrom(0, -0, 1e-300),
    )
    const rows = fc.array(fc.tuple(value, value), { maxLength: 40 })
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom<Method>('meanshift', 'kmeans'),
        fc.constantFrom<Scaling>('none', 'zscore', 'minmax'),
        (points, method, scaling) => {
          const { clusters } = clusterPoints(request(points, { method, scaling }))
          assert.equal(
            clusters.reduce((sum, { count }) => sum + count, 0),
            points.length,
          )
        },
      ),
    )
  })
})

describe('lib: clusters from run to run', () => {
  const left = [0, 0]
  const right = [100, 0]
  const top = [50, 90]
  const earlierOf = (outcome: ClusterOutcome) =>
    outcome.clusters
      .filter(({ centre }) => centre !== null)
      .map(({ label, centre }) => ({ label, centre: centre! }))

  it('keep their numbers though another one is the largest now', () => {
    const first = clusterPoints(
      request([...blobs([left], 60, 10), ...blobs([right], 40, 10)], { bandwidth: 30 }),
    )
    const second = clusterPoints(
      request([...blobs([left], 20, 10), ...blobs([right], 70, 10), ...blobs([top], 80, 10)], {
        bandwidth: 30,
        earlier: earlierOf(first),
      }),
    )
    assert.deepEqual(labelsOf(first, [left, right]), [0, 1])
    assert.deepEqual(labelsOf(second, [left, right, top]), [0, 1, 2])
    assert.deepEqual(
      second.clusters.map(({ label, previous, count }) => [label, previous, count]),
      [
        [0, 0, 20],
        [1, 1, 70],
        [2, null, 80],
      ],
    )
  })

  it('do not take the number of one that has gone', () => {
    const first = clusterPoints(
      request([...blobs([left], 60, 10), ...blobs([right], 40, 10)], { bandwidth: 30 }),
    )
    const second = clusterPoints(
      request([...blobs([right], 40, 10), ...blobs([top], 30, 10)], {
        bandwidth: 30,
        earlier: earlierOf(first),
      }),
    )
    assert.deepEqual(labelsOf(second, [right]), [1])
    const topLabel = labelsOf(second, [top])[0]!
    assert.deepEqual(second.clusters.find(({ label }) => label === topLabel)!.previous, null)
    assert.equal(topLabel, 2)
  })
})
