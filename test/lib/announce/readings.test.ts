import assert from 'node:assert/strict'
import { Readings } from '../../../lib/announce/readings.ts'
import { type DeviceRow, noNames } from '../../../lib/devices/names.ts'
import { event, start } from './support.ts'

const topicOf = (type: string, device: string) => `${type}/${device}`

describe('the newest readings', () => {
  it('ask for a name once for each unknown key where there is no room', () => {
    let asked = 0
    const row: DeviceRow = { source: 'usb', type: '', key: '', name: 'n', place: '', interval: '' }
    const names = {
      ...noNames,
      find(_source: string, _type: string, key: string | undefined) {
        asked++
        return key?.startsWith('named') ? row : undefined
      },
    }
    const readings = new Readings(names, topicOf)
    const take = (key: string, at: number) =>
      readings.take(event({ key, device: key, received: start + at, time: start + at }), at)
    for (let i = 0; i < 999; i++) take(`named ${i}`, i)
    asked = 0
    for (let i = 0; i < 5_000; i++) take(`garbage ${i}`, 1_000 + i)
    // one for whether it counts at once, one for whether it may make room
    assert.ok(asked <= 10_000, `${asked} times`)
    assert.equal(readings.all.size, 1_000)
    assert.ok(readings.all.has('room/garbage 4999'))
    assert.ok(readings.all.has('room/named 0'))
  })

  it('let the one go that was heard longest ago, also after a restart', () => {
    const before = new Readings(noNames, topicOf)
    for (let i = 0; i < 1_000; i++) before.take(event({ key: String(i), device: String(i) }), 0)
    before.take(event({ key: '0', device: '0', seq: 2, id: 'e-2', received: start + 1, time: start + 1 }), 1)
    const after = new Readings(noNames, topicOf)
    after.restore([...before.all.values()].reverse())
    for (const readings of [before, after]) {
      for (let i = 1_000; i < 1_999; i++)
        readings.take(event({ key: String(i), device: String(i), received: start + 2, time: start + 2 }), 2)
      assert.ok(readings.all.has('room/0'))
      assert.ok(!readings.all.has('room/1'))
      readings.take(event({ key: 'last', device: 'last', received: start + 3, time: start + 3 }), 3)
      assert.ok(!readings.all.has('room/0'))
    }
  })
})
