// The appliance with its tab for time events: the demo boot at a real broker, off by default.
import assert from 'node:assert/strict'
import { fieldlog } from '../lib/cli/helper.ts'
import { ownSocket } from '../lib/time-events/helper.ts'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

interface Published {
  id: string
  eventId: string
  key: string
  data: Record<string, unknown>
  verdict?: string
  reasons?: string[]
}

const parsed = ({ payload }: { payload: string }) => JSON.parse(payload) as Published

for (const nodeRed of usualNodeReds) {
  describe(`time events (${nodeRed})`, function () {
    this.timeout(150_000)
    let broker: Mosquitto
    let gateway: Gateway | undefined
    let collector: Collector

    beforeEach(async () => {
      broker = await startMosquitto()
      collector = await Collector.open(broker.url, 'fieldlog/#')
    })
    afterEach(async () => {
      await gateway?.remove()
      await collector.close()
      await broker.remove()
    })

    const spans = (verdict: string) => collector.on(`fieldlog/test-gateway/${verdict}/span/`).map(parsed)
    const events = () => collector.on('fieldlog/test-gateway/event/').map(parsed)

    it('of a boot are published, and the spans of them, of which the slow lease is bad', async () => {
      const socket = ownSocket()
      const env = {
        FIELDLOG_MQTT: broker.url,
        FIELDLOG_EVENTS: `socket:${socket}`,
        FIELDLOG_EVENTS_LOG: 'info',
      }
      gateway = await Gateway.start({ nodeRed, env })
      const transport = `socket:${socket}`
      const sent = await fieldlog(['send-demo', '--transport', transport])
      assert.deepEqual([sent.status, sent.stderr], [0, ''])
      assert.match(sent.stdout, /^40 events sent in 6\.\d s by socket:@/)
      await collector.until(
        () => events().length >= 40 && spans('good').length + spans('bad').length >= 12,
        30_000,
      )

      assert.deepEqual([events().length, new Set(events().map(({ id }) => id)).size], [40, 40])
      const topic = 'fieldlog/test-gateway/event/DHCP4_CLIENT/dhcpcd'
      const [start] = collector.on(topic).map(parsed)
      const { time, msec, ...data } = start!.data
      assert.deepEqual(data, {
        ...{ cat: 'DHCP4_CLIENT', source: 'dhcpcd', pid: 618, subject: 'eth0', seq: 'START' },
        ...{ transport: 'socket', known: true },
      })
      assert.ok(Number(msec) > 0 && Math.abs(Date.now() - Number(time)) < 120_000)

      const bad = spans('bad')
      assert.deepEqual(
        bad.map(({ key, verdict, reasons }) => ({ key, verdict, reasons })),
        [
          {
            key: 'DHCP4_CLIENT.eth0',
            verdict: 'bad',
            reasons: ['lease within 3 s: duration: found 3400, expected at most 3000'],
          },
        ],
      )
      assert.equal(bad[0]!.data.outcome, 'done')
      assert.deepEqual(
        (bad[0]!.data.steps as Array<{ step: string }>).map(({ step }) => step),
        ['DISCOVER', 'DISCOVER', 'DISCOVER', 'OFFER', 'REQUEST'],
      )
      assert.equal(bad[0]!.id, `${start!.id}-span`)
      assert.deepEqual(
        spans('good')
          .map(({ key, data }) => `${key} ${data.outcome} ${data.duration}`)
          .sort(),
        [
          'BOOT.system done 6000',
          'CONTROLLER.ssl:controller.example done 520',
          'DHCP4_CLIENT.wlan0 done 700',
          'DHCP4_SERVER.br-home done 80',
          'DHCP6_CLIENT.eth0 done 1200',
          'GRE_LINK.gre-home done 80',
          'MANAGER.cm done 320',
          'MANAGER.nm done 250',
          'MANAGER.wm done 260',
          'REDIRECTOR.ssl:redirector.example done 220',
          'UTC_TIME.clock done 700',
        ],
      )
      await gateway.line(/ dhcpcd\[618\] \[[\d:.d,]+\] DHCP4_CLIENT: eth0: \[START\] $/)
    })

    it('are not taken by default, and a flow that is there stays as it is', async () => {
      const socket = ownSocket()
      gateway = await Gateway.start({ nodeRed, env: { FIELDLOG_MQTT: broker.url } })
      await gateway.stop()
      const { home } = gateway
      const env = { FIELDLOG_MQTT: broker.url, FIELDLOG_EVENTS: `socket:${socket}` }
      const again = await Gateway.start({ nodeRed, home, env })
      try {
        await again.line(
          /^fieldlog: FIELDLOG_EVENTS: your flow stays as it is; for time events import time-events/,
        )
        const { status, stderr } = await fieldlog(['send', '--transport', `socket:${socket}`])
        assert.equal(status, 1)
        assert.match(stderr, /^fieldlog send: nobody took the event/)
      } finally {
        await again.remove()
      }
    })

    it('end a start whose variable makes no sense, with one line', async () => {
      gateway = Gateway.spawn({ nodeRed, env: { FIELDLOG_EVENTS: 'queue socket' } })
      assert.equal((await gateway.ended).status, 1)
      assert.deepEqual(gateway.lines, [
        'fieldlog: FIELDLOG_EVENTS is "queue socket": give off, or some of queue, socket and udp:5150 with commas ' +
          'between them (also queue:/name, socket:@name, socket:/path, udp:address:port)',
      ])
    })
  })
}
