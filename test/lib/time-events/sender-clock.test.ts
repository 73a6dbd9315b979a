import assert from 'node:assert/strict'
import { SenderClocks } from '../../../lib/time-events/sender-clock.ts'

const day = 24 * 3_600_000
const noon = Date.parse('2026-11-28T12:00:00.000Z')
/** so many ms later, on a machine that had been up for 10 days */
const at = (ms: number) => ({ wall: noon + ms, monotonic: 10 * day + ms })

describe('time events: when an event was', () => {
  it('of this machine: as long ago as its monotonic clock says', () => {
    const clocks = new SenderClocks()
    assert.deepEqual(clocks.timeOf(10 * day - 250, undefined, at(0)), { utc: noon - 250 })
    assert.deepEqual(clocks.timeOf(10 * day + 1_000, undefined, at(0)), { utc: noon + 1_000 })
    assert.deepEqual(clocks.timeOf(3 * day, undefined, at(0)), { utc: noon - 7 * day })
  })

  it('of another boot: the time of receipt, and a mark', () => {
    const clocks = new SenderClocks()
    for (const time of [10 * day + 1_001, 3 * day - 1, 0, Number.MAX_SAFE_INTEGER]) {
      assert.deepEqual(clocks.timeOf(time, undefined, at(0)), { utc: noon, clock: 'foreign' })
    }
  })

  it('of another machine: by the datagram that took least time', () => {
    const clocks = new SenderClocks()
    assert.deepEqual(clocks.timeOf(5_000, '10.0.0.2', at(0)), { utc: noon })
    // it was on its way for 30 ms less
    assert.deepEqual(clocks.timeOf(6_030, '10.0.0.2', at(1_000)), { utc: noon + 1_000 })
    assert.deepEqual(clocks.timeOf(7_000, '10.0.0.2', at(2_000)), { utc: noon + 1_970 })
    assert.deepEqual(clocks.timeOf(7_000, '10.0.0.3', at(2_000)), { utc: noon + 2_000 })
  })

  it('of another machine that has booted: begins anew where its time falls by more than a second', () => {
    const clocks = new SenderClocks()
    clocks.timeOf(50_000, 'a', at(0))
    assert.deepEqual(clocks.timeOf(49_000, 'a', at(10)), { utc: noon - 1_000 })
    assert.deepEqual(clocks.timeOf(47_999, 'a', at(20)), { utc: noon + 20 })
  })

  it('forgets the machine that was silent longest, beyond a thousand', () => {
    const clocks = new SenderClocks()
    for (let n = 0; n <= 1_000; n++) clocks.timeOf(1_000, `10.0.${n}`, at(0))
    assert.deepEqual(clocks.timeOf(1_000, '10.0.0', at(500)), { utc: noon + 500 })
    assert.deepEqual(clocks.timeOf(1_000, '10.0.1000', at(500)), { utc: noon })
  })

  it('marks what is from before a step of the wall clock, and measures other machines anew', () => {
    const clocks = new SenderClocks()
    assert.equal(clocks.compare(at(0)), 0)
    clocks.timeOf(1_000, 'a', at(0))
    // slewed by a tenth of a second, which is no step
    assert.equal(clocks.compare({ wall: noon + 1_100, monotonic: 10 * day + 1_000 }), 0)
    const stepped = { wall: noon + 3_602_100, monotonic: 10 * day + 2_000 }
    assert.equal(clocks.compare(stepped), 3_600_000)
    assert.deepEqual(clocks.timeOf(10 * day + 1_999, undefined, stepped), {
      utc: stepped.wall - 1,
      clock: 'step',
    })
    assert.deepEqual(clocks.timeOf(10 * day + 2_000, undefined, stepped), { utc: stepped.wall })
    assert.deepEqual(clocks.timeOf(3_000, 'a', stepped), { utc: stepped.wall })
    assert.equal(clocks.compare({ wall: stepped.wall + 1_000, monotonic: stepped.monotonic + 1_000 }), 0)
  })
})
