import assert from 'node:assert/strict'
import { inOrder, isFound, merge, shownFields } from '../../../pages/model/readings.ts'
import type { FieldReading, Reading } from '../../../pages/model/wire.ts'

const field = (change: Partial<FieldReading>): FieldReading => ({
  id: 1,
  name: 'temp',
  kind: 'number',
  unit: '°C',
  decimals: 1,
  value: 20,
  low: false,
  ...change,
})
const reading = (id: number, name: string, change: Partial<Reading> = {}): Reading => ({
  id,
  type: 'room',
  source: 'ttyUSB0',
  key: String(id),
  name,
  place: null,
  named: true,
  time: 0,
  verdict: 'good',
  reasons: [],
  usual: 60,
  silent: false,
  fields: [field({ spark: [1, 2] })],
  ...change,
})

describe('the readings', () => {
  it('take changes in, and keep the sparklines', () => {
    const changed = reading(1, 'kitchen', { fields: [field({ value: 25 })] })
    const merged = merge([reading(1, 'kitchen'), reading(2, 'hall')], [changed, reading(3, 'attic')])
    assert.deepEqual(
      merged.map(({ name }) => name),
      ['kitchen', 'hall', 'attic'],
    )
    assert.deepEqual(merged[0]!.fields, [field({ value: 25, spark: [1, 2] })])
  })

  it('begin with low batteries and silent devices, and end with those that have no name', () => {
    const all = [
      reading(1, 'ttyUSB0-3', { named: false }),
      reading(2, 'room 10'),
      reading(3, 'room 9'),
      reading(4, 'silent', { silent: true }),
      reading(5, 'zoo', { fields: [field({ low: true })] }),
    ]
    assert.deepEqual(
      inOrder(all).map(({ name }) => name),
      ['zoo', 'silent', 'room 9', 'room 10', 'ttyUSB0-3'],
    )
  })

  it('are found by all words in their names, places, types and fields', () => {
    const kitchen = reading(1, 'Kitchen', { place: 'ground floor' })
    assert.ok(['', 'kit', 'ROOM ground', 'temp kitchen'].every((find) => isFound(kitchen, find)))
    assert.ok(!isFound(kitchen, 'kitchen humi'))
  })

  it('show no flag of a battery, and a battery that is measured', () => {
    const names = ['lobat', 'lowbat', 'low_battery', 'batlow', 'battery_low']
    const flags = names.map((name) => field({ name, kind: 'boolean', value: false }))
    const numbers = names.flatMap((name) => [0, 1].map((value) => field({ name, value, unit: null })))
    const measured = field({ name: 'battery', unit: 'V' })
    const moved = field({ name: 'moved', kind: 'boolean', value: true })
    assert.deepEqual(shownFields(reading(1, 'attic', { fields: [...flags, ...numbers, measured, moved] })), [
      measured,
      moved,
    ])
  })

  it('show no field that only other devices of the type send', () => {
    const never = [null, [null, null]].map((spark, place) => field({ name: `${place}`, value: null, spark }))
    const lately = field({ name: 'boost', value: null, spark: [null, 3] })
    const fields = [...never, lately, field({ value: 0 })]
    assert.deepEqual(shownFields(reading(1, 'attic', { fields })), [lately, field({ value: 0 })])
  })
})
