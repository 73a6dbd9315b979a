import assert from 'node:assert/strict'
import { DataFlash, type FlashPage, pageChecksum } from '../../../../lib/serial/demo/flash.ts'

const entry = (time: number, size = 12) => ({ time, header: 9, bytes: Array<number>(size).fill(time & 0xff) })

/** Appends one packet a second and gives the saved pages. */
function fill(flash: DataFlash, from: number, to: number): FlashPage[] {
  const saved: FlashPage[] = []
  for (let time = from; time < to; time++) {
    const page = flash.append(entry(time))
    if (page) saved.push(page)
  }
  return saved
}

describe('The demo flash', () => {
  it('saves a page when the next packet has no room in its 248 bytes', () => {
    const saved = fill(new DataFlash(8, 62), 100, 117)
    // 15 bytes an entry: 16 of them fill 240
    assert.deepEqual(
      saved.map(({ page, seq, time, entries }) => [page, seq, time, entries.length]),
      [[512, 62, 100, 16]],
    )
  })

  it('saves a page that is 255 seconds old', () => {
    const flash = new DataFlash(8, 62)
    assert.equal(flash.append(entry(0)), undefined)
    assert.equal(flash.append(entry(254)), undefined)
    assert.deepEqual(
      flash.append(entry(255))?.entries.map((saved) => saved.time),
      [0, 254],
    )
  })

  it('keeps so many pages, counts a wrap and a reset in the seq, and loses what was not saved', () => {
    const flash = new DataFlash(4, 62)
    fill(flash, 0, 6 * 16 + 1)
    const kept = flash.pages.map(({ page, seq }) => [page, seq])
    assert.deepEqual(kept, [
      [514, 62],
      [515, 62],
      [512, 63],
      [513, 63],
    ])
    flash.reset()
    assert.equal(fill(flash, 0, 17)[0]?.seq, 64)
    assert.deepEqual([flash.lastPage, flash.seq], [514, 64])
  })

  it('finds the pages after a marker as the real one does', () => {
    const flash = new DataFlash(16, 62)
    fill(flash, 0, 3 * 16 + 1)
    flash.reset()
    flash.reset()
    fill(flash, 0, 2 * 16 + 1)
    const replayed = (seq: number, time: number) => {
      const { from, pages } = flash.after(seq, time)
      return [from, ...pages.map((page) => page.page)]
    }
    assert.deepEqual(replayed(62, 16), [513, 514, 515, 516])
    assert.deepEqual(replayed(62, 20), [513, 514, 515, 516])
    assert.deepEqual(replayed(64, 16), [516])
    // a seq that it has not got: the first page of the next one counts as the marker
    assert.deepEqual(replayed(63, 99), [516])
    assert.deepEqual(replayed(0, 0), [512, 513, 514, 515, 516])
    assert.deepEqual(replayed(65, 0), [0, 512, 513, 514, 515, 516])
  })

  it('sums a page up with CRC-16', () => {
    const bytes = [...Array<number>(16).keys()]
    const page = { page: 512, seq: 62, time: 100, entries: [{ time: 101, header: 9, bytes }] }
    const stored = pageChecksum(page)
    // over the page with its checksum the sum is 0
    const whole = [1, 9, 16, ...bytes, ...Array<number>(248 - 19).fill(255), 62, 0, 100, 0, 0, 0]
    assert.equal(crc16([...whole, stored & 0xff, stored >> 8]), 0)
    assert.notEqual(stored, 0)
  })
})

function crc16(bytes: number[]): number {
  return bytes.reduce((crc, byte) => {
    let sum = crc ^ byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xa001 : sum >>> 1
    return sum
  }, 0xffff)
}
