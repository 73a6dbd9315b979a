import assert from 'node:assert/strict'
import { Announcements } from '../../../lib/announce/announcements.ts'
import { Readings } from '../../../lib/announce/readings.ts'
import { stateTopics } from '../../../lib/announce/topics.ts'
import type { DeviceState } from '../../../lib/announce/view.ts'
import { noNames } from '../../../lib/devices/names.ts'
import { event, start, viewOf } from './support.ts'

const origin = { name: 'Fieldlog', version: '1.2.3', url: 'https://example.org/fieldlog' }
const own = { status: 'fieldlog/pi-4/status', health: 'fieldlog/pi-4/health' }
const topics = stateTopics('pi-4')

describe('the announcements of many devices', () => {
  const readings = new Readings(noNames, topics.latest)
  for (let i = 0; i < 200; i++)
    readings.take(event({ key: String(i), device: `usb-${i}`, received: start + i }), i)
  const devices = new Map([...readings.all.values()].map((reading) => [reading.device, [reading]]))
  let made: string[] = []
  const present = (states: DeviceState[] = []) => ({
    devices,
    states: new Map(states.map((state) => [state.device, state])),
    topics: {
      ...topics,
      // asked for each type of a device whose message is made
      latest(type: string, device: string) {
        made.push(device)
        return topics.latest(type, device)
      },
    },
  })

  it('are made one at a time, and each of them once', () => {
    const announcements = new Announcements(origin, own, 'abcd1234')
    const view = viewOf()
    made = []
    let steps = 0
    for (const _ of announcements.making(view, present())) assert.equal(made.length, ++steps)
    assert.equal(steps, 200)
    assert.deepEqual([...announcements.making(view, present())], [])
    made = []
    const all = announcements.make(view, present())
    assert.deepEqual([all.length, made.length], [201, 0])
    assert.deepEqual(announcements.make(view, present()), all)
    assert.equal(made.length, 0)
  })

  it('are made again for what changes, and are as if all were made anew', () => {
    const announcements = new Announcements(origin, own, 'abcd1234')
    const view = viewOf()
    announcements.make(view, present())
    made = []
    const changed = present([{ device: 'usb-7', isSilent: false, quiet: 90 }])
    const all = announcements.make(view, changed)
    assert.deepEqual(made, ['usb-7'])
    assert.deepEqual(all, new Announcements(origin, own, 'abcd1234').make(view, changed))
    made = []
    announcements.make({ ...view, formats: [...view.formats] }, changed)
    assert.equal(made.length, 200, 'other flows')
  })
})
