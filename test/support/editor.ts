// Node-RED's editor in a real browser (Debian's Chromium).
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

export interface Editor {
  page: Page
  /** what the page reported as errors, from its console and from scripts that failed */
  problems: string[]
  close(): Promise<void>
}

export interface EditorOptions {
  /** default 1280 x 800 */
  size?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Opens the editor and waits until it shows the flows. */
export async function openEditor(url: string, options: EditorOptions = {}): Promise<Editor> {
  const browser = await launch()
  const page = await browser.newPage({
    viewport: options.size ?? { width: 1280, height: 800 },
    colorScheme: options.colorScheme ?? 'light',
  })
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(url)
  await page.locator('#red-ui-workspace-chart').waitFor()
  await page.locator('#red-ui-loading-progress, #red-ui-main-container').last().waitFor()
  await page.locator('.red-ui-palette-node').first().waitFor()
  return { page, problems, close: () => browser.close() }
}

function launch(): Promise<Browser> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    existsSync,
  )
  if (!executablePath) throw new Error('no Chromium here; install the package chromium')
  return chromium.launch({ executablePath, args: flags, headless: true })
}
