// A flow made by an earlier version: it runs as it did, and becomes one of today only where a user changes it.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { currentVersion } from '../../lib/migrate/migrate.ts'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { jeelinkSample, type SampleLine, wire } from '../support/jeelink.ts'
import { Editor } from '../support/programs/editor.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

interface FlowNode {
  id: string
  type: string
  name?: string
  [property: string]: unknown
}

interface BrowserRed {
  nodes: {
    dirty(): boolean
    eachNode(callback: (node: { changed?: boolean; id: string }) => void): void
    eachConfig(callback: (node: { changed?: boolean; id: string }) => void): void
  }
}

const fixture = readFileSync(join(import.meta.dirname, '../fixtures/gateway-1.0.0-alpha.1.json'), 'utf8')
const shipped = JSON.parse(fixture) as FlowNode[]

/** The same flow as the first nodes of each type would have written it: without what they got later. */
const laterProperties = [
  'lateTopic',
  'payload',
  'expiry',
  'order',
  'pace',
  'maxSize',
  'keep',
  'match',
  'sample',
]
const first = shipped.map((node) => {
  const kept = Object.entries(node).filter(([name]) => !laterProperties.includes(name))
  const old = Object.fromEntries(kept) as FlowNode
  return node.type === 'fieldlog-mqtt-out' ? { ...old, topic: '' } : old
})

for (const nodeRed of supportedNodeReds) {
  for (const [name, flow] of [
    ['1.0.0-alpha.1', shipped],
    ['the first nodes', first],
  ] as const) {
    describe(`a flow of ${name} (${nodeRed})`, function () {
      this.timeout(240_000)
      const text = flow === shipped ? fixture : JSON.stringify(flow)
      let home: string
      let broker: Mosquitto
      let pty: Pty
      let gateway: Gateway
      let collector: Collector
      let editor: Editor

      before(async () => {
        home = mkdtempSync(join(tmpdir(), 'fieldlog-old-flow-'))
        writeFileSync(join(home, 'flows.json'), text)
        broker = await startMosquitto()
        pty = await createPty()
        collector = await Collector.open(broker.url, 'fieldlog/#')
        gateway = await Gateway.start({
          nodeRed,
          home,
          env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_MQTT: broker.url, FIELDLOG_FLUSH_INTERVAL: '0' },
        })
        await portOpened(gateway.child, pty)
      })
      after(async () => {
        // where the start failed, what did start must end all the same
        await (editor as Editor | undefined)?.close()
        await (gateway as Gateway | undefined)?.remove()
        await (collector as Collector | undefined)?.close()
        await (pty as Pty | undefined)?.close()
        await (broker as Mosquitto | undefined)?.remove()
        rmSync(home, { recursive: true })
      })

      /** Sends lines, and checks that what is published of them is what it has always been. */
      async function runsAsBefore(): Promise<void> {
        const before = published(collector).length
        const lines = jeelinkSample(120)
        const wanted = lines.filter(({ expected }) => expected).map(shown)
        await pty.write(wire(lines))
        await collector.until(() => published(collector).length >= before + wanted.length, 30_000)
        assert.deepEqual(published(collector).slice(before).sort(), wanted.sort())
      }

      it('runs, with the same results, and is not touched', async () => {
        await runsAsBefore()
        assert.equal(readFileSync(join(home, 'flows.json'), 'utf8'), text)
      })

      it('opens in the editor with nothing marked as changed, also after a look into panels', async () => {
        editor = await Editor.open(gateway.url)
        assert.deepEqual(await changed(editor.page), [])
        for (const node of ['serial-in', 'log', 'clean', 'label', 'mqtt-out']) {
          await editor.edit(`fieldlog-${node}`)
          await editor.page.locator('#node-dialog-cancel').click()
          await editor.page.locator('#red-ui-editor-shade').waitFor({ state: 'hidden' })
        }
        assert.deepEqual(await changed(editor.page), [])
        assert.deepEqual(editor.problems, [])
      })

      it('is deployed with today’s form of the nodes that were changed, and runs on', async () => {
        const out = shipped.find((node) => node.name === 'good') as FlowNode
        const clean = shipped.find(({ type }) => type === 'fieldlog-clean') as FlowNode
        await editor.edit('fieldlog-mqtt-out', 'good')
        assert.equal(await editor.page.locator('#node-input-order').inputValue(), 'strict')
        assert.equal(await editor.page.locator('#node-input-topic').inputValue(), out.topic)
        await editor.done()
        await editor.edit('fieldlog-clean')
        assert.equal(await editor.page.locator('#node-input-match').inputValue(), 'first')
        await editor.done()
        assert.deepEqual(await changed(editor.page), [clean.id, out.id].sort())
        await editor.deploy()
        const deployed = (await (await fetch(`${gateway.url}flows`)).json()) as FlowNode[]
        const now = new Map(deployed.map((node) => [node.id, plain(node)]))
        for (const node of flow) {
          const isChanged = node.id === out.id || node.id === clean.id
          const today = shipped.find(({ id }) => id === node.id) as FlowNode
          assert.deepEqual(
            now.get(node.id),
            plain(isChanged ? { ...today, ...added(node.type), version: currentVersion(node.type) } : node),
          )
        }
        await portOpened(gateway.child, pty)
        await runsAsBefore()
      })
    })
  }
}

/** What a type has got since that version. */
function added(type: string): Record<string, unknown> {
  if (type !== 'fieldlog-mqtt-out') return {}
  const report = { reportInterval: '5', nodeId: '', firmware: '', location: '', compressed: false }
  const announced = {
    latest: 'off',
    homeassistant: 'off',
    homeassistantPrefix: 'homeassistant',
    homeassistantTypes: '',
  }
  return { played: false, ...report, ...announced }
}

/** Topic and content of each event, as one line. */
function published(collector: Collector): string[] {
  return collector.messages
    .filter(({ topic }) => /\/(good|bad|rejected)\//.test(topic))
    .map(({ topic, payload }) => {
      const { data, raw } = JSON.parse(payload) as { data?: object; raw?: string }
      return `${topic} ${JSON.stringify(data ?? raw)}`
    })
}

function shown({ bytes, expected }: SampleLine): string {
  const { verdict, type, data } = expected as NonNullable<SampleLine['expected']>
  const content = verdict === 'rejected' ? bytes.toString() : data
  return `fieldlog/test-gateway/${verdict}/${type}/tty ${JSON.stringify(content)}`
}

/** Ids of the nodes that a deploy would name as changed. */
function changed(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { RED } = globalThis as unknown as { RED: BrowserRed }
    const ids: string[] = []
    const look = (node: { changed?: boolean; id: string }) => void (node.changed && ids.push(node.id))
    RED.nodes.eachNode(look)
    RED.nodes.eachConfig(look)
    return ids.sort()
  })
}

/** What is compared: numbers as texts, which inputs make of them; of the core's nodes, which are not ours, the type. */
function plain(node: FlowNode): Record<string, unknown> {
  const own = Object.entries(node).filter(([name]) => node.type.startsWith('fieldlog-') || name === 'type')
  return Object.fromEntries(
    own.map(([name, value]) => [
      name,
      name === 'wires' ? usedOutputs(value as string[][]) : typeof value === 'number' ? `${value}` : value,
    ]),
  )
}

/** The wires up to the last output that has one: the editor saves an empty list for one that a node got later. */
function usedOutputs(wires: string[][]): string[][] {
  return wires.slice(0, wires.findLastIndex((targets) => targets.length > 0) + 1)
}
