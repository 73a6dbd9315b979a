// Events of an energy sensor through the whole gateway: clustered as scikit-learn does, published with their cluster,
// shown as a scatter plot in the browser, and remembered over a restart.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { energy } from '../../lib/formats/library/energy.ts'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
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
  data: Record<string, number>
  cluster?: { label: number; distance: number; run: number }
}

const root = join(import.meta.dirname, '../..')
const { points } = JSON.parse(readFileSync(join(root, 'test/fixtures/energy-clusters.json'), 'utf8')) as {
  points: number[][]
}
const shipped = JSON.parse(readFileSync(join(root, 'flows/gateway.json'), 'utf8')) as FlowNode[]

/** The flow that ships, with a cluster node in front of label, and the sensor's format in the place of one of its own. */
function flow(): FlowNode[] {
  const label = shipped.find(({ type }) => type === 'fieldlog-label')!
  const cluster = {
    ...{ id: 'cluster', type: 'fieldlog-cluster', z: label.z, x: 480, y: 400, wires: [[label.id], []] },
    ...{ eventType: 'energy', every: '100' },
    fields: 'power_active, power_reactive, power_apparent, line_current, line_voltage, peak1, peak2, peak3',
  }
  const changed = shipped.map((node) => {
    if (node.type === 'fieldlog-clean') return { ...node, wires: [[cluster.id], ...node.wires!.slice(1)] }
    return node.type === 'fieldlog-format' ? { ...node, definition: energy } : node
  })
  return [...changed, cluster]
}

/** As the sensor sends it, with its own spellings. */
function lineOf([active, reactive, apparent, current, voltage, ...peaks]: number[]): string {
  return (
    'Device: ID=1; Fw=16071801; Evt=2; Alarms: CoilRevesed=OFF; ' +
    `Power: Active=${active}W; Reactive=${reactive}var; Appearent=${apparent}VA; ` +
    `Line: Current=${current}; Voltage=${voltage}V; Phase=-43,841rad; Peaks: ${peaks.join(';')}; ` +
    'UTC Time: 2016-10-4 16:47:50; hz: 49.87; FFT Re: 1;2; FFT Img: 3;4; WiFi Strength: -62; Dummy: 20\r\n'
  )
}

for (const nodeRed of usualNodeReds) {
  describe(`clusters of an energy sensor (${nodeRed})`, function () {
    this.timeout(240_000)
    let home: string
    let pty: Pty
    let gateway: Gateway
    let collector: Collector
    let editor: Editor
    let page: Page

    before(async () => {
      home = mkdtempSync(join(tmpdir(), 'fieldlog-clusters-'))
      writeFileSync(join(home, 'flows.json'), JSON.stringify(flow()))
      pty = await createPty()
      await startGateway()
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (collector as Collector | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      await (pty as Pty | undefined)?.close()
      rmSync(home, { recursive: true, force: true })
    })

    async function startGateway(): Promise<void> {
      gateway = await Gateway.start({
        nodeRed,
        home,
        env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_FLUSH_INTERVAL: '0' },
      })
      collector = await Collector.open(gateway.broker, 'fieldlog/#')
      await portOpened(gateway.child, pty)
      editor = await Editor.open(gateway.url)
      page = editor.page
    }

    const published = () =>
      collector
        .on('fieldlog/test-gateway/good/energy/')
        .map(({ payload }) => JSON.parse(payload) as Published)

    const legend = () => page.locator('.fieldlog-cluster-legend li').allInnerTexts()

    /** The colour of each mark in the legend, as R,G,B, and how many pixels of the plot have it. */
    const drawn = () =>
      page.evaluate(() => {
        const pixelsOf = (canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
          const colours = Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 4))
          return colours.map(([red, green, blue, alpha]) => (alpha === 255 ? `${red},${green},${blue}` : ''))
        }
        const plot = pixelsOf(document.querySelector('.fieldlog-cluster-canvas')!)
        return [...document.querySelectorAll<HTMLCanvasElement>('.fieldlog-cluster-legend canvas')].map(
          (mark) => {
            const colour = pixelsOf(mark)[Math.floor((mark.height * mark.width + mark.width) / 2)]!
            return [colour, plot.filter((each) => each === colour).length] as const
          },
        )
      })

    it('are none before the first run, and the panel says how to get them', async () => {
      await pty.write(points.slice(0, 40).map(lineOf).join(''))
      await collector.until(() => published().length === 40)
      await editor.edit('fieldlog-cluster')
      await page
        .getByText(
          'No run yet: 40 of 100 events so far. A run starts by itself then, or at once by a message',
        )
        .waitFor()
      await picture('empty')
      await editor.done()
    })

    it('are those that scikit-learn finds, and show in the panel', async () => {
      await pty.write(points.slice(40).map(lineOf).join(''))
      await collector.until(() => published().length === 100)
      await editor.edit('fieldlog-cluster')
      const told = page.locator('.fieldlog-cluster-told')
      while (!/^Run 1, .*, 100 events$/.test(await told.innerText())) {
        const answered = page.waitForResponse((response) => response.url().includes('/fieldlog/clusters/'))
        await page.getByRole('button', { name: 'show the last run' }).click()
        await answered
      }
      assert.deepEqual(await legend(), ['none (−1): 8', 'cluster 0: 75', 'cluster 1: 15', 'cluster 2: 2'])
      await page
        .getByRole('img', { name: 'Scatter plot of power_active (W) and power_reactive (var)' })
        .waitFor()
      await page.getByLabel('the field from bottom to top').selectOption('peak1')
      await page
        .getByRole('img', { name: 'Scatter plot of power_active (W) and peak1 (A), 100 events' })
        .waitFor()
      const [, ...clusters] = await drawn()
      assert.equal(new Set(clusters.map(([colour]) => colour)).size, 3)
      for (const [colour, count] of clusters)
        assert.ok(colour !== '' && count > 10, `${colour} is in ${count} pixels of the plot`)
      await picture('plot')
      assert.deepEqual(editor.problems, [])
      await editor.done()
    })

    it('travel with the events to the broker', async () => {
      await pty.write(lineOf(points[0]!))
      await collector.until(() => published().length === 101)
      const all = published()
      assert.deepEqual(
        all.map(({ data }) => data.power_active),
        [...points, points[0]!].map(([active]) => active),
      )
      assert.equal(all[0]!.cluster, undefined)
      const { label, distance, run } = all[100]!.cluster!
      assert.deepEqual([label, run], [0, 1])
      assert.ok(distance > 100 && distance < 114.78, String(distance))
    })

    it('are there after a restart, without their points', async () => {
      await editor.close()
      await collector.close()
      const { status } = await gateway.stop()
      assert.equal(status, 0)
      await startGateway()
      await editor.edit('fieldlog-cluster')
      await page.getByText('The points are not kept over a restart').waitFor()
      assert.deepEqual(await legend(), ['none (−1): 8', 'cluster 0: 75', 'cluster 1: 15', 'cluster 2: 2'])
      await picture('restarted')
      await editor.done()
      await pty.write(lineOf(points[0]!))
      await collector.until(() => published().length === 1)
      assert.deepEqual([published()[0]!.cluster?.label, published()[0]!.cluster?.run], [0, 1])
      assert.deepEqual(editor.problems, [])
    })

    async function picture(name: string): Promise<void> {
      await page.locator('#fieldlog-cluster-plot').scrollIntoViewIfNeeded()
      await editor.picture(`clusters-${nodeRed}-${name}`)
    }
  })
}
