// Devices with names in the browser, at the broker, and when they fall silent: on a pty, with a real broker.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

const nodes = [2, 4, 5, 6, 10, 11, 12, 13, 23, 24]
const names = ['kitchen', 'cellar', 'attic', 'bath', 'garage', 'hall', 'office', 'porch', 'shed', 'study']

interface Published {
  device: string
  key?: string
  data?: Record<string, unknown>
}

for (const nodeRed of usualNodeReds) {
  describe(`devices (${nodeRed})`, function () {
    this.timeout(120_000)
    let broker: Mosquitto
    let pty: Pty
    let gateway: Gateway
    let collector: Collector
    let editor: Editor
    let page: Page

    before(async () => {
      broker = await startMosquitto()
      pty = await createPty()
      collector = await Collector.open(broker.url, 'fieldlog/#')
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url, FIELDLOG_FLUSH_INTERVAL: '0' },
      })
      await portOpened(gateway.child, pty)
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      await (collector as Collector | undefined)?.close()
      await (pty as Pty | undefined)?.close()
      await (broker as Mosquitto | undefined)?.remove()
    })

    const sendAll = () => pty.write(nodes.map((node) => `OK ${node} 1 118 182 0\r\n`).join(''))
    const rooms = () => collector.on('fieldlog/test-gateway/good/room/')

    it('are told apart at the broker by the flow that ships', async () => {
      await sendAll()
      await collector.until(() => rooms().length === nodes.length)
      assert.deepEqual(
        rooms().map(({ topic }) => topic),
        nodes.map((node) => `fieldlog/test-gateway/good/room/tty-${node}`),
      )
      const events = rooms().map(({ payload }) => JSON.parse(payload) as Published)
      assert.deepEqual(
        events.map(({ device, key }) => [device, key]),
        nodes.map((node) => [`tty-${node}`, String(node)]),
      )
    })

    it('get their names in the panel, ten of them within a minute, which hold at the broker', async () => {
      editor = await Editor.open(gateway.url)
      page = editor.page
      const began = performance.now()
      await editor.edit('fieldlog-clean')
      await page.locator('#fieldlog-clean-devices').click()
      await editor.panelOpen()
      const heard = page.locator('.fieldlog-heard-row')
      await heard.nth(nodes.length - 1).waitFor()
      const shown = await heard.first().innerText()
      assert.match(
        shown,
        /tty-2\s+room\s+light 0 · moved 0 · humi 59 · temp 18\.2 · lobat 0\s+[\d.]+ (s|min) ago/,
      )
      await picture('heard')
      for (const name of names) {
        await heard.first().click()
        await page.keyboard.type(name)
      }
      await page.getByText('All that was heard has a name.').waitFor()
      await picture('named')
      await editor.done()
      await editor.done()
      await editor.deploy()
      await portOpened(gateway.child, pty)
      await sendAll()
      await collector.until(() => rooms().length === 2 * nodes.length)
      const took = performance.now() - began
      assert.deepEqual(
        rooms()
          .slice(nodes.length)
          .map(({ topic }) => topic),
        names.map((name) => `fieldlog/test-gateway/good/room/${name}`),
      )
      assert.ok(took < 60_000, `it took ${Math.round(took)} ms`)
      assert.deepEqual(editor.problems, [])
    })

    it('may not have one name twice, which the row says', async () => {
      await openDevices()
      const first = page.locator('.fieldlog-device').first()
      const problem = first.locator('.fieldlog-device-problem')
      const second = page.locator('.fieldlog-device').nth(1)
      await second.locator('input.fieldlog-device-name').fill('kitchen')
      await second
        .getByText('Two devices have the name "kitchen": the other one is tty, room, key 2.')
        .waitFor()
      assert.equal(await problem.innerText(), '')
      await second.locator('input.fieldlog-device-name').fill('a/b')
      await second.getByText('A name must not contain / + #').waitFor()
      await picture('wrong')
      await second.locator('input.fieldlog-device-name').fill('cellar')
      assert.equal(await page.locator('.fieldlog-device-wrong').count(), 0)
    })

    it('are told to be silent by the interval that they are given, and back', async () => {
      await page.locator('input.fieldlog-device-interval').first().fill('1')
      await page.locator('input.fieldlog-device-place').first().fill('ground floor')
      await editor.done()
      await editor.done()
      await editor.deploy()
      await portOpened(gateway.child, pty)
      const changes = () =>
        collector.on('fieldlog/test-gateway/good/device/').map(({ topic, payload }) => {
          const { data, device } = JSON.parse(payload) as Published
          return `${topic.split('/').at(-1)} ${device} ${data?.device} ${data?.id} ${data?.interval} ${data?.state}`
        })
      await collector.until(() => changes().length === 1, 20_000)
      await pty.write('OK 2 1 118 182 0\r\n')
      await collector.until(() => changes().length >= 2, 20_000)
      assert.deepEqual(changes().slice(0, 2), [
        'kitchen kitchen kitchen tty-2 1 silent',
        'kitchen kitchen kitchen tty-2 1 back',
      ])
      await collector.until(() => changes().length >= 3, 20_000)
      await openDevices()
      await page.locator('.fieldlog-device-silent').waitFor()
      await picture('silent')
      await editor.done()
    })

    async function openDevices(): Promise<void> {
      await editor.edit('fieldlog-clean')
      await page.locator('#fieldlog-clean-devices').click()
      await editor.panelOpen()
      await page.locator('.fieldlog-device').first().waitFor()
    }

    const picture = (name: string) => editor.picture(`devices-${nodeRed}-${name}`)
  })
}
