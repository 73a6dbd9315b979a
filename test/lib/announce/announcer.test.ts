import assert from 'node:assert/strict'
import { expireAfter } from '../../../lib/announce/expiry.ts'
import { settle } from '../../support/fake-clock.ts'
import { fc } from '../../support/random.ts'
import { HomeAssistantReader } from './homeassistant-reader.ts'
import { start, viewOf, World } from './support.ts'

const latest = 'fieldlog/pi-4/latest/room/usb-12'
const gatewayTopic = 'homeassistant/device/fieldlog-abcd1234/config'
const minute = 60_000
/** ms between two announcements that are made */
const oneMade = 100

describe('the announcer', () => {
  let world: World
  beforeEach(() => {
    world = new World()
  })

  /** Two readings: a device without a name is one from its second on. */
  const hear = async (key = '12') => {
    world.take({ key })
    await world.clock.advance(100)
    world.take({ key })
    await world.settled()
  }
  const config = (name: string) =>
    world.topics('homeassistant/').find((topic) => JSON.parse(world.broker.get(topic)!).dev.name === name)

  it('retains the newest reading, the availability and the announcement of a device', async () => {
    await world.start()
    await hear()
    assert.deepEqual(world.topics('fieldlog/'), ['fieldlog/pi-4/availability/usb-12', latest])
    assert.equal(world.broker.get('fieldlog/pi-4/availability/usb-12'), 'online')
    assert.deepEqual(world.json(latest).data, { temp: 18.2 })
    assert.equal(world.json(latest).verdict, 'good')
    const reader = new HomeAssistantReader()
    for (const topic of world.topics('homeassistant/')) reader.message(topic, world.broker.get(topic)!)
    assert.deepEqual([...reader.devices.values()].map(({ device }) => device.name).sort(), ['pi-4', 'usb-12'])
  })

  it('says nothing of a key that was heard once, unless the user has named it', async () => {
    await world.start(viewOf([{ source: 'usb', key: '7', name: 'attic' }]))
    world.take({ key: '12' })
    world.take({ key: '7' })
    await world.settled()
    assert.deepEqual(world.topics('latest'), ['fieldlog/pi-4/latest/room/attic'])
  })

  it('never puts an older reading in the place of a newer one, over restarts and kills, too', async () => {
    await world.start()
    await hear()
    const newest = world.json(latest).time
    for (const end of ['stop', 'kill'] as const) {
      world.take({ time: start - minute, received: start - minute, replayed: true, data: { temp: 0 } })
      await world.settled()
      assert.equal(world.json(latest).time, newest)
      await world[end]()
      await world.start()
      await world.settled()
    }
    assert.deepEqual(world.json(latest).data, { temp: 18.2 })
  })

  it('moves what was said when a device gets a name, another one, a place, or none', async () => {
    await world.start()
    await hear()
    const topic = config('usb-12')
    const id = Object.keys(JSON.parse(world.broker.get(topic!)!).cmps)
    world.set(viewOf([{ source: 'usb', key: '12', name: 'kitchen', place: 'north wall' }]))
    await world.settled()
    assert.deepEqual(world.topics('fieldlog/'), [
      'fieldlog/pi-4/availability/kitchen',
      'fieldlog/pi-4/latest/room/kitchen',
    ])
    assert.equal(world.json('fieldlog/pi-4/latest/room/kitchen').device, 'kitchen')
    assert.equal(config('kitchen'), topic)
    const { dev, cmps } = JSON.parse(world.broker.get(topic!)!)
    assert.equal(dev.sa, 'north wall')
    assert.deepEqual(Object.keys(cmps), id)
    world.set()
    await world.settled()
    assert.deepEqual(world.topics('latest'), [latest])
    assert.equal(config('usb-12'), topic)
  })

  it('has a device that had another name before in one place, whichever reading comes first', async () => {
    const rows = [
      { source: 'usb', key: '12', name: 'kitchen', to: '2026-11-01' },
      { source: 'usb', key: '12', name: 'attic', from: '2026-11-01' },
    ]
    const old = Date.parse('2026-10-01T00:00:00Z')
    const hearOld = async () => {
      world.take({ time: old, received: old, replayed: true, device: 'kitchen' })
      await world.settled()
    }
    const attic = ['fieldlog/pi-4/availability/attic', 'fieldlog/pi-4/latest/room/attic']
    await world.start(viewOf(rows))
    await hearOld()
    world.take()
    await world.settled()
    assert.deepEqual(world.topics('fieldlog/'), attic)
    await hearOld()
    assert.deepEqual(world.topics('fieldlog/'), attic)
  })

  it('leaves a span with the one that it names, at a deploy, too', async () => {
    const take = async () => {
      const id = `e-${world.clock.wall()}-span`
      world.take({ id, type: 'span', source: 'telog', key: 'boot.mount', device: 'init' })
      await world.settled()
    }
    await world.start()
    await take()
    await take()
    assert.deepEqual(world.topics('latest'), ['fieldlog/pi-4/latest/span/init'])
    world.set()
    await take()
    assert.deepEqual(world.topics('latest'), ['fieldlog/pi-4/latest/span/init'])
  })

  it('says nothing of a device whose name no topic could hold', async () => {
    await world.start(viewOf())
    for (const key of ['k'.repeat(70_000), 'k'.repeat(1_000)]) await hear(key)
    assert.deepEqual(world.topics('latest'), [])
    await hear('k'.repeat(900))
    assert.equal(world.topics('latest').length, 1)
  })

  it('keeps the ids where the gateway, or the port of a device with a name, has another name', async () => {
    const rows = [{ source: '*', key: '12', name: 'kitchen' }]
    await world.start(viewOf(rows))
    await hear()
    const ids = () => world.topics('homeassistant/')
    const before = ids()
    world.take({ source: 'attic' })
    await world.settled()
    assert.deepEqual(ids(), before)
    world.set({ ...viewOf(rows), gateway: 'roof' })
    await world.settled()
    assert.deepEqual(ids(), before)
    assert.deepEqual(world.topics('fieldlog/'), [
      'fieldlog/roof/availability/kitchen',
      'fieldlog/roof/latest/room/kitchen',
    ])
    // the session is that of another node's gateway, and says how both are
    for (const id of before) assert.match(world.broker.get(id)!, /"fieldlog\/pi-4\/status"/)
  })

  it('says that a device is silent, and what it says of expiry follows its interval in coarse steps', async () => {
    await world.start()
    await hear()
    const state = { device: 'usb-12', isSilent: false, quiet: 90 }
    world.announcer.look([state])
    await world.settled()
    const expiry = () => JSON.parse(world.broker.get(config('usb-12')!)!).cmps.room_temp.exp_aft
    assert.equal(expiry(), expireAfter(90, undefined))
    world.sent = []
    world.announcer.look([{ ...state, quiet: 100 }])
    await world.settled()
    assert.deepEqual(world.sent, [])
    world.announcer.look([{ ...state, isSilent: true }])
    await world.settled()
    assert.equal(world.broker.get('fieldlog/pi-4/availability/usb-12'), 'silent')
    assert.deepEqual(world.sent, ['fieldlog/pi-4/availability/usb-12'])
  })

  it('says of a silent device nothing else after a restart, until the watch knows it again', async () => {
    await world.start()
    await hear()
    world.announcer.look([{ device: 'usb-12', isSilent: true, quiet: 90 }])
    await world.settled()
    const topic = 'fieldlog/pi-4/availability/usb-12'
    for (const end of [() => world.stop(), async () => world.kill()]) {
      await end()
      world.sent = []
      await world.start()
      world.announcer.look([])
      await world.settled()
      assert.equal(world.broker.get(topic), 'silent')
      assert(!world.sent.includes(topic))
    }
    world.announcer.look([{ device: 'usb-12', isSilent: false, quiet: 90 }])
    await world.settled()
    assert.equal(world.broker.get(topic), 'online')
  })

  it('says at a broker that was emptied whether a device is heard, once the watch knows it or it is heard', async () => {
    const topic = 'fieldlog/pi-4/availability/usb-12'
    const look = (isSilent: boolean) => world.announcer.look([{ device: 'usb-12', isSilent, quiet: 90 }])
    const comings = [
      { come: async () => look(true), says: 'silent' },
      { come: async () => look(false), says: 'online' },
      { come: hear, says: 'online' },
    ]
    await world.start()
    await hear()
    for (const { come, says } of comings) {
      await world.stop()
      world.broker.clear()
      await world.start()
      world.announcer.look([])
      await world.settled()
      assert.equal(world.broker.get(topic), undefined)
      assert.ok(world.broker.has(config('usb-12')!))
      await come()
      await world.settled()
      assert.equal(world.broker.get(topic), says)
    }
  })

  it('announces the same expiry after a restart: Home Assistant would set up each value anew', async () => {
    await world.start()
    await hear()
    world.announcer.look([{ device: 'usb-12', isSilent: false, quiet: 90 }])
    await world.settled()
    const topic = config('usb-12')!
    const before = world.broker.get(topic)!
    assert.match(before, /"exp_aft":120/)
    await world.stop()
    world.broker.delete(topic)
    await world.start()
    await world.settled()
    assert.equal(world.broker.get(topic), before)
  })

  it('takes a field back that a format has no more, also over a restart', async () => {
    await world.start()
    await hear()
    await world.stop()
    const [room] = viewOf().formats
    const formats = [{ ...room!, fields: room!.fields.filter(({ name }) => name !== 'humi') }]
    await world.start({ formats })
    await world.settled()
    const { cmps } = JSON.parse(world.broker.get(config('usb-12')!)!)
    assert.deepEqual(cmps.room_humi, { p: 'sensor' })
    assert.equal(cmps.room_temp.p, 'sensor')
  })

  it('takes back what has no format, what was forgotten, and everything when it is switched off', async () => {
    await world.start()
    await hear('12')
    await hear('13')
    world.set({ formats: [] })
    await world.settled()
    assert.deepEqual(world.topics('homeassistant/'), [gatewayTopic])
    world.set()
    await world.settled()
    assert.equal(world.announcer.forget('usb-13'), true)
    assert.equal(world.announcer.forget('usb-13'), false)
    await world.settled()
    assert.deepEqual(world.topics('usb-13'), [])
    assert.equal(world.topics('homeassistant/').length, 2)
    world.set({ homeAssistant: undefined })
    await world.settled()
    assert.deepEqual(world.topics('homeassistant/'), [])
    world.set({ isOn: false, isWatching: false, homeAssistant: undefined })
    await world.settled()
    assert.deepEqual(world.topics(), [])
  })

  it('takes back after a restart what was switched off meanwhile', async () => {
    await world.start()
    await hear()
    world.kill()
    await world.start({ isOn: false, isWatching: false, homeAssistant: undefined })
    await world.settled()
    assert.deepEqual(world.topics(), [])
  })

  it('announces the types that were chosen', async () => {
    await world.start({ homeAssistant: { prefix: 'ha', types: new Set(['meter']) } })
    await hear()
    assert.deepEqual(world.topics('ha/'), ['ha/device/fieldlog-abcd1234/config'])
  })

  it('answers Home Assistant after a pause, once, with the announcements alone', async () => {
    await world.start()
    await hear()
    world.sent = []
    world.publish('homeassistant/status', 'offline')
    world.publish('homeassistant/status', 'online')
    world.publish('homeassistant/status', 'online')
    await world.clock.advance(4_900)
    assert.deepEqual(world.sent, [])
    await world.clock.advance(200)
    await world.settled()
    assert.deepEqual(world.sent.sort(), world.topics('homeassistant/'))
  })

  it('forgets after a month what has no name', async () => {
    await world.start(viewOf([{ source: 'usb', key: '7', name: 'attic' }]))
    await hear('12')
    await hear('7')
    // the clock of a machine that was off for long is set: nothing has got old by that
    world.clock.step(31 * 86_400_000)
    world.announcer.look([])
    await world.settled()
    assert.equal(world.topics('latest').length, 2)
    world.clock.tick(31 * 86_400_000)
    world.announcer.look([])
    await world.settled()
    assert.deepEqual(world.topics('latest'), ['fieldlog/pi-4/latest/room/attic'])
  })

  it('forgets at the next start what was not heard for a month until then', async () => {
    await world.start()
    await hear('12')
    await world.stop()
    world.clock.step(31 * 86_400_000)
    await world.start()
    world.announcer.look([])
    await world.settled()
    assert.deepEqual(world.topics('latest'), [])
  })

  it('ends for good where it is closed while it opens, and keeps what the file had', async () => {
    await world.start()
    await hear()
    await world.stop()
    const { timers } = world.clock
    world.build()
    const opening = world.announcer.open()
    world.set()
    await world.stop()
    await opening
    await settle()
    assert.equal(world.clock.timers, timers)
    await world.start()
    await world.settled()
    assert.deepEqual(world.json(latest).data, { temp: 18.2 })
  })

  it('makes readings and availability of many devices not wait for their announcements, nor what goes', async () => {
    await world.start()
    await hear('1')
    const keys = Array.from({ length: 100 }, (_, i) => String(i + 2))
    for (const key of [...keys, ...keys]) world.take({ key })
    // worked out, and sent at the rate of messages; two out of three announcements are still to be made
    await world.clock.advance(1_000)
    world.announcer.forget('usb-1')
    for (let i = 0; i < 60; i++) await world.clock.advance(50)
    assert.equal(world.topics('latest').length, 100)
    assert.equal(world.topics('availability').length, 100)
    assert(!world.topics('latest').includes('fieldlog/pi-4/latest/room/usb-1'))
    assert.equal(world.topics('homeassistant/').length, 2)
    await world.clock.advance(oneMade * keys.length)
    await world.settled()
    await world.settled()
    assert.equal(world.topics('homeassistant/').length, 101)
  })

  it('keeps a thousand at most, and lets those go that have no name', async () => {
    await world.start()
    for (let key = 1; key <= 1_010; key++) {
      world.take({ key: String(key) })
      world.take({ key: String(key), received: start + key, time: start + key })
    }
    for (let i = 0; i < 40; i++) await world.settled()
    assert.equal(world.topics('latest').length, 1_000)
    assert(world.topics('latest').includes('fieldlog/pi-4/latest/room/usb-1010'))
    assert(!world.topics('latest').includes('fieldlog/pi-4/latest/room/usb-1'))
  })

  it('does not remember while the broker is away what came and went meanwhile', async () => {
    await world.start()
    world.retained.end()
    for (let batch = 0; batch < 3; batch++) {
      for (let key = 1; key <= 1_000; key++) {
        world.take({ key: `${batch}-${key}` })
        world.take({ key: `${batch}-${key}`, received: start + key, time: start + key })
      }
      await world.clock.advance(oneMade * 1_000)
      await world.settled()
    }
    // of each the latest value, the availability and the announcement
    assert.equal(world.retained.waiting, 3_000)
    const file = String(world.disk.peek('outbox/.announced'))
    assert.equal(file.match(/"the latest values"/g)?.length, 1_000)
  })

  it('writes new topics down a second at a time, and each before it is published, also when it is killed', async () => {
    await world.start()
    let writes = 0
    const { disk } = world
    const rename = disk.rename.bind(disk)
    disk.rename = (from, to) => {
      if (to === 'outbox/.announced') writes++
      return rename(from, to)
    }
    for (let key = 1; key <= 50; key++) {
      world.take({ key: String(key) })
      world.take({ key: String(key), received: start + key, time: start + key })
      for (let i = 0; i < 2; i++) {
        await world.clock.advance(20)
        await settle(6)
        const file = String(disk.peek('outbox/.announced') ?? '')
        for (const topic of world.topics()) assert.ok(file.includes(`"${topic}"`), topic)
      }
    }
    // two seconds have passed
    assert.ok(writes >= 2 && writes <= 4, `${writes} writes`)
    assert.ok(world.topics('latest').length > 0)
    world.kill()
    await world.start({ isOn: false, homeAssistant: undefined })
    await world.settled()
    assert.deepEqual(world.topics(), [])
  })

  it('is published all the same where the file cannot be written, which is said once', async () => {
    await world.start()
    world.disk.quota = 0
    await hear()
    assert.equal(world.topics('latest').length, 1)
    assert.equal(world.warnings.length, 1)
    assert.match(world.warnings[0]!, /cannot be written/)
  })

  it('has at the broker what it should, whatever happens', async function () {
    this.timeout(120_000)
    const command = fc.oneof(
      fc.record({ kind: fc.constant('hear' as const), key: fc.constantFrom('1', '2', '3') }),
      fc.record({ kind: fc.constant('old' as const), key: fc.constantFrom('1', '2', '3') }),
      fc.record({ kind: fc.constant('name' as const), name: fc.constantFrom('', 'a', 'b') }),
      fc.record({ kind: fc.constant('discover' as const), isOn: fc.boolean() }),
      fc.record({
        kind: fc.constantFrom('stop' as const, 'kill' as const, 'empty' as const, 'connect' as const),
      }),
      fc.record({ kind: fc.constant('forget' as const), key: fc.constantFrom('1', '2', '3') }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 15 }), async (commands) => {
        const own = new World()
        let name = ''
        let discovers = true
        /** by key: the time of the newest reading, and whether this process knows its payload */
        const heard = new Map<string, { time: number; isThere: boolean; isKnown: boolean }>()
        const view = () => ({
          ...viewOf(name === '' ? [] : [{ source: 'usb', key: '1', name }]),
          ...(discovers ? {} : { homeAssistant: undefined }),
        })
        const deviceOf = (key: string) => (key === '1' && name !== '' ? name : `usb-${key}`)
        await own.start(view())
        for (const each of commands) {
          await own.clock.advance(1_000)
          if (each.kind === 'hear') {
            own.take({ key: each.key, source: 'usb' })
            await own.clock.advance(100)
            const { time } = own.take({ key: each.key, source: 'usb' })
            heard.set(each.key, { time, isThere: true, isKnown: true })
          } else if (each.kind === 'old') {
            if (heard.has(each.key)) own.take({ key: each.key, time: start - minute, replayed: true })
          } else if (each.kind === 'name') {
            name = each.name
            own.set(view())
            const known = heard.get('1')
            // its topic is another one, and this process may not know what was on the old one
            if (known && !known.isKnown) known.isThere = false
          } else if (each.kind === 'discover') {
            discovers = each.isOn
            own.set(view())
          } else if (each.kind === 'forget') {
            own.announcer.forget(deviceOf(each.key))
            heard.delete(each.key)
          } else if (each.kind === 'empty') {
            own.broker.clear()
            own.connect()
            for (const known of heard.values()) known.isThere &&= known.isKnown
          } else if (each.kind === 'connect') own.connect()
          else {
            await own[each.kind]()
            if (each.kind === 'kill') for (const known of heard.values()) known.isKnown = false
            await own.start(view())
          }
          await own.settled()
          const there = [...heard].filter(([, { isThere }]) => isThere)
          const latests = there.map(([key]) => `fieldlog/pi-4/latest/room/${deviceOf(key)}`)
          const states = [...heard.keys()].map((key) => `fieldlog/pi-4/availability/${deviceOf(key)}`)
          assert.deepEqual(own.topics('fieldlog/'), [...latests, ...states].sort())
          assert.equal(own.topics('homeassistant/').length, discovers ? 1 + heard.size : 0)
          for (const [key, { time }] of there) {
            const payload = own.json(`fieldlog/pi-4/latest/room/${deviceOf(key)}`)
            assert.deepEqual([payload.time, payload.device, payload.key], [time, deviceOf(key), key])
          }
        }
      }),
      { numRuns: 40 },
    )
  })
})
