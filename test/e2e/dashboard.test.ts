// The example for FlowFuse Dashboard 2 in a real browser: its page draws a store of more readings than may go to a chart.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { currentVersion } from '../../lib/migrate/migrate.ts'
import type { FlowNode } from '../../scripts/flows/parts.ts'
import { Gateway } from '../support/gateway.ts'
import { writeStore } from '../support/history/history-store.ts'
import { launchChromium } from '../support/programs/editor.ts'

const dashboard = '@flowfuse/node-red-dashboard@1.31.0'
const pictures = process.env.FIELDLOG_PICTURES
const example = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../examples/dashboard.json'), 'utf8'),
) as FlowNode[]
const tab = example[0]!.id
const chart = example.find(({ type }) => type === 'ui-chart')!
/** A store behind a log to which nothing comes: what it holds stays as it is. */
const history = [
  {
    id: 'lines',
    type: 'fieldlog-journal',
    version: currentVersion('fieldlog-journal'),
    directory: 'journal',
  },
  { id: 'log', type: 'fieldlog-log', z: tab, x: 500, y: 400, wires: [['store'], []], journal: 'lines' },
  { id: 'store', type: 'fieldlog-store', z: tab, x: 600, y: 400, wires: [] },
]

/** Two devices with a reading each 20 s for 23 hours: 4,140 each. */
function readings() {
  const now = Date.now()
  return Array.from({ length: 8_280 }, (_, place) => {
    const key = place % 2 === 0 ? '12' : '13'
    const time = now - 23 * 3_600_000 + Math.floor(place / 2) * 20_000
    return { key, time, data: { light: place % 200, temp: 18 + Math.sin(place / 700) * 4 } }
  })
}

describe('the example for Dashboard 2', function () {
  this.timeout(120_000)
  let home: string
  let gateway: Gateway
  let browser: Browser

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-dashboard-'))
    writeFileSync(join(home, 'package.json'), '{"name":"user","private":true}')
    writeFileSync(join(home, 'flows.json'), JSON.stringify([...example, ...history]))
    mkdirSync(join(home, 'store'))
    writeStore(join(home, 'store/fieldlog.sqlite'), {
      rows: readings(),
      units: { temp: { unit: '°C', decimals: 1 } },
    })
    const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
    execFileSync('npm', ['install', ...options, dashboard], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    gateway = await Gateway.start({ home })
    browser = await launchChromium()
  })
  after(async () => {
    await (browser as Browser | undefined)?.close()
    await (gateway as Gateway | undefined)?.remove()
    rmSync(home, { recursive: true, force: true })
  })

  it('draws at most 1,000 points of what is chosen, and lists the latest readings', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(30_000)
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.stack ?? error.message))
    const sent = Promise.withResolvers<Point[]>()
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        const points = pointsIn(String(payload))
        if (points?.[0]?.topic === 'room/ttyUSB0-13 light') sent.resolve(points)
      })
    })
    await page.goto(`${gateway.url}dashboard/sensors`)
    await page.waitForFunction(drawnPixels, 500)

    const rows = page.locator('table tbody tr')
    await rows.nth(3).waitFor()
    const texts = await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('td')].slice(0, 4).map((cell) => cell.innerText.trim())),
    )
    assert.deepEqual(texts, [
      ['ttyUSB0-12', 'light', '78', 'good'],
      ['ttyUSB0-12', 'temp', '15.3 °C', 'good'],
      ['ttyUSB0-13', 'light', '79', 'good'],
      ['ttyUSB0-13', 'temp', '15.3 °C', 'good'],
    ])

    await page.locator('.v-select').first().click()
    await page.getByText('room/ttyUSB0-13:light').click()
    const points = await sent.promise
    assert.ok(points.length > 500 && points.length <= 1_000, String(points.length))
    assert.deepEqual([points[0]!.y, points.at(-1)!.y], [1, 79])
    await page.waitForFunction(drawnPixels, 2_000)
    if (pictures !== undefined) {
      mkdirSync(pictures, { recursive: true })
      await page.screenshot({ path: join(pictures, 'dashboard.png') })
    }
    assert.deepEqual(problems, [])
  })
})

interface Point {
  x: number
  y: number
  topic: string
}

/** The points that a message of Dashboard's websocket brings for the chart. */
function pointsIn(frame: string): Point[] | undefined {
  if (!frame.startsWith(`42["msg-input:${chart.id}",`)) return undefined
  const [, message] = JSON.parse(frame.slice(2)) as [string, { payload: Point[] }]
  return message.payload
}

/** Runs in the page: whether this many pixels of the chart have the colour of its curve. */
function drawnPixels(wanted: number): boolean {
  const canvas = document.querySelector('canvas')
  const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
  let found = 0
  for (let at = 0; at < data.length; at += 4) {
    if (data[at]! < 60 && Math.abs(data[at + 1]! - 149) < 30 && data[at + 2]! > 220) found++
  }
  return found >= wanted
}
