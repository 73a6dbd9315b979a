// A format made in the browser from lines that none takes, tried on the journal, deployed, and used at once.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

interface BrowserRed {
  editor: { editConfig(name: string, type: string, id: string): void }
}

const pump = {
  type: 'pump',
  decoder: { kind: 'json' },
  fields: [{ name: 'rpm', type: 'integer', unit: 'rpm' }],
}

const meter = {
  type: 'meter',
  decoder: { kind: 'columns', delimiter: ';', header: ['at', 'count', 'temp'], headers: true },
  decimal: ',',
  zone: 'Europe/Berlin',
  fields: [
    { name: 'at', type: 'time' },
    { name: 'count', notation: 'hex', type: 'integer', hidden: true },
    { name: 'pulses', difference: { of: 'count', modulus: 256 }, type: 'integer' },
    { name: 'temp', type: 'number', unit: '°C' },
  ],
}

for (const nodeRed of usualNodeReds) {
  describe(`a format from unknown lines (${nodeRed})`, function () {
    this.timeout(180_000)
    let gateway: Gateway
    let collector: Collector
    let editor: Editor

    before(async () => {
      gateway = await Gateway.start({ nodeRed })
      collector = await Collector.open(gateway.broker, 'fieldlog/#')
      editor = await Editor.open(gateway.url)
    })
    after(async () => {
      await editor.close()
      await collector.close()
      await gateway.remove()
    })

    it('is proposed, tried, deployed and used', async () => {
      const { page } = editor
      await editor.edit('fieldlog-clean')
      await page.locator('#fieldlog-clean-new').click()
      await page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()

      await page.locator('[data-tab="unknown"]').click()
      const unknown = page.locator('#fieldlog-format-unknown')
      // the demo collector hears other people's nodes now and then: read again until one came
      const proposal = unknown.getByRole('button', { name: 'make “node7”' })
      for (let tries = 0; tries < 40 && (await proposal.count()) === 0; tries++) {
        const answered = page.waitForResponse((response) => response.url().includes('/fieldlog/readings'))
        await unknown.locator('.fa-refresh').click()
        assert.equal((await answered).status(), 200)
        await page.waitForTimeout(500)
      }
      await proposal.click()
      assert.equal(await page.locator('#fieldlog-format-type').inputValue(), 'node7')
      assert.equal(await page.locator('#fieldlog-format-nodes').inputValue(), '7')

      const preview = page.locator('#fieldlog-format-readings')
      await preview.getByText(/[1-9]\d* clean/).waitFor()
      const first = page.locator('#fieldlog-format-fields [data-problem="name"]').first()
      await first.fill('level')
      await preview.locator('b', { hasText: 'level' }).first().waitFor()
      await page.locator('#fieldlog-format-type').fill('a/b')
      await page.getByText('Type: found "a/b", expected letters').waitFor()
      await page.locator('#fieldlog-format-type').fill('others')

      await editor.done()
      await editor.done()
      await editor.deploy()
      await collector.until(() => collector.on('fieldlog/test-gateway/good/others/').length > 0, 40_000)
      const [message] = collector.on('fieldlog/test-gateway/good/others/')
      const event = JSON.parse(message?.payload ?? '') as { type: string; data: Record<string, unknown> }
      assert.equal(event.type, 'others')
      assert.equal(typeof event.data.level, 'number')
      assert.deepEqual(editor.problems, [])
    })

    it('comes from a file and goes into one; a wrong file is told with the place', async () => {
      const { page } = editor
      await page.evaluate(() => {
        const { RED } = globalThis as unknown as { RED: BrowserRed }
        RED.editor.editConfig('', 'fieldlog-format', '_ADD_')
      })
      await page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()
      const open = async (name: string, text: string) => {
        const chooser = page.waitForEvent('filechooser')
        await page.locator('#fieldlog-format-library').getByText('Import').click()
        await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
      }
      const messages = page.locator('#fieldlog-format-messages')
      await open('broken.json', '{"formats": [')
      await messages.getByText('broken.json: found').waitFor()
      const hostile = { ...pump, fields: [{ name: 'rpm', type: 'integer', run: 'alert(1)' }] }
      await open('hostile.json', JSON.stringify([hostile]))
      await messages.getByText('hostile.json: [0].fields[0].run: there is no such property').waitFor()
      assert.equal(await page.locator('#fieldlog-format-type').inputValue(), '')

      await open('pump.json', JSON.stringify({ fieldlog: 'formats', version: 1, formats: [pump] }))
      await page.waitForFunction(
        () => document.querySelector<HTMLInputElement>('#fieldlog-format-type')?.value === 'pump',
      )
      assert.equal(await messages.innerText(), '')
      const download = page.waitForEvent('download')
      await page.locator('#fieldlog-format-library').getByText('Export').click()
      const file = await download
      assert.equal(file.suggestedFilename(), 'pump.format.json')
      assert.deepEqual(JSON.parse(readFileSync(await file.path(), 'utf8')).formats, [pump])
      assert.deepEqual(editor.problems, [])
    })

    it('reads digits, zones and counters from line to line, and tells of a mark that is a separator', async () => {
      const { page } = editor
      const chooser = page.waitForEvent('filechooser')
      await page.locator('#fieldlog-format-library').getByText('Import').click()
      const buffer = Buffer.from(JSON.stringify([meter]))
      await (await chooser).setFiles({ name: 'meter.json', mimeType: 'application/json', buffer })
      await page.locator('[data-tab="sample"]').click()
      const lines = ['2026-10-25 02:59;00f0;21,5', 'at;count;temp', '2026-10-25 02:01;0004;21,6']
      await page.locator('#node-config-input-sample').fill(lines.join('\n'))
      const result = page.locator('#fieldlog-format-result')
      const shown = (text: string) => result.getByText(text, { exact: true }).waitFor()
      await result.locator('.fieldlog-try-line').nth(2).waitFor()
      await result.getByText('heading: found the columns').waitFor()
      await shown('20')
      await shown('21.6 °C')
      await shown('2026-10-25T01:01:00.000Z')

      const difference = page.locator('#fieldlog-format-fields [data-problem="difference.of"]').nth(2)
      assert.equal(await difference.inputValue(), 'count')
      await page.locator('.fieldlog-input-delimiter input').fill(',')
      await page.getByText('Decimal mark: "," stands between the columns, too').waitFor()
      await page.locator('.fieldlog-input-delimiter input').fill(';')
      await page.locator('#fieldlog-format-zone').fill('Europe/Berln')
      await page.getByText('Time zone: found "Europe/Berln", expected a time zone').waitFor()
      assert.deepEqual(editor.problems, [])
    })

    it('says in German what is wrong, where the editor is German', async () => {
      const german = await Editor.open(gateway.url, { locale: 'de-DE' })
      try {
        const { page } = german
        await german.edit('fieldlog-clean')
        await page.locator('#fieldlog-clean-new').click()
        await german.panelOpen()
        const open = async (formats: object[]) => {
          const chooser = page.waitForEvent('filechooser')
          await page.locator('#fieldlog-format-library').getByText('Import').click()
          const buffer = Buffer.from(JSON.stringify(formats))
          await (await chooser).setFiles({ name: 'zähler.json', mimeType: 'application/json', buffer })
        }
        await open([{ ...meter, fields: [{ name: 'größe', type: 'number' }] }, { type: '' }])
        const messages = page.locator('#fieldlog-format-messages')
        await messages
          .getByText('[0].fields[0].name: "größe" steht da, erwartet wird ein Buchstabe oder _')
          .waitFor()
        await messages.getByText('[1].type: Ein Typ fehlt, etwa „room“').waitFor()
        await open([meter])
        await page.locator('.fieldlog-input-delimiter input').fill(',')
        await page.getByText('"," trennt auch die Spalten').waitFor()
        await page.locator('#fieldlog-format-zone').fill('Europe/Berln')
        await page.getByText('"Europe/Berln" steht da, erwartet wird eine Zeitzone').waitFor()
        await german.picture(`format-german-${nodeRed}`)
        assert.deepEqual(german.problems, [])
      } finally {
        await german.close()
      }
    })
  })
}
