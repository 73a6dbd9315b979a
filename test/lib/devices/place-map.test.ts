import assert from 'node:assert/strict'
import { PlaceMap } from '../../../lib/devices/place-map.ts'

describe('a map by source, type and key', () => {
  it('finds what was set there, and nothing of other places', () => {
    const map = new PlaceMap<number>()
    map.set('usb', 'room', '1', 1)
    map.set('usb', 'room', '2', 2)
    map.set('usb', 'meter', '1', 3)
    map.set('usb', 'room', '1', 4)
    assert.deepEqual([map.get('usb', 'room', '1'), map.get('usb', 'room', '2'), map.size], [4, 2, 3])
    for (const [source, type, key] of [
      ['usb', 'room', ''],
      ['usb', 'x', '1'],
      ['x', 'room', '1'],
    ] as const) {
      assert.equal(map.get(source, type, key), undefined)
    }
    assert.deepEqual([...map.values()], [4, 2, 3])
  })

  it('forgets one, or all', () => {
    const map = new PlaceMap<number>()
    map.set('usb', 'room', '1', 1)
    map.set('usb', 'room', '2', 2)
    map.delete('usb', 'room', '1')
    map.delete('usb', 'room', '1')
    map.delete('tty', 'room', '2')
    assert.deepEqual([...map.values(), map.size], [2, 1])
    map.delete('usb', 'room', '2')
    assert.equal(map.size, 0)
    map.set('usb', 'room', '2', 2)
    map.clear()
    assert.deepEqual([...map.values(), map.size], [0])
  })
})
