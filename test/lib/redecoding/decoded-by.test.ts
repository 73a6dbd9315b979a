import assert from 'node:assert/strict'
import { room } from '../../../lib/formats/library/jeelink.ts'
import { DecodedBy, type FormatSet } from '../../../lib/redecoding/decoded-by.ts'

const set = (type: string): FormatSet => ({ formats: [{ ...room, type }], match: 'first' })
const [a, b, c] = [set('a'), set('b'), set('c')]

/** `a 1–10`, and so on. */
function others(decodedBy: DecodedBy, from?: number, to?: number): string[] {
  return decodedBy
    .others(from, to)
    .map((stretch) => `${stretch.by.formats[0]?.type} ${stretch.from}–${stretch.to}`)
}

describe('redecoding: by which formats entries were decoded', () => {
  it('has nothing to offer before the formats change', () => {
    assert.deepEqual(others(DecodedBy.begun(a)), [])
  })

  it('tells what other formats decoded, up to where they changed', () => {
    const decodedBy = DecodedBy.begun(a)
    assert.equal(decodedBy.isCurrent(set('a')), true)
    decodedBy.change(b, 11)
    decodedBy.change(c, 21)
    assert.deepEqual(others(decodedBy), ['a 1–10', 'b 11–20'])
    assert.deepEqual(others(decodedBy, 5, 12), ['a 5–10', 'b 11–12'])
    assert.deepEqual([decodedBy.current, decodedBy.since], [c, 21])
  })

  it('offers what formats decoded meanwhile that were taken back', () => {
    const decodedBy = DecodedBy.begun(a)
    decodedBy.change(b, 11)
    decodedBy.change(a, 21)
    assert.deepEqual(others(decodedBy), ['b 11–20'])
  })

  it('offers nothing twice', () => {
    const decodedBy = DecodedBy.begun(a)
    decodedBy.change(b, 101)
    decodedBy.decodedAgain(41, 60)
    assert.deepEqual(others(decodedBy), ['a 1–40', 'a 61–100'])
    decodedBy.decodedAgain(61, 100)
    assert.deepEqual(others(decodedBy), ['a 1–40'])
    decodedBy.decodedAgain(1, 40)
    assert.deepEqual(others(decodedBy), [])
    assert.deepEqual(Object.keys(decodedBy.stored.sets).length, 1)
  })

  it('is the same after it was stored', () => {
    const decodedBy = DecodedBy.begun(a)
    decodedBy.change(b, 11)
    const stored = JSON.parse(JSON.stringify(decodedBy.stored))
    assert.deepEqual(others(DecodedBy.restored(stored)), ['a 1–10'])
  })

  it('remembers a limited number of changes', () => {
    const decodedBy = DecodedBy.begun(a)
    for (let i = 1; i <= 100; i++) decodedBy.change(i % 2 ? b : a, i * 10)
    assert.equal(decodedBy.stored.begins.length, 40)
    assert.equal(decodedBy.stored.begins[0]?.from, 1)
    assert.equal(decodedBy.since, 1000)
  })
})
