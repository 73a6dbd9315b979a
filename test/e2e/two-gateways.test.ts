// Two machines with the same flow and the same host name, as two Raspberry Pis have them, at one broker.
import assert from 'node:assert/strict'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'

describe('two gateways with one name', function () {
  this.timeout(150_000)
  let broker: Mosquitto
  let collector: Collector
  const gateways: Gateway[] = []

  beforeEach(async () => {
    broker = await startMosquitto()
    collector = await Collector.open(broker.url, 'fieldlog/raspberrypi/#')
  })
  afterEach(async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.remove()))
    await collector.close()
    await broker.remove()
  })

  it('do not throw each other out: each has a client id of its own, and the same one after a restart', async () => {
    const start = async (home?: string) => {
      const env = { FIELDLOG_GATEWAY: 'raspberrypi', FIELDLOG_MQTT: broker.url }
      const gateway = await Gateway.start({ env, ...(home !== undefined && { home }) })
      gateways.push(gateway)
      return gateway
    }
    const first = await start()
    await collector.until(() => epochs().length >= 1, 30_000)
    await start()
    await collector.until(() => epochs().length >= 2, 30_000)
    // both go on publishing once both are there
    const [one, other] = epochs()
    const before = new Map([one, other].map((epoch) => [epoch, published(epoch!)]))
    await collector.until(
      () => [one, other].every((epoch) => published(epoch!) >= before.get(epoch)! + 5),
      30_000,
    )
    assert.equal(logins().length, 2)
    assert.equal(new Set(logins()).size, 2)
    assert.doesNotMatch(broker.output, /already connected/)

    await first.stop()
    await start(first.home)
    await collector.until(() => epochs().length >= 3, 30_000)
    assert.equal(logins().length, 3)
    assert.equal(logins()[2], logins()[0])
  })

  /** The random part of the events' ids: each start of a journal has its own. */
  const epochs = () => [...new Set(collector.ids().map((id) => id.split('-')[0]))]
  const published = (epoch: string) => collector.ids().filter((id) => id.startsWith(epoch)).length
  /** Client ids of gateways that connected, in order. */
  const logins = () =>
    [...broker.output.matchAll(/New client connected from \S+ as (raspberrypi-[0-9a-f]{6}-fieldlog) /g)].map(
      ([, clientId]) => clientId,
    )
})
