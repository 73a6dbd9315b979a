// Time events through the whole gateway: spans at the broker, judged by a rule, over kills; the table in the browser.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

interface FlowNode {
  id: string
  type: string
  wires?: string[][]
  [property: string]: unknown
}

interface Published {
  id: string
  data: { outcome: string; duration: number; steps: object[] }
  reasons: string[]
}

const root = join(import.meta.dirname, '../..')
const shipped = JSON.parse(readFileSync(join(root, 'flows/gateway.json'), 'utf8')) as FlowNode[]
const boot = 1_480_000_000_000
/** ms for which a span is awaited: it may come behind a start of the gateway */
const limit = 60_000
const texts = ['cat', 'source', 'pid', 'subject', 'seq', 'msg'].map((name) => ({
  name,
  type: 'string' as const,
}))
const definition: FormatDefinition = {
  type: 'timeevent',
  decoder: { kind: 'json' },
  fields: [{ name: 'time', type: 'number' }, { name: 'msec', type: 'number' }, ...texts],
}

/** The flow that ships, with a timing node in front of label, and a format of time events as lines of JSON. */
function flow(): FlowNode[] {
  const label = shipped.find(({ type }) => type === 'fieldlog-label')!
  const timing = {
    ...{ id: 'timing', type: 'fieldlog-timing', z: label.z, x: 480, y: 400, wires: [[label.id], []] },
    hold: '1',
  }
  const slow = {
    ...{
      says: 'bad',
      name: 'lease',
      types: ['span'],
      field: 'duration',
      operator: 'is above',
      values: [3_000],
    },
  }
  const changed = shipped.map((node) => {
    if (node.type === 'fieldlog-clean') return { ...node, wires: [[timing.id], ...node.wires!.slice(1)] }
    if (node.type === 'fieldlog-label') return { ...node, predicates: [slow] }
    return node.type === 'fieldlog-format' ? { ...node, definition } : node
  })
  return [...changed, timing]
}

function lineOf(seq: string, msec: number, subject: string): string {
  const place = { cat: 'DHCP4_CLIENT', source: 'udhcpc', pid: '812', subject }
  return `${JSON.stringify({ time: boot + msec, msec, ...place, seq })}\r\n`
}

for (const nodeRed of usualNodeReds) {
  describe(`spans of time events (${nodeRed})`, function () {
    this.timeout(240_000)
    let home: string
    let broker: Mosquitto
    let pty: Pty
    let gateway: Gateway
    let collector: Collector
    let editor: Editor

    before(async () => {
      home = mkdtempSync(join(tmpdir(), 'fieldlog-timing-'))
      writeFileSync(join(home, 'flows.json'), JSON.stringify(flow()))
      broker = await startMosquitto()
      pty = await createPty()
      collector = await Collector.open(broker.url, 'fieldlog/#')
      await startGateway()
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      await (collector as Collector | undefined)?.close()
      await (pty as Pty | undefined)?.close()
      await (broker as Mosquitto | undefined)?.remove()
      rmSync(home, { recursive: true, force: true })
    })

    async function startGateway(): Promise<void> {
      gateway = await Gateway.start({
        nodeRed,
        home,
        env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url, FIELDLOG_FLUSH_INTERVAL: '0' },
      })
      await portOpened(gateway.child, pty)
      // the first line behind the opening may have lost its beginning, and is never called good
      await pty.write('noise\r\n')
    }

    const spans = (verdict: string) =>
      collector
        .on(`fieldlog/test-gateway/${verdict}/span/udhcpc`)
        .map(({ payload }) => JSON.parse(payload) as Published)

    it('are published with their duration and steps, and judged by a rule', async () => {
      await pty.write(
        lineOf('START', 100, 'eth0') + lineOf('DISCOVER', 300, 'eth0') + lineOf('BOUND', 900, 'eth0'),
      )
      await pty.write(lineOf('START', 1_000, 'eth1') + lineOf('STOP', 4_400, 'eth1'))
      await collector.until(() => spans('good').length > 0 && spans('bad').length > 0, limit)
      const [good] = spans('good')
      assert.deepEqual([good?.data.outcome, good?.data.duration], ['done', 800])
      assert.deepEqual(good?.data.steps, [{ step: 'DISCOVER', at: 200 }])
      const [bad] = spans('bad')
      assert.match(bad?.id ?? '', /-5-span$/)
      assert.deepEqual(bad?.reasons, ['lease: duration: found 3400, expected at most 3000'])
    })

    it('begin before a kill and end after it, with the same duration', async () => {
      const [start, other] = [lineOf('START', 10_000, 'wlan0'), lineOf('START', 10_001, 'eth2')]
      await pty.write(start + other + lineOf('STOP', 10_100, 'eth2'))
      await collector.until(() => spans('good').some(({ id }) => /-8-span$/.test(id)), limit)
      await gateway.stop('SIGKILL')
      await startGateway()
      await pty.write(lineOf('STOP', 10_700, 'wlan0'))
      await collector.until(() => spans('good').some(({ id }) => /-7-span$/.test(id)), limit)
      const found = spans('good').filter(({ id }) => /-7-span$/.test(id))
      assert.deepEqual(
        new Set(found.map(({ data }) => `${data.outcome} ${data.duration}`)),
        new Set(['done 700']),
      )
    })

    it('have a table of words in the panel, which says what is wrong with a row', async () => {
      editor = await Editor.open(gateway.url)
      const { page } = editor
      await editor.edit('fieldlog-timing')
      await editor.panelOpen()
      const rows = page.locator('.fieldlog-timing-line input.fieldlog-timing-category')
      assert.deepEqual(await rows.evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value)), [
        '*',
        'CONTROLLER',
        'WIFI_LINK',
      ])
      await page.locator('.red-ui-editableList-addButton').filter({ hasText: 'category' }).click()
      await page.keyboard.type('controller')
      await page.getByText('There is a row for controller already.').waitFor()
      await editor.picture(`timing-problem-${nodeRed}`)
      await rows.last().fill('BOOT')
      await page.locator('input.fieldlog-timing-limit').last().fill('90')
      await page.locator('.fieldlog-timing-problem', { hasText: 'already' }).waitFor({ state: 'detached' })
      await editor.picture(`timing-${nodeRed}`)
      await editor.done()
      await editor.deploy()
      const flows = JSON.parse(readFileSync(join(home, 'flows.json'), 'utf8')) as FlowNode[]
      const { categories } = flows.find(({ id }) => id === 'timing')!
      assert.deepEqual((categories as object[]).at(-1), { category: 'BOOT', begins: '', ends: '', limit: 90 })
    })
  })
}
