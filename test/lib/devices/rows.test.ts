import assert from 'node:assert/strict'
import type { DeviceRow } from '../../../lib/devices/names.ts'
import { completeDeviceRow, mostRows, rowsProblems, soundRows } from '../../../lib/devices/rows.ts'

function row(rest: Partial<Record<keyof DeviceRow, unknown>>): DeviceRow {
  return completeDeviceRow({ source: 'ttyUSB0', key: '12', name: 'kitchen', ...rest })
}

function problem(...rows: DeviceRow[]): string | undefined {
  return rowsProblems(rows).get(rows.length - 1)?.text
}

describe('rows of devices', () => {
  it('take a name as it may stand in a topic', () => {
    assert.equal(problem(row({ name: 'Küche, links' })), undefined)
    assert.equal(problem(row({ name: 'x'.repeat(60) })), undefined)
    assert.equal(problem(row({ name: '  ' })), 'The name is missing.')
    assert.equal(problem(row({ name: 'x'.repeat(61) })), 'The name has 61 characters: 60 at most.')
    for (const name of ['a/b', 'a+b', '#', 'a\u0000b', 'a\uD800']) {
      assert.match(problem(row({ name })) ?? '', /^A name must not contain \/ \+ # or control characters/)
    }
  })

  it('take an interval of a second or more, or none', () => {
    for (const interval of ['', undefined, 1, '300', 31_536_000]) {
      assert.equal(problem(row({ interval })), undefined, String(interval))
    }
    for (const interval of [0, 0.5, -3, 'soon', 31_536_001, Number.NaN]) {
      assert.match(problem(row({ interval })) ?? '', /^The interval must be a number of seconds/)
    }
    assert.equal(row({ interval: ' 60 ' }).interval, 60)
  })

  it('give no two devices one name', () => {
    const first = row({})
    assert.equal(
      problem(first, row({ key: '13' })),
      'Two devices have the name "kitchen": the other one is ttyUSB0, key 12.',
    )
    assert.match(problem(first, row({ source: 'ttyUSB1' })) ?? '', /^Two devices have the name/)
    assert.equal(problem(first, row({ key: '13', name: 'cellar' })), undefined)
  })

  it('may name a device for each type of event, but not twice', () => {
    const [room, battery] = [row({ type: 'room' }), row({ type: 'battery' })]
    assert.equal(problem(room, battery), undefined)
    assert.equal(
      problem(room, row({ type: 'room', name: 'cellar' })),
      'ttyUSB0, room, key 12 has a name already: "kitchen".',
    )
    assert.match(
      problem(row({ source: '', key: '' }), row({ source: '', key: '', name: 'x' })) ?? '',
      /^any source/,
    )
  })

  it('may name a device anew, and a name anew, from the day on which the other ended', () => {
    const before = row({ to: '2026-05-01' })
    assert.equal(problem(before, row({ name: 'cellar', from: '2026-05-01' })), undefined)
    assert.equal(problem(before, row({ key: '13', from: '2026-05-01' })), undefined)
    assert.match(problem(before, row({ name: 'cellar', from: '2026-04-30' })) ?? '', /has a name already/)
    assert.match(problem(before, row({ key: '13', from: '2026-04-30' })) ?? '', /^Two devices have the name/)
    assert.match(problem(before, row({ name: 'cellar' })) ?? '', /has a name already/)
    for (const from of ['yesterday', '2026-13-01', '1.5.2026']) {
      assert.match(problem(row({ from })) ?? '', /^From and to must be a day or a moment/, from)
    }
    assert.equal(problem(row({ from: '2026-05-02', to: '2026-05-01' })), 'From must be before to.')
    assert.equal(problem(row({ from: '2026-05-01 12:30', to: '2026-05-01T12:31Z' })), undefined)
  })

  it('leaves out those that are wrong, and says which', () => {
    const { rows, problems } = soundRows([row({}), row({ name: '' }), { source: 's', name: ' shed ' }, 7])
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['kitchen', 'shed'],
    )
    assert.deepEqual(
      problems.map(({ text }) => text),
      ['row 2: The name is missing.', 'row 4: The name is missing.'],
    )
    assert.deepEqual(soundRows(undefined), { rows: [], problems: [] })
  })

  it('are bounded in number', () => {
    const rows = Array.from({ length: mostRows + 1 }, (_, place) => row({ key: place, name: `n${place}` }))
    assert.deepEqual([...rowsProblems(rows).keys()], [mostRows])
  })
})
