import assert from 'node:assert/strict'
import {
  levelOf,
  parseTime,
  rangeOf,
  textOf,
  verdictOf,
  wholeNumberOf,
} from '../../../../../lib/history/query/read/parameters.ts'

const now = Date.UTC(2026, 10, 28, 12)

/** How a function fails: its code and message. */
function failure(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as Error).message}`
  }
  return 'it did not fail'
}

describe('parameters of a question', () => {
  it('are times: ms, ISO 8601, now, or relative to now', () => {
    assert.equal(parseTime('now', now), now)
    assert.equal(parseTime('1700000000000', now), 1_700_000_000_000)
    assert.equal(parseTime(1_700_000_000_000, now), 1_700_000_000_000)
    assert.equal(parseTime('0', now), 0)
    assert.equal(parseTime('2026-11-28', now), Date.UTC(2026, 10, 28))
    assert.equal(parseTime('2026-11-28T10:30', now), Date.UTC(2026, 10, 28, 10, 30))
    assert.equal(parseTime('2026-11-28 10:30:05.250Z', now), Date.UTC(2026, 10, 28, 10, 30, 5, 250))
    assert.equal(parseTime('2026-11-28T10:30+02:00', now), Date.UTC(2026, 10, 28, 8, 30))
    assert.equal(parseTime('2026-11-28T10:30-0130', now), Date.UTC(2026, 10, 28, 12))
    assert.equal(parseTime('-24h', now), now - 86_400_000)
    assert.equal(parseTime('-90s', now), now - 90_000)
    assert.equal(parseTime('-1.5h', now), now - 5_400_000)
    assert.equal(parseTime('-2w', now), now - 14 * 86_400_000)
    assert.equal(parseTime('-1y', now), now - 365 * 86_400_000)
    assert.equal(parseTime('+1d', now), now + 86_400_000)
    assert.equal(parseTime('-0s', now), now)
  })

  it('are not times: anything else', () => {
    const none = [
      '',
      'NaN',
      'Infinity',
      '-Infinity',
      '1e12',
      '1.5',
      'yesterday',
      '-24',
      '-24H',
      '--24h',
      '2026-13-01',
    ]
    const more = [
      '2026-02-30T25:00',
      '99999999999999999999',
      '-999999999999999y',
      "0' OR 1=1 --",
      '2026-11-28T10',
      {},
      [],
    ]
    for (const text of [...none, ...more, null, undefined, Number.NaN]) {
      assert.equal(parseTime(text, now), undefined, String(text))
    }
  })

  it('are a range whose end is after its beginning', () => {
    assert.deepEqual(rangeOf({}, now, '-24h'), { from: now - 86_400_000, to: now })
    assert.deepEqual(rangeOf({ from: '-2h', to: '-1h' }, now, '-24h'), {
      from: now - 7_200_000,
      to: now - 3_600_000,
    })
    for (const given of [{ from: 'now' }, { from: '5', to: '5' }, { from: '-1h', to: '-2h' }]) {
      assert.equal(
        failure(() => rangeOf(given, now, '-24h')),
        'QUERY from: must be before to',
      )
    }
    assert.match(
      failure(() => rangeOf({ to: 'NaN' }, now, '-24h')),
      /^QUERY to: must be a time/,
    )
  })

  it('are whole numbers between limits, and words of a list', () => {
    assert.equal(wholeNumberOf({ points: '500' }, 'points', 10, 1000, 7), 500)
    assert.equal(wholeNumberOf({}, 'points', 10, 1000, 7), 7)
    for (const points of ['9', '1001', '-5', '1.5', '1e2', 'NaN', '0x10', '99999999999999999999']) {
      const message = failure(() => wholeNumberOf({ points }, 'points', 10, 1000, 7))
      assert.equal(message, 'QUERY points: must be a whole number from 10 to 1000', points)
    }
    assert.equal(levelOf({}), 'auto')
    assert.equal(levelOf({ level: '15m' }), '15m')
    assert.equal(
      failure(() => levelOf({ level: '2m' })),
      'QUERY level: must be one of: auto, raw, 1m, 15m, 1h, 1d',
    )
    assert.equal(verdictOf({ verdict: ' bad ' }), 'bad')
    assert.equal(
      failure(() => verdictOf({ verdict: 'ugly' })),
      'QUERY verdict: must be one of: good, bad, held',
    )
  })

  it('are given once, as texts of some length, and of the question itself', () => {
    assert.equal(textOf({ field: ' temp ' }, 'field'), 'temp')
    assert.equal(textOf({ field: null }, 'field'), '')
    assert.equal(textOf({}, 'toString'), '')
    const once = 'QUERY field: must be given once, as a text'
    for (const field of [['temp', 'humi'], { a: 1 }, true])
      assert.equal(
        failure(() => textOf({ field }, 'field')),
        once,
      )
    assert.equal(
      failure(() => textOf({ field: 'x'.repeat(301) }, 'field')),
      'QUERY field: has more than 300 characters',
    )
  })
})
