import assert from 'node:assert/strict'
import { DeviceIds, type KnownId } from '../../../lib/announce/identity.ts'

describe('the ids of devices', () => {
  const nobody = () => false
  // the port has had another name, so the id cannot be made of the place again
  const moved: KnownId = ['attic', '7', 'fieldlog-abcd1234-first']

  it('are made of where a device is heard, and stay where its port gets another name', () => {
    const ids = new DeviceIds('abcd1234')
    const made = ids.idOf('usb', '7', nobody)
    assert.equal(made, 'fieldlog-abcd1234-cface37c7ad8')
    assert.notEqual(ids.idOf('attic', '8', nobody), made)
    assert.equal(
      ids.idOf('attic', '7', (other) => other === 'usb'),
      made,
    )
    assert.equal(new DeviceIds('abcd1234', ids.known).idOf('attic', '7', nobody), made)
  })

  it('are two thousand at most, and those in use stay whatever else comes', () => {
    const ids = new DeviceIds('abcd1234', [moved])
    for (let i = 0; i < 3_000; i++) {
      ids.idOf('usb', `garbage-${i}`, nobody)
      assert.equal(ids.idOf('attic', '7', nobody), moved[2])
    }
    assert.equal(ids.known.length, 2_000)
  })
})
