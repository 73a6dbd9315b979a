import assert from 'node:assert/strict'
import { Chip } from '../../../../lib/serial/demo/chip.ts'
import { DataFlash, pageAfter } from '../../../../lib/serial/demo/flash.ts'

const entry = (time: number, size = 4) => ({
  time,
  header: 9,
  bytes: Array<number>(size).fill(time & 0x7f),
})

/** A flash with pages that are written one after the other; each has one packet. */
function withPages(pages: Array<[seq: number, time: number]>, from = 512) {
  const chip = new Chip()
  const flash = new DataFlash(chip)
  let page = from
  for (const [seq, time] of pages) {
    flash.save({ page, seq, time }, [entry(time)])
    page = pageAfter(page)
  }
  return { chip, flash }
}

describe('The demo flash', () => {
  it('gives back what was saved, with the seconds of the device', () => {
    const { flash } = withPages([])
    const entries = [entry(100), entry(101, 12), entry(354, 0)]
    flash.save({ page: 600, seq: 7, time: 100 }, entries)
    assert.deepEqual(flash.entries(600), { marker: { page: 600, seq: 7, time: 100 }, entries })
    assert.deepEqual(flash.markers(), [{ page: 600, seq: 7, time: 100 }])
  })

  it('erases the block behind a page whose number divides by 256, and after the last page goes on at the first', () => {
    const { flash } = withPages([])
    const erased = (page: number) => flash.save({ page, seq: 1, time: 0 }, [entry(0)])
    assert.deepEqual([512, 513, 7424, 7680, 7935].map(erased), [768, undefined, 7680, 512, undefined])
    // of the first block nothing is left
    assert.deepEqual(
      flash.markers().map(({ page }) => page),
      [7424, 7680, 7935],
    )
    assert.equal(pageAfter(7935), 512)
  })

  it('finds the page before a replay as the real one does', () => {
    const { flash } = withPages([
      [62, 0],
      [62, 16],
      [62, 32],
      [64, 5],
      [64, 300],
    ])
    const found: Array<[seq: number, time: number, page: number]> = [
      [62, 16, 513],
      [62, 20, 513],
      [64, 299, 515],
      // a seq that is not there: the lowest higher one counts
      [63, 99_999, 516],
      [0, 0, 512],
      // no page of that seq is as early: its first one is taken all the same
      [64, 0, 515],
      [65, 0, 0],
    ]
    for (const [seq, time, page] of found) assert.equal(flash.find(seq, time), page, `${seq}, ${time}`)
  })

  it('replays the pages behind one, over the end of the log', () => {
    const { flash } = withPages([])
    assert.deepEqual([...flash.between(512, 515)], [513, 514, 515])
    assert.deepEqual([...flash.between(515, 515)], [])
    assert.deepEqual([...flash.between(0, 513)], [512, 513])
    assert.deepEqual([...flash.between(7934, 513)], [7935, 512, 513])
  })

  it('does not give a page whose checksum is wrong', () => {
    const { chip, flash } = withPages([[1, 10]])
    assert.equal(flash.checksum(512), 0)
    const bytes = Uint8Array.from(chip.read(512))
    bytes[4]! ^= 1
    chip.write(512, bytes)
    assert.equal(flash.entries(512), undefined)
    assert.notEqual(flash.checksum(512), 0)
    // but it lists its marker
    assert.deepEqual(flash.markers(), [{ page: 512, seq: 1, time: 10 }])
  })
})
