// The first minute with a device: lines that nobody has seen before become named fields with units and ranges, at the
// broker, with few clicks and keys. They are counted in the browser, as a user would give them.
import assert from 'node:assert/strict'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { type LineServer, startLineServer } from '../support/line-server.ts'
import { Editor } from '../support/programs/editor.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'

/** The part of the editor's own `RED` that is used. */
interface BrowserRed {
  nodes: {
    eachConfig(callback: (node: { type: string; id: string; definition?: { type: string } }) => void): void
  }
  editor: { editConfig(name: string, type: string, id: string): void }
}

const mostClicks = 20
const mostKeys = 60

for (const nodeRed of supportedNodeReds) {
  describe(`the first minute with a device (${nodeRed})`, function () {
    this.timeout(180_000)
    let server: LineServer
    let device: ReturnType<typeof setInterval>
    let gateway: Gateway
    let collector: Collector
    let editor: Editor

    before(async () => {
      server = await startLineServer()
      let n = 0
      device = setInterval(() => {
        n++
        server.send(
          `T=${20 + (n % 40) / 10} H=${n % 50 === 30 ? '##' : 45 + (n % 7)} B=3.${n % 10} R=-${60 + (n % 9)}\r\n`,
        )
      }, 100)
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_SERIAL: `tcp://127.0.0.1:${server.port}` },
      })
      collector = await Collector.open(gateway.broker, 'fieldlog/#')
      editor = await Editor.open(gateway.url)
    })
    after(async () => {
      clearInterval(device)
      await (editor as Editor | undefined)?.close()
      await (collector as Collector | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      ;(server as LineServer | undefined)?.close()
    })

    it('makes named fields with units and ranges of lines never seen before', async () => {
      const { page } = editor
      // The clicks are those of the test below, and two for the double click that opens the clean node.
      const clicks = await editor.countClicks()
      const keys = await page.evaluateHandle(() => {
        const counter = { keys: 0 }
        addEventListener('keydown', () => void counter.keys++, true)
        return counter
      })
      await editor.edit('fieldlog-clean')
      await page.locator('#fieldlog-clean-new').click()
      await page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()
      const unknown = page.locator('#fieldlog-format-unknown')
      const proposal = unknown.getByRole('button', { name: /make “t”/ })
      await proposal.waitFor()
      assert.equal(await page.locator('.fieldlog-problem').count(), 0, 'nothing is wrong with a blank format')
      await editor.picture(`first-minute-unknown-${nodeRed}`)
      await proposal.click()
      const readings = page.locator('#fieldlog-format-readings')
      await readings.getByText(/[1-9]\d* clean/).waitFor()

      const type = (text: string) => page.keyboard.type(text)
      const over = async (place: string, nth: number, text: string) => {
        await page
          .locator(`#fieldlog-format-fields [data-problem="${place}"]`)
          .nth(nth)
          .click({ clickCount: 2 })
        await type(text)
      }
      const unit = async (nth: number, text: string) => {
        await page.locator('#fieldlog-format-fields [data-problem="unit"]').nth(nth).click()
        await type(text)
      }
      await over('name', 0, 'temp')
      await unit(0, '°C')
      await over('name', 1, 'humi')
      await unit(1, '%')
      const range = async (nth: number, min: string, max: string) => {
        await page.locator('#fieldlog-format-fields [data-problem="min"]').nth(nth).click()
        await type(min)
        await page.keyboard.press('Tab')
        await type(max)
      }
      await range(0, '-30', '50')
      await range(1, '0', '100')
      // four fields and their ranges can be seen at once
      const list = await page.locator('.fieldlog-field-header').locator('..').locator('..').boundingBox()
      const last = await page.locator('#fieldlog-format-fields [data-problem="max"]').nth(3).boundingBox()
      assert.ok(list && last && last.y + last.height <= list.y + list.height, JSON.stringify({ list, last }))
      await readings.locator('b', { hasText: 'humi' }).first().waitFor()
      await readings.locator('b', { hasText: 'temp' }).first().waitFor()
      await editor.picture(`first-minute-fields-${nodeRed}`)
      assert.equal(await page.locator('.fieldlog-field-never:visible').count(), 0)
      assert.equal(await readings.getByText('type: humi').count(), 0, 'no line is rejected for a wrong value')
      await editor.done()
      await editor.done()
      await editor.deploy()

      const read = () =>
        collector
          .on('fieldlog/test-gateway/good/t/')
          .map(({ payload }) => JSON.parse(payload) as { data: Record<string, number> })
      // a wrong value costs its field alone
      await collector.until(() => read().some(({ data }) => data.humi === undefined), 40_000)
      const events = read()
      for (const { data } of events) {
        assert.ok((data.temp ?? 0) >= 20 && (data.temp ?? 0) < 24, JSON.stringify(data))
        assert.equal(data.T, undefined)
      }
      assert.ok(events.some(({ data }) => data.humi !== undefined && data.B !== undefined))
      assert.ok((await clicks()) + 2 <= mostClicks, `${await clicks()} clicks`)
      const pressed = await keys.evaluate(({ keys }) => keys)
      assert.ok(pressed > 0 && pressed <= mostKeys, `${pressed} keys`)
      console.log(`        ${(await clicks()) + 2} pointer actions, ${pressed} keys`)
      assert.deepEqual(editor.problems, [])
    })

    it('marks a field that no reading has a value for, and says why a line is not taken', async () => {
      const { page } = editor
      await page.evaluate(() => {
        const { RED } = globalThis as unknown as { RED: BrowserRed }
        RED.nodes.eachConfig(({ type, id, definition }) => {
          if (type === 'fieldlog-format' && definition?.type === 't') RED.editor.editConfig('', type, id)
        })
      })
      await editor.panelOpen()
      assert.equal(await page.locator('#fieldlog-format-type').inputValue(), 't')
      const from = page.locator('#fieldlog-format-fields [data-problem="from"]').first()
      assert.equal(await from.inputValue(), 'T')
      await from.fill('X')
      await page
        .locator('.fieldlog-field-never:visible', { hasText: /no value in any of \d+ clean readings/ })
        .waitFor()
      await page.locator('[data-tab="sample"]').click()
      await page.locator('#node-config-input-sample').fill('Q=1')
      await page
        .locator('#fieldlog-format-result', {
          hasText: 'prefix: found "Q=1", expected a line that begins with "T"',
        })
        .waitFor()
      await editor.picture(`first-minute-never-${nodeRed}`)
      assert.deepEqual(editor.problems, [])
    })
  })
}
