// In the browser: a format from lines that none takes, a spike rule on it, tried on the journal, deployed, and used.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

interface Published {
  verdict: string
  data: Record<string, number>
  reasons: string[]
}

const temps = (values: number[]) => values.map((temp) => `temp:${temp},humi:50\r\n`).join('')

for (const nodeRed of usualNodeReds) {
  describe(`rules made in the panel (${nodeRed})`, function () {
    this.timeout(240_000)
    let pty: Pty
    let gateway: Gateway
    let collector: Collector
    let editor: Editor
    let page: Page

    before(async () => {
      pty = await createPty()
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_FLUSH_INTERVAL: '0' },
      })
      collector = await Collector.open(gateway.broker, 'fieldlog/#')
      await portOpened(gateway.child, pty)
      editor = await Editor.open(gateway.url)
      page = editor.page
    })
    after(async () => {
      // where the start failed, what did start must end all the same
      await (editor as Editor | undefined)?.close()
      await (collector as Collector | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      await (pty as Pty | undefined)?.close()
    })

    it('show what they would find, and find it once deployed', async () => {
      await pty.write(temps([20, 20.1, 20.2, 45, 20.3, 20.2, 20.1, 20]))
      await makeFormat()
      await editor.edit('fieldlog-label')
      const counts = page.locator('.fieldlog-trial-counts')
      await counts.getByText('8 readings, 8 clean events:').waitFor()
      await counts.getByText('8 good').waitFor()
      await counts.getByText('0 bad').waitFor()

      await page.getByRole('button', { name: 'add a rule' }).click()
      const rule = page.locator('.fieldlog-rule')
      await rule.locator('.fieldlog-rule-field').fill('temp')
      await rule.locator('.fieldlog-rule-operator').selectOption('spike')
      await rule.getByText('value: needs a number that is not negative').waitFor()
      await rule.locator('.fieldlog-rule-threshold').fill('15')
      await rule.locator('.fieldlog-rule-toggle').click()
      await rule.locator('.fieldlog-rule-name').fill('temp spike')
      await rule.getByText('value: needs').waitFor({ state: 'hidden' })
      await counts.getByText('1 bad').waitFor()
      const result = rule.locator('.fieldlog-rule-result')
      await result.getByText('tried on 8 readings of greenhouse: 1 broke it, 2 could not be judged').waitFor()
      const list = page.locator('.fieldlog-trial-list')
      await list.getByText('temp spike: temp: found 45 between 20.2 and 20.3').waitFor()
      assert.equal(await page.locator('.fieldlog-trial-plot circle.fieldlog-plot-bad').count(), 1)
      assert.equal(await page.locator('.fieldlog-trial-plot circle.fieldlog-plot-good').count(), 7)

      await rule.locator('.fieldlog-rule-threshold').fill('30')
      await counts.getByText('0 bad').waitFor()
      await rule.locator('.fieldlog-rule-threshold').fill('15')
      await counts.getByText('1 bad').waitFor()
      assert.equal(published('bad').length, 0, 'nothing that runs has been touched')

      await editor.done()
      await editor.deploy()
      await pty.write(temps([21, 21, 46, 21, 21]))
      await collector.until(() => published('bad').length > 0, 30_000)
      assert.deepEqual(
        published('bad').map(({ data, reasons }) => [data.temp, ...reasons]),
        [[46, 'temp spike: temp: found 46 between 21 and 21, expected at most 15 from their mean']],
      )
      assert.deepEqual(editor.problems, [])
    })

    it('tell of a device whose clock is ahead, without a field', async () => {
      await editor.edit('fieldlog-label')
      await page.getByRole('button', { name: 'add a rule' }).click()
      const rule = page.locator('.fieldlog-rule').last()
      await rule.locator('.fieldlog-rule-operator').selectOption('from the future')
      await rule.locator('.fieldlog-rule-threshold').fill('60')
      const how = rule.getByText('value: write how long, such as 30 s, 10 min, 2 h or 1 h 30 min')
      await how.waitFor()
      await rule.locator('.fieldlog-rule-threshold').fill('1 min')
      await how.waitFor({ state: 'hidden' })
      // it is tried at once, and no reading is from the future
      await page
        .locator('.fieldlog-trial-counts')
        .getByText(/^\d+ bad$/)
        .waitFor()
      assert.equal(await page.locator('.fieldlog-trial-rules').getByText('from the future').count(), 0)
      await editor.done()
      await editor.deploy()
      const before = published('good').length
      await pty.write(temps([21, 21, 21]))
      await collector.until(() => published('good').length >= before + 2, 30_000)
      assert.deepEqual(editor.problems, [])
    })

    async function makeFormat(): Promise<void> {
      await editor.edit('fieldlog-clean')
      await page.locator('#fieldlog-clean-new').click()
      await page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()
      await page.locator('[data-tab="unknown"]').click()
      const unknown = page.locator('#fieldlog-format-unknown')
      await unknown.getByText('temp:20,humi:50').first().waitFor()
      await unknown
        .getByRole('button', { name: /^make / })
        .first()
        .click()
      await page.locator('#fieldlog-format-type').fill('greenhouse')
      await editor.done()
      await editor.done()
    }

    function published(verdict: string): Published[] {
      return collector
        .on(`fieldlog/test-gateway/${verdict}/greenhouse/`)
        .map(({ payload }) => JSON.parse(payload) as Published)
    }
  })
}
