// In the browser: how events wait for the broker is set at one mqtt out node, holds for all of its broker, and is used.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

interface BrowserRed {
  nodes: { node(id: string): Record<string, string> | null }
}

for (const nodeRed of usualNodeReds) {
  describe(`outages set in the panel (${nodeRed})`, function () {
    this.timeout(240_000)
    let broker: Mosquitto
    let pty: Pty
    let gateway: Gateway
    let collector: Collector
    let editor: Editor
    let page: Page

    before(async () => {
      broker = await startMosquitto({ lines: ['persistence true'] })
      pty = await createPty()
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url, FIELDLOG_FLUSH_INTERVAL: '0' },
      })
      collector = await Collector.open(broker.url, ['late/#', 'fieldlog/#'], {
        clean: false,
        clientId: 'all',
      })
      await portOpened(gateway.child, pty)
      editor = await Editor.open(gateway.url, { colorScheme: 'dark' })
      page = editor.page
    })
    after(async () => {
      // where the start failed, what did start must end all the same
      await (editor as Editor | undefined)?.close()
      await (collector as Collector | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      await (pty as Pty | undefined)?.close()
      await (broker as Mosquitto | undefined)?.remove()
    })

    it('are told what is wrong at the field, and hold for all nodes of the broker', async () => {
      await editor.edit('fieldlog-mqtt-out', 'good')
      const pace = page.locator('#node-input-pace')
      assert.equal(await pace.isVisible(), false, 'strict order knows no pace')
      await page.locator('#node-input-order').selectOption('live-first')
      await pace.fill('-1')
      await page.getByText(/^Events.s is -1: give a|is -1: give a/).waitFor()
      await pace.fill('200')
      await page.locator('#fieldlog-mqtt-out-pace-problem').waitFor({ state: 'hidden' })
      await page.locator('#node-input-lateTopic').fill('late/{kind}')
      await page.getByText('{kind} is not known: use').waitFor()
      await page.locator('#node-input-lateTopic').fill('late/{type}')
      await page.locator('#fieldlog-mqtt-out-lateTopic-problem').waitFor({ state: 'hidden' })
      await editor.done()
      await editor.deploy()
      const flow = JSON.parse(readFileSync(join(gateway.home, 'flows.json'), 'utf8')) as MqttOut[]
      const outs = flow.filter(({ type }) => type === 'fieldlog-mqtt-out')
      assert.deepEqual(
        outs.map(({ name, order, pace, lateTopic }) => [name, order, String(pace), lateTopic]),
        [
          ['good', 'live-first', '200', 'late/{type}'],
          ['bad', 'live-first', '200', ''],
          ['rejected', 'live-first', '200', ''],
        ],
      )
      assert.deepEqual(editor.problems, [])
    })

    it('need no broker chosen at a new node where there is one alone; the journal has its log node', async () => {
      const chosen: Array<string | undefined> = []
      for (const [type, property] of [
        ['fieldlog-mqtt-out', 'broker'],
        ['fieldlog-serial-in', 'port'],
        ['fieldlog-log', 'journal'],
      ] as const) {
        const id = await editor.drag(type, 600, 420)
        chosen.push(await page.evaluate(configName, [id, property] as const))
        await page.keyboard.press('Delete')
      }
      assert.deepEqual(chosen, ['mqtt-broker', 'fieldlog-port', undefined])
    })

    it('are used: what waited comes on its late topic, new events on theirs', async () => {
      await pty.write('OK 3 1 0 0 0\r\n')
      await collector.until(() => pings('fieldlog/').includes(1), 30_000)
      await broker.stop()
      await page.getByText('connection lost').first().waitFor()
      await pty.write('OK 3 2 0 0 0\r\nOK 3 3 0 0 0\r\n')
      await page.getByText('waiting 2').first().waitFor()
      await broker.start()
      await collector.until(() => pings('late/').length === 2, 60_000)
      // as soon as the broker has answered: until then events wait behind the others
      let last = 3
      while (pings('fieldlog/').length === 1) {
        await pty.write(`OK 3 ${++last} 0 0 0\r\n`)
        await collector.until(() => pings('').includes(last), 30_000)
      }
      assert.deepEqual(
        [pings('late/').slice(0, 2), pings('fieldlog/')],
        [
          [2, 3],
          [1, last],
        ],
      )
      assert.deepEqual(
        pings(''),
        Array.from({ length: last }, (_, n) => n + 1),
      )
    })

    interface MqttOut {
      type: string
      name: string
      order: string
      pace: number | string
      lateTopic: string
    }

    /** The type of the config node that a node's property names. */
    function configName([id, property]: readonly [string, string]): string | undefined {
      const { RED } = globalThis as unknown as { RED: BrowserRed }
      return RED.nodes.node(RED.nodes.node(id)?.[property] ?? '')?.type
    }

    /** The counts of the radioblip packets on these topics; one may come twice, when the broker stopped on it. */
    function pings(topic: string): number[] {
      const all = collector
        .on(topic)
        .filter((message) => message.topic.includes('radioblip'))
        .map(({ payload }) => (JSON.parse(payload) as { data: { ping: number } }).data.ping)
      return [...new Set(all)]
    }
  })
}
