import assert from 'node:assert/strict'
import { compileNames, type DeviceRow, noNames } from '../../../lib/devices/names.ts'

function row(rest: Partial<DeviceRow>): DeviceRow {
  return { source: '', type: '', key: '', name: 'n', place: '', interval: '', ...rest }
}

describe('names of devices', () => {
  it('stand for source and key, where there is none', () => {
    assert.equal(noNames.deviceOf('ttyUSB0', 'room', '12'), 'ttyUSB0-12')
    assert.equal(noNames.deviceOf('ttyUSB0', 'room', undefined), 'ttyUSB0')
    assert.equal(noNames.deviceOf('ttyUSB0', 'room', ''), 'ttyUSB0')
    assert.equal(noNames.deviceOf('ttyUSB0', 'blip', '3.7'), 'ttyUSB0-3.7')
    // its second field is missing
    assert.equal(noNames.deviceOf('ttyUSB0', 'blip', '3.'), 'ttyUSB0-3')
    assert.equal(noNames.deviceOf('ttyUSB0', 'blip', '.7'), 'ttyUSB0-.7')
  })

  it('are those of the first row that fits source, type and key', () => {
    const names = compileNames([
      row({ source: 'ttyUSB0', type: 'room', key: '12', name: 'kitchen' }),
      row({ source: 'ttyUSB*', key: '12', name: 'any twelve' }),
      row({ source: 'meter', name: 'meter in the cellar' }),
      row({ key: '7', name: 'seven' }),
    ])
    assert.equal(names.deviceOf('ttyUSB0', 'room', '12'), 'kitchen')
    assert.equal(names.deviceOf('ttyUSB0', 'power', '12'), 'any twelve')
    assert.equal(names.deviceOf('ttyUSB1', 'room', '12'), 'any twelve')
    assert.equal(names.deviceOf('ttyACM0', 'room', '12'), 'ttyACM0-12')
    assert.equal(names.deviceOf('meter', 'energy', undefined), 'meter in the cellar')
    assert.equal(names.deviceOf('meter', 'energy', '1'), 'meter-1')
    assert.equal(names.deviceOf('x', 'y', '7'), 'seven')
    // the second time from memory
    assert.equal(names.deviceOf('ttyUSB0', 'room', '12'), 'kitchen')
    assert.equal(names.find('ttyUSB0', 'room', '12')?.name, 'kitchen')
    assert.equal(names.find('ttyUSB0', 'room', '13'), undefined)
  })

  it('hold from a time to a time: a device that moved keeps its old readings where it was', () => {
    const moved = Date.UTC(2026, 4, 1)
    const names = compileNames([
      row({ source: 'tty', key: '12', name: 'kitchen', place: 'north', to: '2026-05-01' }),
      row({ source: 'tty', key: '12', name: 'cellar', from: '2026-05-01', to: '2026-05-03 12:30' }),
      row({ source: 'tty', key: '12', name: 'attic', from: '2026-05-10' }),
    ])
    const nameAt = (time?: number) => names.deviceOf('tty', 'room', '12', time)
    assert.equal(nameAt(0), 'kitchen')
    assert.equal(nameAt(moved - 1), 'kitchen')
    assert.equal(nameAt(moved), 'cellar')
    assert.equal(nameAt(Date.UTC(2026, 4, 3, 12, 29, 59, 999)), 'cellar')
    assert.equal(nameAt(Date.UTC(2026, 4, 3, 12, 30)), 'tty-12')
    assert.equal(nameAt(Date.UTC(2026, 4, 10)), 'attic')
    // today
    assert.equal(nameAt(), 'attic')
    assert.deepEqual(
      names.periodsOf('tty', 'room', '12').map(({ from, to, row }) => [from, to, row?.name]),
      [
        [Number.NEGATIVE_INFINITY, moved, 'kitchen'],
        [moved, Date.UTC(2026, 4, 3, 12, 30), 'cellar'],
        [Date.UTC(2026, 4, 3, 12, 30), Date.UTC(2026, 4, 10), undefined],
        [Date.UTC(2026, 4, 10), Number.POSITIVE_INFINITY, 'attic'],
      ],
    )
  })

  it('do not hold where a time is none', () => {
    const names = compileNames([row({ source: 'tty', name: 'half written', from: '2026-0' })])
    assert.equal(names.deviceOf('tty', 'room', undefined), 'tty')
  })

  it('are found for any number of devices', () => {
    for (let i = 0; i < 25_000; i++) {
      assert.equal(noNames.deviceOf('s', 't', String(i)), `s-${i}`)
    }
    assert.equal(noNames.deviceOf('s', 't', '0'), 's-0')
  })
})
