import assert from 'node:assert/strict'
import { type JournalProgress, StallWatch } from '../../../../lib/appliance/service/watchdog.ts'

describe('the watch over what stands still', () => {
  const journal = (change: Partial<JournalProgress> = {}): JournalProgress => ({
    directory: '/j',
    held: 3,
    written: 10,
    failure: undefined,
    flushInterval: 5,
    ...change,
  })

  /** What it says in the end of a journal that is so at each of these seconds. */
  function saidOf(states: Array<[second: number, change?: Partial<JournalProgress>]>): string | undefined {
    const watch = new StallWatch()
    let said: string | undefined
    for (const [second, change] of states) said = watch.stalled([journal(change)], second * 1000)
    return said
  }

  it('finds a journal that holds entries, writes none and gives no reason', () => {
    assert.equal(saidOf([[0], [65]]), undefined)
    assert.equal(
      saidOf([[0], [30], [66]]),
      'the journal /j has held 3 entries for 66 s without writing or saying why',
    )
  })

  it('takes neither a disk that fails, nor one that holds nothing, nor one that writes for it', () => {
    assert.equal(saidOf([[0], [66, { failure: 'the disk is full' }]]), undefined)
    assert.equal(saidOf([[0, { failure: 'full' }], [60, { failure: 'full' }], [90]]), undefined)
    assert.equal(saidOf([[0], [66, { held: 0 }]]), undefined)
    assert.equal(saidOf([[0], [60, { written: 11 }], [100, { written: 11 }]]), undefined)
  })

  it('gives a long interval its time', () => {
    const flushInterval = 600
    assert.equal(
      saidOf([
        [0, { flushInterval }],
        [600, { flushInterval }],
      ]),
      undefined,
    )
    assert.match(
      saidOf([
        [0, { flushInterval }],
        [661, { flushInterval }],
      ]) ?? '',
      /661 s/,
    )
  })
})
