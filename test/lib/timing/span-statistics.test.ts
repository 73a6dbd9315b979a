import assert from 'node:assert/strict'
import type { Outcome, Span } from '../../../lib/timing/span.ts'
import { SpanStatistics } from '../../../lib/timing/span-statistics.ts'

function span(category: string, subject: string, outcome: Outcome, duration?: number): Span {
  const place = { id: 'k-1', origin: 'telog', category, sender: 'a', pid: '', subject }
  return { ...place, outcome, duration, start: 0, steps: [], moreSteps: 0, parent: undefined }
}

describe('statistics of spans', () => {
  it('are by category and subject, or by category alone; durations are of spans whose end came', () => {
    const statistics = new SpanStatistics()
    for (let ms = 1; ms <= 1_000; ms++) statistics.add(span('DHCP', 'eth0', 'done', ms))
    statistics.add(span('DHCP', 'eth1', 'late', 5_000))
    statistics.add(span('DHCP', 'eth1', 'timeout', 300_000))
    statistics.add(span('DHCP', 'eth1', 'orphan'))
    const open = [span('DHCP', 'eth1', 'done'), span('BOOT', '', 'done')]
    const [eth0, eth1, boot] = statistics.rows(open, true)
    const { p50, p95, p99, ...exact } = eth0!
    assert.deepEqual(exact, {
      ...{ cat: 'DHCP', subject: 'eth0', count: 1_000, open: 0, min: 1, mean: 500.5, max: 1_000 },
      outcomes: { done: 1_000 },
    })
    for (const [found, wanted] of [
      [p50, 500],
      [p95, 950],
      [p99, 990],
    ] as Array<[number, number]>) {
      assert.ok(Math.abs(found / wanted - 1) <= 0.011, `${found} is not ${wanted}`)
    }
    assert.deepEqual(eth1, {
      ...{ cat: 'DHCP', subject: 'eth1', count: 1, open: 1, min: 5_000, mean: 5_000 },
      ...{ p50: 5_000, p95: 5_000, p99: 5_000, max: 5_000, outcomes: { late: 1, timeout: 1, orphan: 1 } },
    })
    const none = { min: null, mean: null, p50: null, p95: null, p99: null, max: null, outcomes: {} }
    assert.deepEqual(boot, { cat: 'BOOT', count: 0, open: 1, ...none })
    assert.deepEqual(
      statistics
        .rows(open, false)
        .map(({ cat, subject, count, open, max }) => [cat, subject, count, open, max]),
      [
        ['DHCP', undefined, 1_001, 1, 5_000],
        ['BOOT', undefined, 0, 1, null],
      ],
    )
  })

  it('go on after a restart as if there had been none', () => {
    const whole = new SpanStatistics()
    let part = new SpanStatistics()
    for (let i = 0; i < 300; i++) {
      const next = span(`C${i % 3}`, `s${i % 2}`, i % 7 === 0 ? 'timeout' : 'done', (i * 37) % 101)
      whole.add(next)
      part.add(next)
      if (i % 50 !== 0) continue
      const stored = JSON.parse(JSON.stringify(part.save()))
      part = new SpanStatistics()
      part.load(stored)
    }
    const rounded = (one: SpanStatistics) =>
      one.rows([], true).map((row) => ({ ...row, mean: row.mean?.toFixed(9) }))
    assert.deepEqual(rounded(part), rounded(whole))
  })

  it('have 1,000 rows at most, and count what they had no room for', () => {
    const statistics = new SpanStatistics()
    for (let i = 0; i < 1_010; i++) statistics.add(span('C', `s${i}`, 'done', 1))
    assert.deepEqual([statistics.rows([], true).length, statistics.leftOut], [1_000, 10])
  })
})
