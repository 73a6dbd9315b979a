// The whole way through the set-up page of a gateway that has no password yet, on a phone.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { outside, urlOf } from '../support/http/first-contact.ts'
import { launchChromium } from '../support/programs/editor.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'

const pictures = process.env.FIELDLOG_PICTURES
const phone = { width: 360, height: 740 }
const setup = '/fieldlog/setup/'

describe('the set-up page', function () {
  this.timeout(180_000)
  let browser: Browser
  let broker: Mosquitto
  let pty: Pty
  let home: string
  let gateway: Gateway
  const problems: string[] = []
  const contexts: BrowserContext[] = []

  before(async () => {
    browser = await launchChromium()
    broker = await startMosquitto({ users: { ann: 'right' } })
    pty = await createPty()
  })
  after(async () => {
    await browser.close()
    await broker.remove()
    await pty.close()
  })
  beforeEach(async () => {
    problems.length = 0
    home = mkdtempSync(join(tmpdir(), 'fieldlog-first-'))
    gateway = await Gateway.start({ home, env: outside })
  })
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    await gateway.remove()
    rmSync(home, { recursive: true })
    assert.deepEqual(problems, [])
  })

  async function open(options: { locale?: string; colorScheme?: 'light' | 'dark' } = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: phone,
      locale: 'en-US',
      colorScheme: 'light',
      ...options,
    })
    contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => problems.push(error.stack ?? error.message))
    page.on('console', (message) => {
      const expected = /net::ERR_|Failed to load resource/.test(message.text())
      if (message.type() === 'error' && !expected) problems.push(message.text())
    })
    // the device that the test plays is in no list of the system's
    await page.route('**/fieldlog/ports', (route) =>
      route.fulfill({ json: [{ path: pty.path, text: 'Test maker, JeeLink v3 of a long name AI04XENW' }] }),
    )
    await page.goto(urlOf(gateway))
    return page
  }

  /** Looks at the view, too: it must not scroll sideways. */
  async function picture(page: Page, name: string): Promise<void> {
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.equal(width, phone.width, `${name} is ${width} px wide`)
    assert.equal(await page.getByText(/flow was edited|Flow wurde bearbeitet/).count(), 0, name)
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `first-contact-${name}.png`), fullPage: true })
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

  async function setPassword(page: Page, password: string): Promise<void> {
    await page.getByLabel('Password', { exact: false }).first().fill(password)
    await page.getByLabel('Once more').fill(password)
    await press(page, 'Set the password')
  }

  it('leads from the password to a gateway that logs a device and sends to a broker', async () => {
    const page = await open()
    assert.equal(new URL(page.url()).pathname, setup)
    await heading(page, 'Choose a password')
    await picture(page, '1-password')
    await page.getByLabel('Password', { exact: false }).first().fill('short')
    await press(page, 'Set the password')
    await page.getByText('That is too short').waitFor()
    await page.getByLabel('Password', { exact: false }).first().fill('open sesame')
    await press(page, 'Set the password')
    await page.getByText('two different passwords').waitFor()
    await picture(page, '1-password-differs')
    await setPassword(page, 'open sesame')

    await heading(page, 'Which device is to be logged?')
    await picture(page, '2-device')
    const feed = setInterval(() => void pty.write('OK 9 1 2 3\r\n').catch(() => undefined), 50)
    try {
      await page.getByRole('button', { name: 'Listen to tty' }).click()
      await page.getByText(/Listening at \d+ baud/).waitFor()
      await picture(page, '2-device-listening')
      await page.getByText(/Heard at \d+ baud/).waitFor()
      await page.locator('code', { hasText: 'OK 9 1 2 3' }).waitFor()
      await picture(page, '2-device-heard')
      const baud = await page.locator('select').inputValue()
      await press(page, 'Next')

      await heading(page, 'Where are the readings to go?')
      await picture(page, '3-broker-own')
      await page.getByText('To a broker in the network').click()
      await page.getByLabel('Address of the broker').fill(broker.url.replace('mqtt://', ''))
      await page.getByLabel('User').fill('ann')
      await page.getByLabel('Password').fill('wrong')
      await press(page, 'Test')
      await page.getByText(/The broker refuses the login.*mqtt:.*refuses the login/).waitFor()
      await picture(page, '3-broker-wrong')
      await page.getByLabel('Password').fill('right')
      await press(page, 'Test')
      await page.getByText('The broker lets the gateway in.').waitFor()
      await picture(page, '3-broker-right')
      await press(page, 'Next')

      await heading(page, 'What is the gateway called?')
      await page.getByLabel('Name').fill('a/b')
      await press(page, 'Start')
      await page.getByText(/none of \/ \+ #/).waitFor()
      await page.getByLabel('Name').fill('cellar')
      await page.getByText('fieldlog/cellar/…').waitFor()
      await picture(page, '4-name')
      const collector = await Collector.open(broker.url, 'fieldlog/#', { username: 'ann', password: 'right' })
      await press(page, 'Start')
      await heading(page, 'It runs')
      await picture(page, '5-done')
      await collector.until(
        (messages) => messages.some(({ topic }) => topic.startsWith('fieldlog/cellar/')),
        30_000,
      )
      await collector.close()

      const stored = JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')) as object
      assert.deepEqual(stored, {
        FIELDLOG_SERIAL: pty.path,
        FIELDLOG_BAUD: baud,
        FIELDLOG_GATEWAY: 'cellar',
        FIELDLOG_MQTT: broker.url,
        FIELDLOG_MQTT_USER: 'ann',
        FIELDLOG_MQTT_PASSWORD: 'right',
      })
      assert.equal(statSync(join(home, 'settings.json')).mode & 0o777, 0o600)
      await page.getByRole('link', { name: /Readings/ }).click()
      await page.locator('#connection.live').waitFor()
    } finally {
      clearInterval(feed)
    }

    await gateway.stop()
    gateway = await Gateway.start({ home, env: { ...outside, FIELDLOG_SERIAL: 'demo:' } })
    const facts = gateway.lines.filter((line) => /^ {2}(serial|broker|gateway|login) /.test(line))
    assert.deepEqual(facts, [
      '  serial   demo:',
      `  broker   ${broker.url}`,
      '  gateway  cellar',
      '  login    user admin',
    ])
    assert.doesNotMatch(gateway.lines.join('\n'), /right|sesame/)
    const later = await open()
    await later.goto(`${urlOf(gateway)}fieldlog/setup/`)
    await heading(later, 'Log in')
    await later.getByLabel('Password').fill('open sesame')
    await press(later, 'Log in')
    await later.getByText('This is set in the environment').waitFor()
    await picture(later, '6-fixed')
  })

  it('tells the second one that somebody was faster', async () => {
    const [first, second] = [await open(), await open()]
    await heading(first, 'Choose a password')
    await heading(second, 'Choose a password')
    await setPassword(first, 'open sesame')
    await heading(first, 'Which device')
    await setPassword(second, 'open barley')
    await heading(second, 'Somebody was faster')
    await picture(second, '7-taken')
    await press(second, 'Log in')
    await second.getByLabel('Password').fill('open barley')
    await press(second, 'Log in')
    await second.getByText('User or password is wrong.').waitFor()
  })

  it('is used by the keyboard alone, in German and in the dark', async () => {
    const page = await open({ locale: 'de-DE', colorScheme: 'dark' })
    await heading(page, 'Ein Passwort wählen')
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
    const { keyboard } = page
    await keyboard.press('Tab')
    await keyboard.type('sesam öffne dich')
    await keyboard.press('Tab')
    await keyboard.type('sesam öffne dich')
    await picture(page, 'de-1-password')
    await keyboard.press('Enter')
    await heading(page, 'Welches Gerät')
    await page.getByText('Eine andere Adresse').waitFor()
    await picture(page, 'de-2-device')
    // into the group of devices, and down to the made-up sensors
    await keyboard.press('Tab')
    await keyboard.press('ArrowDown')
    await picture(page, 'de-2-demo')
    await keyboard.press('Enter')
    await heading(page, 'Wohin sollen die Messwerte?')
    await picture(page, 'de-3-broker')
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await heading(page, 'Wie heißt das Gateway?')
    await keyboard.press('Tab')
    await keyboard.press('ControlOrMeta+a')
    await keyboard.type('keller')
    await picture(page, 'de-4-name')
    await keyboard.press('Enter')
    await heading(page, 'Es läuft')
    await picture(page, 'de-5-done')
    assert.deepEqual(JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')), {
      FIELDLOG_SERIAL: 'demo:',
      FIELDLOG_BAUD: '57600',
      FIELDLOG_GATEWAY: 'keller',
    })
  })
})
