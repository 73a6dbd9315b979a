// What is retained at a real broker, through all that a gateway, its broker and Home Assistant may do.
import assert from 'node:assert/strict'
import { HomeAssistantReader, stateOf } from '../lib/announce/homeassistant-reader.ts'
import { Gateway } from '../support/gateway.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { RetainedMap } from '../support/programs/retained-map.ts'
import { portOpened } from '../support/serial-open.ts'

interface FlowNode {
  id: string
  type: string
  devices?: unknown[]
  definition?: { type: string; fields: Array<{ name: string; unit?: string }> }
}

interface Config {
  dev: { name: string; sa: string }
  cmps: Record<string, { uniq_id: string; unit_of_meas: string }>
}

const of = 'fieldlog/test-gateway'
const kitchen = { source: 'tty', type: '', key: '12', name: 'kitchen', place: 'north wall', interval: '' }

describe('the retained state at a real Mosquitto', function () {
  this.timeout(120_000)
  let broker: Mosquitto
  let pty: Pty
  let gateway: Gateway
  let retained: RetainedMap
  let configs: string[] = []

  const start = async (home?: string) => {
    gateway = await Gateway.start({
      ...(home !== undefined && { home }),
      env: {
        FIELDLOG_SERIAL: pty.path,
        FIELDLOG_MQTT: broker.url,
        FIELDLOG_FLUSH_INTERVAL: '0',
        FIELDLOG_HOMEASSISTANT: 'on',
      },
    })
    await portOpened(gateway.child, pty)
  }
  before(async () => {
    broker = await startMosquitto()
    pty = await createPty()
    retained = await RetainedMap.open(broker.url)
    await start()
  })
  after(async () => {
    await (gateway as Gateway | undefined)?.remove()
    await (retained as RetainedMap | undefined)?.close()
    await (pty as Pty | undefined)?.close()
    await (broker as Mosquitto | undefined)?.remove()
  })

  const send = async (temperature = 182) => {
    const low = temperature & 255
    await pty.write(`OK 12 1 118 ${low} ${temperature >> 8}\r\n`)
  }
  const topicsOf = (device: string) => [`${of}/availability/${device}`, `${of}/latest/room/${device}`]
  const discovery = () => [...retained.topics.keys()].filter((topic) => topic.startsWith('homeassistant/'))
  const exactly = (device: string) => retained.untilExactly([`${of}/status`, ...topicsOf(device), ...configs])
  const latest = (device: string) => retained.json(`${of}/latest/room/${device}`)
  const config = () => retained.json(configs.find((topic) => !isGateway(topic))!) as unknown as Config
  const isGateway = (topic: string) => /fieldlog-[a-z0-9]{8}\/config$/.test(topic)

  const at = (path: string) => new URL(path, gateway.url)
  const deploy = async (change: (nodes: FlowNode[]) => void) => {
    const nodes = (await (await fetch(at('flows'))).json()) as FlowNode[]
    change(nodes)
    const answer = await fetch(at('flows'), {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Node-RED-Deployment-Type': 'nodes',
      },
      body: JSON.stringify(nodes),
    })
    assert.equal(answer.status, 204)
  }

  it('is there as soon as a device was heard twice, and Home Assistant takes it', async () => {
    // the first line after the port was opened may be cut
    for (const temperature of [180, 185, 190]) await send(temperature)
    await retained.until(() => discovery().length === 2)
    configs = discovery()
    await exactly('tty-12')
    await retained.until(() => (latest('tty-12').data as { temp: number }).temp === 19)
    const reader = new HomeAssistantReader()
    for (const topic of configs) reader.message(topic, retained.topics.get(topic)!)
    assert.equal(reader.devices.size, 2)
    const device = reader.devices.get(configs.find((topic) => !isGateway(topic))!)!
    const temp = device.entities.get('room_temp')!
    assert.equal(stateOf(temp, retained.topics.get(temp.state_topic)!), 19)
    const states = device.availability.map(({ topic }) => retained.topics.get(topic!))
    assert.deepEqual(states, ['online', 'online'])
  })

  it('is sent again when Home Assistant comes', async () => {
    const before = retained.came.length
    retained.publish('homeassistant/status', 'online')
    await retained.until(({ came }) => configs.every((topic) => came.indexOf(topic, before) !== -1))
    await exactly('tty-12')
  })

  it('moves when a device gets a name; its ids stay', async () => {
    const ids = JSON.stringify(Object.values(config().cmps).map(({ uniq_id: id }) => id))
    await deploy((nodes) => {
      for (const node of nodes) if (node.type === 'fieldlog-devices') node.devices = [kitchen]
    })
    await exactly('kitchen')
    await retained.until(() => config().dev.name === 'kitchen')
    assert.equal(config().dev.sa, 'north wall')
    assert.equal(latest('kitchen').device, 'kitchen')
    assert.equal(JSON.stringify(Object.values(config().cmps).map(({ uniq_id: id }) => id)), ids)
  })

  it('changes with a format', async () => {
    await deploy((nodes) => {
      const format = nodes.find(({ definition }) => definition?.type === 'room')
      format!.definition!.fields.find(({ name }) => name === 'temp')!.unit = 'K'
    })
    await retained.until(() => config().cmps.room_temp?.unit_of_meas === 'K')
    await exactly('kitchen')
  })

  it('is taken back of a device that is forgotten, and comes again with its next reading', async () => {
    const [{ id }] = (await (await fetch(at('fieldlog/mqtt'))).json()) as [{ id: string }]
    const forget = () =>
      fetch(at(`fieldlog/mqtt/${id}/forget/kitchen`), {
        method: 'POST',
      })
    assert.deepEqual(await (await forget()).json(), { forgotten: true })
    await retained.untilExactly([`${of}/status`, ...configs.filter(isGateway)])
    assert.deepEqual(await (await forget()).json(), { forgotten: false })
    await send(200)
    await exactly('kitchen')
  })

  it('is there again when the broker has lost everything', async () => {
    await broker.stop()
    await broker.start()
    await exactly('kitchen')
    assert.equal((latest('kitchen').data as { temp: number }).temp, 20)
  })

  it('is the same after the gateway was killed, and goes on from there', async () => {
    await gateway.stop('SIGKILL')
    await retained.until(({ topics }) => topics.get(`${of}/status`) === 'offline')
    await exactly('kitchen')
    await start(gateway.home)
    await retained.until(({ topics }) => topics.get(`${of}/status`) === 'online')
    // the first line after the port was opened may be cut
    for (const temperature of [205, 210]) await send(temperature)
    await retained.until(() => (latest('kitchen').data as { temp: number }).temp === 21)
    await exactly('kitchen')
  })

  it('stays when the gateway is stopped, and is given to an empty broker by the next one', async () => {
    const { status } = await gateway.stop()
    assert.equal(status, 0)
    await retained.until(({ topics }) => topics.get(`${of}/status`) === 'offline')
    await exactly('kitchen')
    await broker.stop('SIGKILL')
    await broker.start()
    await start(gateway.home)
    await exactly('kitchen')
    assert.equal((latest('kitchen').data as { temp: number }).temp, 21)
    assert.equal(retained.topics.get(`${of}/status`), 'online')
  })

  it('goes when it is switched off', async () => {
    await deploy((nodes) => {
      for (const node of nodes)
        if (node.type === 'fieldlog-mqtt-out') Object.assign(node, { latest: 'off', homeassistant: 'off' })
    })
    await retained.untilExactly([`${of}/status`])
  })
})
