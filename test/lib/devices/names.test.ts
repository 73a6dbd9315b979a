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

  it('are found for any number of devices', () => {
    for (let i = 0; i < 25_000; i++) {
      assert.equal(noNames.deviceOf('s', 't', String(i)), `s-${i}`)
    }
    assert.equal(noNames.deviceOf('s', 't', '0'), 's-0')
  })
})
