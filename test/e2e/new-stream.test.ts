// From lines that nobody has seen before to devices with names at the broker, as a user gets there: by clicks.
import assert from 'node:assert/strict'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'
import { type SensorServer, startSensors } from '../support/sensor-server.ts'

/** of the flow that ships */
const cleanNode = 'f1e1d10600000022'

const devices = [
  { node: 3, name: 'kitchen', humi: 48 },
  { node: 7, name: 'cellar', humi: 71 },
  { node: 12, name: 'attic', humi: 39 },
]

interface Published {
  key: string
  device: string
  verdict: string
  data: Record<string, unknown>
}

for (const nodeRed of usualNodeReds) {
  describe(`a stream of lines never seen before (${nodeRed})`, function () {
    this.timeout(180_000)
    let sensors: SensorServer
    let gateway: Gateway
    let collector: Collector
    let editor: Editor

    before(async () => {
      sensors = await startSensors(
        (time) => devices.map(({ node, humi }) => `node=${node} temp=${20 + (time % 50) / 10} humi=${humi}`),
        250,
      )
      gateway = await Gateway.start({ nodeRed, env: { FIELDLOG_SERIAL: sensors.url } })
      collector = await Collector.open(gateway.broker, 'fieldlog/#')
      editor = await Editor.open(gateway.url)
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (collector as Collector | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      ;(sensors as SensorServer | undefined)?.close()
    })

    it('becomes devices with names at the broker within a minute', async () => {
      const { page } = editor
      const clicks = await editor.countClicks()
      const began = performance.now()

      await editor.openPanel(cleanNode)
      await page.locator('#fieldlog-clean-new').click()
      await editor.panelOpen()
      await page.locator('[data-tab="unknown"]').click()
      const proposals = page.locator('#fieldlog-format-unknown .fieldlog-preview-line button')
      await proposals.first().waitFor()
      await editor.picture(`new-stream-${nodeRed}-unknown`)
      await proposals.first().click()
      await page.locator('#fieldlog-format-key').click()
      await page.keyboard.press('Control+A')
      await page.keyboard.type('node')
      await page
        .locator('#fieldlog-format-readings')
        .getByText(/[1-9]\d* clean/)
        .waitFor()
      await editor.picture(`new-stream-${nodeRed}-format`)
      const type = await page.locator('#fieldlog-format-type').inputValue()
      await editor.done()
      await editor.done()
      await editor.deploy()
      const decoded = performance.now()

      await editor.openPanel(cleanNode)
      await page.locator('#fieldlog-clean-devices').click()
      await editor.panelOpen()
      const heard = page.locator('.fieldlog-heard-row')
      await heard.nth(devices.length - 1).waitFor()
      await editor.picture(`new-stream-${nodeRed}-heard`)
      for (const { name } of devices) {
        await heard.first().click()
        await page.keyboard.type(name)
      }
      await page.getByText('All that was heard has a name.').waitFor()
      await editor.picture(`new-stream-${nodeRed}-named`)
      await editor.done()
      await editor.done()
      await editor.deploy()
      const of = (name: string) => collector.on(`fieldlog/test-gateway/good/${type}/${name}`)
      await collector.until(() => devices.every(({ name }) => of(name).length > 0), 30_000)

      const took = performance.now() - began
      const count = await clicks()
      const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
      console.log(`      ${count} clicks, ${seconds(took)}; the format after ${seconds(decoded - began)}`)
      for (const { node, name, humi } of devices) {
        const { key, device, verdict, data } = JSON.parse(of(name)[0]?.payload ?? '') as Published
        assert.deepEqual([key, device, verdict, data.humi], [`${node}`, name, 'good', humi])
        assert.ok(Number(data.temp) >= 20 && Number(data.temp) < 25, `temp is ${data.temp}`)
      }
      assert.ok(count <= 20, `it took ${count} clicks`)
      assert.ok(took < 60_000, `it took ${seconds(took)}`)
      assert.deepEqual(editor.problems, [])
    })
  })
}
