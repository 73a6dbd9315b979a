// In the browser: a user sends a line to the running port from its panel, and sees what the device says.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Gateway } from '../support/gateway.ts'
import { type LineServer, startLineServer } from '../support/line-server.ts'
import { Editor } from '../support/programs/editor.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

for (const nodeRed of usualNodeReds) {
  describe(`sending from the panel (${nodeRed})`, function () {
    this.timeout(240_000)
    let server: LineServer
    let gateway: Gateway
    let editor: Editor
    let page: Page
    let came: string[]

    before(async () => {
      server = await startLineServer()
      came = server.answer((line) => `> ${line}\r\n<b>21.5</b> °C\r\n`)
      gateway = await Gateway.start({ nodeRed, env: { FIELDLOG_SERIAL: `tcp://127.0.0.1:${server.port}` } })
      editor = await Editor.open(gateway.url, { size: { width: 1280, height: 1100 } })
      page = editor.page
      await editor.openConfig('fieldlog-port')
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      server.close()
    })

    const text = () => page.locator('#fieldlog-port-send-text')
    /** not the same among the live lines */
    const answer = (line: string) => page.locator('#fieldlog-port-send-lines').getByText(line)
    const shown = () => page.locator('#fieldlog-port-send-lines > *')

    it('shows the lines of the next three seconds, as text', async () => {
      await text().fill('0v')
      await page.locator('#fieldlog-port-send').click()
      await page.getByText('Sending, and listening for 3 seconds …').waitFor()
      await answer('> 0v').waitFor()
      assert.deepEqual(await shown().allTextContents(), ['> 0v', '<b>21.5</b> °C'])
      assert.deepEqual(came, ['0v'])
      await shown().first().scrollIntoViewIfNeeded()
      await editor.picture(`send-panel-${nodeRed}`)
    })

    it('sends at the enter key, too, and leaves the panel open', async () => {
      await text().fill('1l')
      await text().press('Enter')
      await answer('> 1l').waitFor()
      assert.deepEqual(came, ['0v', '1l'])
    })

    it('says what was refused, and why, with the settings that are deployed', async () => {
      await page.locator('#node-config-input-collector').selectOption('jeelink')
      await page.locator('#node-config-input-startLines').fill('1v\n\n0q')
      await editor.done()
      await editor.deploy()
      await editor.openConfig('fieldlog-port')
      assert.equal(await page.locator('#node-config-input-startLines').inputValue(), '1v\n\n0q')
      await text().fill('1z')
      await page.locator('#fieldlog-port-send').click()
      await page
        .getByText(
          /^127\.0\.0\.1:\d+: "1z" powers the collector off; it is sent only where msg\.force is true$/,
        )
        .waitFor()
      await editor.picture(`send-panel-refused-${nodeRed}`)
      assert.equal(came.includes('1z'), false)
      await gateway.line(/startup line "0q": 127\.0\.0\.1:\d+: "0q" changes the quiet mode/)
      // the refusal itself is the only answer of the gateway that is an error
      assert.deepEqual(
        editor.problems.map((problem) => problem.replace(/ .*\//, ' ')),
        ['409 send'],
      )
    })
  })
}
