// Node-RED's editor in a real browser (Debian's Chromium), and the handful of things a user does there.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

/** The part of the editor's own `RED` that is used. */
interface BrowserRed {
  nodes: { filterNodes(filter: { type: string }): Array<{ name?: string }> }
  editor: { edit(node: object): void }
}

export interface EditorOptions {
  /** default 1280 x 800 */
  size?: { width: number; height: number }
  /** dark is a look of Node-RED 5's own, which it takes when the reader's system has it and the reader wants that */
  colorScheme?: 'light' | 'dark'
  /** the browser's language, which the editor takes for its own; default: English */
  locale?: string
  /** what to put into the editor's own form; default: there is no login */
  login?: { user: string; password: string }
}

/** where pictures of panels are put, if anywhere */
const pictures = process.env.FIELDLOG_PICTURES

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

/** What a page of the editor has for it. */
interface ConfigEditor {
  nodes: { eachConfig(callback: (node: { type: string; id: string }) => void): void }
  editor: { editConfig(name: string, type: string, id: string): void }
}

export class Editor {
  readonly page: Page
  /** what the page reported as errors: from its console, and from scripts that failed */
  readonly problems: string[] = []
  readonly #browser: Browser

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser
    this.page = page
    page.on('console', (message) => {
      // the list of modules that can be installed lies on the internet, where tests do not go; what the
      // server refuses comes below, with its address
      const expected = /net::ERR_|Failed to load resource/.test(message.text())
      if (message.type() === 'error' && !expected) this.problems.push(message.text())
    })
    page.on('response', (response) => {
      // a panel asks for the readings or counters of a journal that is not deployed yet
      const expected = response.status() === 404 && response.url().includes('/fieldlog/')
      if (response.status() >= 400 && !expected) this.problems.push(`${response.status()} ${response.url()}`)
    })
    page.on('pageerror', (error) => {
      if (!isTheEditorsOwn(error)) this.problems.push(error.stack ?? error.message)
    })
  }

  /** Opens it and waits until it shows the flows. */
  static async open(url: string, options: EditorOptions = {}): Promise<Editor> {
    const browser = await launchChromium()
    const page = await browser.newPage({
      viewport: options.size ?? { width: 1280, height: 800 },
      colorScheme: options.colorScheme ?? 'light',
      locale: options.locale ?? 'en-US',
    })
    page.setDefaultTimeout(30_000)
    const editor = new Editor(browser, page)
    if (options.colorScheme === 'dark') {
      await page.addInitScript(() => localStorage.setItem('view-dark-theme', JSON.stringify('auto')))
    }
    await page.goto(url)
    if (options.login) {
      await page.locator('#node-dialog-login-username').fill(options.login.user)
      await page.locator('#node-dialog-login-password').fill(options.login.password)
      await page.locator('#node-dialog-login-submit').click()
    }
    await page.locator('#red-ui-workspace-chart').waitFor()
    await page.locator('.red-ui-palette-node').first().waitFor()
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' })
    return editor
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }

  /** Drags a node from the palette to a place on the canvas (pixels of the window); gives its id. */
  async drag(type: string, x: number, y: number): Promise<string> {
    const before = await this.#ids(type)
    const entry = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`)
    await entry.scrollIntoViewIfNeeded()
    await entry.hover()
    await this.page.mouse.down()
    await this.page.mouse.move(x - 40, y, { steps: 5 })
    await this.page.mouse.move(x, y, { steps: 5 })
    await this.page.mouse.up()
    const added = (await this.#ids(type)).filter((id) => !before.includes(id))
    if (added.length !== 1) throw new Error(`dragging ${type} added ${added.length} nodes`)
    return added[0] as string
  }

  /** Opens a node's panel by a double click, and waits until it stands still. */
  async openPanel(id: string): Promise<void> {
    // Node-RED counts clicks by itself, and does not take two in one millisecond for a double click
    await this.page.locator(`[id="${id}"] .red-ui-flow-node`).dblclick({ force: true, delay: 30 })
    await this.panelOpen()
  }

  /** Opens the panel of a type's first node, or of the one with this name. */
  async edit(type: string, name?: string): Promise<void> {
    await this.page.evaluate(
      ([type, name]) => {
        const { RED } = globalThis as unknown as { RED: BrowserRed }
        const found = RED.nodes.filterNodes({ type }).find((each) => name === undefined || each.name === name)
        RED.editor.edit(found as object)
      },
      [type, name] as const,
    )
    await this.panelOpen()
  }

  async panelOpen(): Promise<void> {
    await this.page.locator('.red-ui-tray').last().waitFor()
    await this.page.waitForFunction(() => {
      const tray = document.querySelector('.red-ui-tray:last-child')
      return tray !== null && getComputedStyle(tray).right === '0px'
    })
  }

  /** Closes the panel by its Done button; a panel below it comes back, or the canvas does. */
  async done(): Promise<void> {
    const tray = this.page.locator('.red-ui-tray').last()
    const closed = await tray.elementHandle()
    await tray.locator('#node-dialog-ok, #node-config-dialog-ok').click()
    await this.page.waitForFunction((closed) => {
      const shade = document.querySelector('#red-ui-editor-shade')
      const below = document.querySelector('.red-ui-tray:last-child')
      if (closed?.isConnected || !shade) return false
      return below ? getComputedStyle(below).right === '0px' : getComputedStyle(shade).display === 'none'
    }, closed)
  }

  async deploy(): Promise<void> {
    const answered = this.page.waitForResponse(
      (response) => response.url().endsWith('/flows') && response.request().method() === 'POST',
    )
    await this.page.locator('#red-ui-header-button-deploy').click()
    const confirm = this.page.getByRole('button', { name: 'Confirm deploy' })
    await Promise.race([
      answered,
      confirm.waitFor({ timeout: 5_000 }).then(() => confirm.click(), ignoreTimeout),
    ])
    const response = await answered
    // the question's shades fade away, and take the clicks until then
    for (const shade of ['#red-ui-full-shade', '#red-ui-editor-shade']) {
      await this.page.locator(shade).waitFor({ state: 'hidden' })
    }
    if (!response.ok()) throw new Error(`the deploy was answered with ${response.status()}`)
  }

  /** Opens the panel of the one config node of a type, by the editor's own function. */
  async openConfig(type: string): Promise<void> {
    await this.page.evaluate((wanted) => {
      const { RED } = globalThis as unknown as { RED: ConfigEditor }
      RED.nodes.eachConfig(({ type, id }) => {
        if (type === wanted) RED.editor.editConfig('', type, id)
      })
    }, type)
    await this.panelOpen()
    await this.page.locator('#node-config-dialog-ok').waitFor()
  }

  /** Puts a picture of the page into the folder FIELDLOG_PICTURES, for people to look at; without that does nothing. */
  async picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await this.page.screenshot({ path: join(pictures, `${name}.png`) })
  }

  /** Counts how often a mouse button goes down from now on; the function it gives says how often. */
  async countClicks(): Promise<() => Promise<number>> {
    const counter = await this.page.evaluateHandle(() => {
      const counter = { clicks: 0 }
      addEventListener('mousedown', () => void counter.clicks++, true)
      return counter
    })
    return () => counter.evaluate(({ clicks }) => clicks)
  }

  async #ids(type: string): Promise<string[]> {
    return this.page.evaluate((type) => {
      const { RED } = globalThis as unknown as {
        RED: { nodes: { filterNodes(filter: { type: string }): Array<{ id: string }> } }
      }
      return RED.nodes.filterNodes({ type }).map(({ id }) => id)
    }, type)
  }
}

/** On a slow machine the editor's own scripts stumble at times (its tips, before their box is there). */
function isTheEditorsOwn({ stack = '' }: Error): boolean {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return frames.length > 0 && frames.every((frame) => /\/(red|vendor)\//.test(frame))
}

/** No question was asked: nothing in the flow is incomplete. */
function ignoreTimeout(): undefined {
  return undefined
}

/** Debian's Chromium, without a window. */
export function launchChromium(): Promise<Browser> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    existsSync,
  )
  if (!executablePath) throw new Error('no Chromium here; install the package chromium')
  return chromium.launch({ executablePath, args: flags, headless: true })
}
