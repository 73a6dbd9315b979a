// In the browser: from a device that was plugged in to its lines in the flow. The list of ports is a made-up one, for a
// pty is no device that a system lists; all else is the real gateway.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { readJournal } from '../support/journal-files.ts'
import { Editor } from '../support/programs/editor.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'
import { heard } from '../support/uart.ts'

for (const nodeRed of usualNodeReds) {
  describe(`the panel of a port (${nodeRed})`, function () {
    this.timeout(240_000)
    let gateway: Gateway
    let editor: Editor
    let page: Page
    let pty: Pty
    let device: ReturnType<typeof setInterval>

    before(async () => {
      gateway = await Gateway.start({ nodeRed })
      pty = await createPty()
      let packet = 0
      device = setInterval(() => {
        pty.write(`OK 12 ${packet++ % 256} 118 182 0\r\n`).catch(() => undefined)
      }, 150)
      editor = await Editor.open(gateway.url, { size: { width: 1280, height: 1000 } })
      page = editor.page
      await page.route('**/fieldlog/ports', (route) =>
        route.fulfill({
          json: [
            { path: pty.path, text: '/dev/ttyUSB0, FTDI A40117UK' },
            {
              path: '/dev/ttyACM0',
              text: 'Arduino 75330303',
              problem:
                '/dev/ttyACM0 may not be opened by this user: add the user to the group dialout (sudo usermod -aG dialout <user>) and log in again',
            },
            { path: '/dev/ttyACM1', text: '', problem: 'in use by minicom (process 4711)' },
          ],
        }),
      )
    })
    after(async () => {
      clearInterval(device)
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      await (pty as Pty | undefined)?.close()
    })

    const button = (name: string) => page.getByRole('button', { name, exact: true })
    const line = (text: string | RegExp) => page.locator('.fieldlog-port-live-row', { hasText: text }).first()
    const path = () => page.locator('#node-config-input-path')

    it('shows the lines of the port that is deployed', async () => {
      await editor.openConfig('fieldlog-port')
      await line(/OK \d+ /).waitFor()
      await page.locator('#fieldlog-port-state', { hasText: /^As deployed: connected, / }).waitFor()
      // the demo collector cannot be reset
      await button('Reset the device now').click()
      await page
        .locator('#fieldlog-port-message', { hasText: 'has no line by which it could be reset' })
        .waitFor()
    })

    it('takes a port from the list, which says who made it and why it cannot be opened', async () => {
      await page.locator('.fieldlog-port-problem', { hasText: 'dialout' }).waitFor()
      await page.locator('.fieldlog-port-problem', { hasText: 'minicom (process 4711)' }).waitFor()
      await page.locator('.fieldlog-port-row', { hasText: 'FTDI A40117UK' }).click()
      assert.equal(await path().inputValue(), pty.path)
      assert.equal(await page.locator('#node-config-input-sourceName').getAttribute('placeholder'), 'tty')
      await editor.picture(`port-list-${nodeRed}`)
    })

    it('takes an address that lacks its scheme by a click, in front of which it says what is missing', async () => {
      const suggested = page.locator('#fieldlog-port-suggested')
      await suggested.waitFor({ state: 'hidden' })
      await path().fill('127.0.0.1:19210')
      await page
        .locator('#node-config-input-path-problem', {
          hasText:
            '"127.0.0.1:19210" does not say how to connect: write tcp://127.0.0.1:19210 for a server that sends bytes as they are',
        })
        .waitFor()
      await editor.picture(`port-address-${nodeRed}`)
      await button('Take tcp://127.0.0.1:19210').click()
      assert.equal(await path().inputValue(), 'tcp://127.0.0.1:19210')
      await suggested.waitFor({ state: 'hidden' })
      assert.equal(await page.locator('#node-config-input-path-problem').textContent(), '')
      await page.locator('.fieldlog-port-row', { hasText: 'FTDI A40117UK' }).click()
    })

    it('listens before anything is deployed', async () => {
      await button('Listen').click()
      await line(/OK 12 \d+ 118 182 0/).waitFor()
      await page.locator('#fieldlog-port-state', { hasText: /^Listening: connected, \d+ lines$/ }).waitFor()
      assert.equal(await line('[RF12demo').count(), 0)
      await editor.picture(`port-listen-${nodeRed}`)
      await button('Stop').click()
      await button('Listen').waitFor()
    })

    it('finds the speed, and takes it by a click', async () => {
      const rates = page.locator('#fieldlog-port-rates')
      assert.deepEqual(await rates.locator('option').allTextContents(), [
        '300',
        '1200',
        '2400',
        '4800',
        '9600',
        '19200',
        '38400',
        '57600',
        '115200',
        '230400',
        '460800',
        '921600',
        'other …',
      ])
      // what is no usual one is typed
      const typed = page.locator('#node-config-input-baudRate')
      await rates.selectOption('other …')
      await typed.fill('31250')
      await typed.blur()
      assert.equal(await rates.inputValue(), 'other')
      await rates.selectOption('300')
      await typed.waitFor({ state: 'hidden' })
      assert.equal(await typed.inputValue(), '300')
      await button('Find the speed').click()
      await page
        .locator('#fieldlog-port-message', { hasText: /^Listening at 9600 bits\/s \(1 of 17\)/ })
        .waitFor()
      await page.locator('#fieldlog-port-message', { hasText: /^Lines came at 9600 bits\/s:OK 12/ }).waitFor()
      await editor.picture(`port-speed-${nodeRed}`)
      await button('Take 9600').click()
      assert.equal(await page.locator('#fieldlog-port-rates').inputValue(), '9600')
      assert.equal(await page.locator('#node-config-input-baudRate').inputValue(), '9600')
    })

    it('says in words why a port cannot be listened to', async () => {
      await path().fill('/dev/none')
      await button('Listen').click()
      await page
        .locator('#fieldlog-port-message', {
          hasText: '/dev/none does not exist: is the collector plugged in?',
        })
        .waitFor()
      await page
        .locator('#fieldlog-port-state', { hasText: 'Listening: does not exist, trying again in' })
        .waitFor()
      await button('Stop').click()
      await page.locator('.fieldlog-port-row', { hasText: 'FTDI A40117UK' }).click()
    })

    it('says that what comes is no text, in German and in the dark as well', async () => {
      const garbled = await createPty()
      const german = await Editor.open(gateway.url, { locale: 'de' })
      try {
        await german.openConfig('fieldlog-port')
        await german.page.locator('#node-config-input-path').fill(garbled.path)
        await german.page.getByRole('button', { name: 'Mithören', exact: true }).click()
        await german.page.locator('#fieldlog-port-state', { hasText: 'Mithören: connected' }).waitFor()
        await garbled.write(heard(Buffer.from('OK 12 1 118 182 0\r\n'.repeat(400)), 9600, 57_600))
        await german.page
          .locator('#fieldlog-port-state', { hasText: 'Mithören: not text: another baud rate? (' })
          .waitFor()
        await german.page
          .getByText(
            'Mehr als 30 % dessen, was kommt, ist kein Text: andere Baudrate? „Baudrate suchen“ versucht alle.',
          )
          .waitFor()
        await german.page.locator('#fieldlog-port-lines').scrollIntoViewIfNeeded()
        assert.equal(await german.page.locator('#fieldlog-port-message').textContent(), '')
        // what the choice of the dark theme does in Node-RED 5
        await german.page.evaluate(() => document.documentElement.classList.add('nr-theme-dark'))
        await german.picture(`port-not-text-${nodeRed}`)
        assert.deepEqual(german.problems, [])
      } finally {
        await german.close()
        await garbled.close()
      }
    })

    it('is deployed, and shows what the flow gets', async () => {
      await editor.done()
      await editor.deploy()
      await editor.openConfig('fieldlog-port')
      await line(/OK 12 \d+ 118 182 0/).waitFor()
      await page.locator('#fieldlog-port-state', { hasText: /^As deployed: connected, / }).waitFor()
      await editor.picture(`port-deployed-${nodeRed}`)
      // a deployed port lends its device, and says what that interrupts
      const message = page.locator('#fieldlog-port-message')
      await button('Listen').click()
      await page
        .locator('#fieldlog-port-state', {
          hasText:
            /^The gateway has this port open and lends it: these are the lines that it logs as tty, at 9600 8N1, and nothing is interrupted\. Now: connected, /,
        })
        .waitFor()
      await line(/OK 12 \d+ 118 182 0/).waitFor()
      await editor.picture(`port-lent-${nodeRed}`)
      await button('Stop').click()
      await button('Listen').waitFor()
      await page.locator('#fieldlog-port-rates').selectOption('19200')
      await button('Listen').click()
      await message
        .getByText(
          'The gateway reads tty at 9600 8N1. Listening at 19200 8N1 interrupts that, for a minute at most: what the device sends meanwhile is not logged, and the log says for how long. Afterwards it goes on at 9600 8N1.',
        )
        .waitFor()
      await editor.picture(`port-interrupts-${nodeRed}`)
      await button('Leave it').click()
      assert.equal(await message.textContent(), '')
      assert.equal(
        gateway.lines.some((text) => text.includes('closed for')),
        false,
      )
      await button('Listen').click()
      await button('Interrupt and listen').click()
      await page.locator('#fieldlog-port-state', { hasText: /^Listening: connected, / }).waitFor()
      await line(/OK 12 \d+ 118 182 0/).waitFor()
      await button('Stop').click()
      await gateway.line(/tty was closed for \d+ s: what the device sent meanwhile was not logged/)
      await page.locator('#fieldlog-port-state', { hasText: /^As deployed: connected, / }).waitFor()
      await page.locator('#fieldlog-port-rates').selectOption('9600')
      await button('Find the speed').click()
      await button('Interrupt and find').click()
      await page.locator('#fieldlog-port-message', { hasText: 'That is what is set.' }).waitFor()
      await editor.done()
      await gateway.line(
        /tty was closed for \d+ s: what the device sent meanwhile was logged only as long as/,
      )
    })

    it('says what another name changes, and logs and publishes under it', async () => {
      const collector = await Collector.open(gateway.broker, 'fieldlog/#')
      await editor.openConfig('fieldlog-port')
      const note = page.locator('#fieldlog-port-source-note')
      const named = page.locator('#node-config-input-nameIsSource')
      await page.locator('#fieldlog-port-state', { hasText: /^As deployed: connected, / }).waitFor()
      await named.waitFor({ state: 'hidden' })
      await page.locator('#node-config-input-name').fill('house')
      await note
        .getByText(
          'From the deploy on the log calls this source house, and no longer tty: names of devices, series in the store and rules that go by the source begin anew.',
        )
        .waitFor()
      assert.equal(await named.isChecked(), true)
      await editor.picture(`port-renamed-${nodeRed}`)
      await named.uncheck()
      await note.waitFor({ state: 'hidden' })
      await named.check()
      await button('Keep tty').click()
      const chosen = page.locator('#node-config-input-sourceName')
      assert.equal(await chosen.inputValue(), 'tty')
      await note.waitFor({ state: 'hidden' })
      await chosen.fill('')
      await editor.done()
      await editor.deploy()
      await gateway.line(/the log calls this source house from now on, and no longer tty/)
      const isGood = ({ topic }: { topic: string }) => topic.endsWith('/good/room/house-12')
      await collector.until((messages) => messages.some(isGood))
      const published = collector.messages.find(isGood)
      const { source, device, type } = JSON.parse(published?.payload ?? '') as Record<string, unknown>
      assert.deepEqual([source, device, type], ['house', 'house-12', 'room'])
      await collector.close()
    })

    it('leaves in the journal when the device was lent, and when it got another name', async () => {
      // questions before an interruption, and the demo collector's refusal of a reset, above
      assert.deepEqual(
        editor.problems.filter((problem) => !/^409 .*\/fieldlog\/ports\/(reset|listen|speed)/.test(problem)),
        [],
      )
      assert.equal((await gateway.stop()).status, 0)
      const { entries, notices } = readJournal(gateway.journal)
      const kinds = notices.map(({ kind }) => kind)
      assert.deepEqual(
        kinds.filter((kind) => kind === 'lent' || kind === 'renamed'),
        // from the demo collector to the device, twice lent, then renamed
        ['renamed', 'lent', 'lent', 'renamed'],
      )
      assert.deepEqual(notices.filter(({ kind }) => kind === 'renamed').at(-1)?.json, {
        source: 'house',
        was: 'tty',
      })
      assert.equal(entries.at(-1)?.source, 'house')
    })
  })
}
