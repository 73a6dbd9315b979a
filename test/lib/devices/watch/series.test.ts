import assert from 'node:assert/strict'
import { mostSeries, SeriesTable } from '../../../../lib/devices/watch/series.ts'

const place = (key: string) => ({ source: 'usb', type: 'room', key })

describe('the table of what was heard', () => {
  it('asks for a name once for each unknown key, also where nearly all devices have one', () => {
    let asked = 0
    const table = new SeriesTable(({ key }) => {
      asked++
      return key.startsWith('named')
    })
    for (let i = 0; i < mostSeries - 1; i++) table.make(place(`named ${i}`))
    asked = 0
    for (let i = 0; i < 5_000; i++) assert.ok(table.make(place(`garbage ${i}`)))
    assert.ok(asked <= 5_000, `${asked} times`)
    assert.equal(table.size, mostSeries)
    assert.equal([...table.all()].filter(({ key }) => key.startsWith('named')).length, mostSeries - 1)
  })

  it('asks for none where all the room is taken by named devices', () => {
    let asked = 0
    const table = new SeriesTable(() => ++asked > 0)
    for (let i = 0; i < mostSeries; i++) table.make(place(`named ${i}`))
    asked = 0
    for (let i = 0; i < 5_000; i++) assert.equal(table.make(place(`garbage ${i}`)), undefined)
    assert.equal(asked, 0)
  })

  it('lets those go that have lost their names, and keeps those that have got one', () => {
    let named = new Set(['a'])
    const table = new SeriesTable(({ key }) => named.has(key))
    for (const key of ['a', 'b']) table.make(place(key))
    named = new Set(['b'])
    table.renamed()
    for (let i = 0; i < 2 * mostSeries; i++) table.make(place(`garbage ${i}`))
    assert.ok(table.get(place('b')))
    assert.equal(table.get(place('a')), undefined)
  })
})
