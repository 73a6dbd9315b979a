// Old readings get the values and verdicts of changed formats and rules when a user has the history made again on the
// pages; the broker gets none of it.
import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { launchChromium } from '../support/programs/editor.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { portOpened } from '../support/serial-open.ts'

interface Latest {
  series: Array<{
    type: string
    verdict: string
    reasons: string[]
    fields: Array<{ name: string; value: number }>
  }>
}

interface FlowNode {
  type: string
  definition?: { type: string; fields: Array<{ name: string; scale?: string }> }
  predicates?: object[]
}

/** what node sends: 18.2 °C */
const line = (node: number) => `OK ${node} 1 118 182 0\r\n`
const nodes = [2, 4, 5]

describe('the history that a user has made again', function () {
  this.timeout(90_000)
  let broker: Mosquitto
  let pty: Pty
  let gateway: Gateway
  let collector: Collector
  let browser: Browser
  let page: Page

  before(async () => {
    broker = await startMosquitto()
    pty = await createPty()
    collector = await Collector.open(broker.url, 'fieldlog/+/+/room/#')
    gateway = await Gateway.start({
      env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url, FIELDLOG_FLUSH_INTERVAL: '0' },
    })
    await portOpened(gateway.child, pty)
    browser = await launchChromium()
    page = await browser.newPage()
  })
  after(async () => {
    await (browser as Browser | undefined)?.close()
    await (gateway as Gateway | undefined)?.remove()
    await (collector as Collector | undefined)?.close()
    await (pty as Pty | undefined)?.close()
    await (broker as Mosquitto | undefined)?.remove()
  })

  const url = (path: string) => new URL(path, gateway.url)

  /** The rooms of the history, as soon as they are as wanted. */
  async function rooms(isWanted: (all: Latest['series']) => boolean): Promise<Latest['series']> {
    for (const end = performance.now() + 30_000; ; ) {
      const response = await fetch(url('fieldlog/api/latest'))
      const found = response.ok ? ((await response.json()) as Latest).series : []
      const all = found.filter(({ type }) => type === 'room')
      if (isWanted(all)) return all
      if (performance.now() > end) throw new Error(`the rooms stay ${JSON.stringify(all)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  const temperatures = (all: Latest['series']) =>
    all.map(({ fields }) => fields.find(({ name }) => name === 'temp')?.value)

  /** Doubles the scale of the temperature, and adds a rule that this breaks. */
  async function changeFlow(): Promise<void> {
    const flows = (await (await fetch(url('flows'))).json()) as FlowNode[]
    const format = flows.find(({ definition }) => definition?.type === 'room')
    const field = format?.definition?.fields.find(({ name }) => name === 'temp')
    assert.equal(field?.scale, '1/10')
    field.scale = '2/10'
    const label = flows.find(({ type }) => type === 'fieldlog-label')!
    label.predicates = [{ name: 'hot', says: 'bad', field: 'temp', operator: 'is above', values: [30] }]
    const answer = await fetch(url('flows'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'nodes' },
      body: JSON.stringify(flows),
    })
    assert.equal(answer.status, 204)
  }

  it('has old readings with new values and verdicts, of which the broker gets none', async () => {
    pty.write(nodes.map(line).join(''))
    const before = await rooms((all) => all.length === nodes.length)
    assert.deepEqual(temperatures(before), [18.2, 18.2, 18.2])
    assert.ok(before.every(({ verdict }) => verdict === 'good'))
    await collector.until(() => collector.messages.length === nodes.length)

    await changeFlow()
    await page.goto(url('fieldlog/#/gateway').href)
    await page.getByRole('button', { name: 'Make the history again' }).click()
    await page.getByRole('button', { name: 'Make it again' }).click()
    const after = await rooms((all) => all.length === nodes.length && temperatures(all)[0] === 36.4)
    assert.deepEqual(temperatures(after), [36.4, 36.4, 36.4])
    for (const { verdict, reasons } of after) {
      assert.equal(verdict, 'bad')
      assert.deepEqual(reasons, ['hot: temp: found 36.4, expected at most 30'])
    }

    // what comes now passes through the same flow and is the next message of all
    pty.write(line(6))
    await collector.until(() => collector.messages.length > nodes.length)
    assert.equal(collector.messages.length, nodes.length + 1)
    assert.match(collector.messages.at(-1)!.topic, /\/bad\/room\/.*-6$/)
  })
})
