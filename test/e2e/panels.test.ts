// Every panel in the browser: in German nothing stays English, whatever is typed. With FIELDLOG_PICTURES a picture of each in
// every size, colour scheme and language, for people to look at.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { Gateway } from '../support/gateway.ts'
import { Editor, type EditorOptions } from '../support/programs/editor.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'

interface BrowserRed {
  nodes: {
    registry: { getNodeTypes(): string[] }
    getType(type: string): { category: string } | null
    add(node: object): void
    id(): string
    filterNodes(wanted: { type: string }): object[]
    eachConfig(callback: (node: { type: string; id: string }) => void): void
  }
  editor: { edit(node: object): void; editConfig(name: string, type: string, id: string): void }
}

/** Short words that stand in every English sentence and in no German one. */
const englishWords = /\b(the|is|are|of|and|or|not|no|with|from|to|for|needs|must|give|has|have|this|that)\b/i

/** In the language of rules and of what a device says, whatever the editor's is. */
const quoted = /`[^`]*`|„[^“]*“|"[^"]*"|\b\d+ of \d+\b/g

/** English by its nature: what a reading holds, the reasons in an event, titles of the library's formats. */
const readings = [
  /^fieldlog-devices: id \d+ · /,
  /: found [\d.]+, expected /,
  /^fieldlog-(format|clean): \w+: /,
]
/** Not translated yet: what is said of a port's address, and the state of the store. */
const notYet = [/is not a device path: /, /^fieldlog-store: all events are stored$/]

const german: EditorOptions = { locale: 'de-DE' }
/** What pictures are made of, beside the German panels. */
const looks: Record<string, EditorOptions> =
  process.env.FIELDLOG_PICTURES === undefined
    ? {}
    : {
        'light-1280': {},
        'dark-1280': { colorScheme: 'dark' },
        'light-1600': { size: { width: 1600, height: 1000 } },
        'dark-1600': { size: { width: 1600, height: 1000 }, colorScheme: 'dark' },
      }

for (const nodeRed of supportedNodeReds) {
  describe(`panels (${nodeRed})`, function () {
    this.timeout(400_000)
    let gateway: Gateway

    before(async () => {
      gateway = await Gateway.start({ nodeRed })
    })
    after(() => (gateway as Gateway | undefined)?.remove())

    it('say nothing in English to a German reader, however wrong what is typed', async () => {
      const editor = await Editor.open(gateway.url, german)
      const found: string[] = []
      try {
        for (const type of await typesIn(editor.page)) {
          await open(editor.page, type)
          await editor.picture(`${nodeRed}-german-${type}`)
          found.push(...(await sentences(editor.page)).map((text) => `${type}: ${text}`))
          await mistype(editor.page)
          await editor.picture(`${nodeRed}-german-wrong-${type}`)
          found.push(...(await sentences(editor.page)).map((text) => `${type}: ${text}`))
          await cancel(editor.page)
        }
        assert.deepEqual(editor.problems, [])
      } finally {
        await editor.close()
      }
      const left = found
        .filter((text) => ![...readings, ...notYet].some((pattern) => pattern.test(text)))
        .filter((text) => englishWords.test(text.replace(quoted, '')))
      assert.deepEqual([...new Set(left)], [])
    })

    if (process.env.FIELDLOG_PICTURES !== undefined) {
      it('have a flow around them, as docs/flow.png shows it', async () => {
        const editor = await Editor.open(gateway.url, { size: { width: 1600, height: 1000 } })
        try {
          await pictureOfFlow(editor.page, join(process.env.FIELDLOG_PICTURES ?? '', `flow-${nodeRed}.png`))
        } finally {
          await editor.close()
        }
      })
    }

    for (const [name, look] of Object.entries(looks)) {
      it(`have their pictures taken (${name})`, async () => {
        const editor = await Editor.open(gateway.url, look)
        try {
          for (const type of await typesIn(editor.page)) {
            await open(editor.page, type)
            await editor.picture(`${nodeRed}-${name}-${type}`)
            await cancel(editor.page)
          }
          assert.deepEqual(editor.problems, [])
        } finally {
          await editor.close()
        }
      })
    }
  })
}

/** The nodes of the tab, with a little room around them. */
async function pictureOfFlow(page: Page, path: string): Promise<void> {
  const nodes = await page.locator('#red-ui-workspace-chart .red-ui-flow-node-group').all()
  await page.locator('.red-ui-flow-node-status-group:visible').nth(3).waitFor()
  const boxes = (await Promise.all(nodes.map((node) => node.boundingBox()))).filter((box) => box !== null)
  const left = Math.min(...boxes.map(({ x }) => x)) - 3
  const top = Math.min(...boxes.map(({ y }) => y)) - 12
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - left + 12
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - top + 24
  await page.screenshot({ path, clip: { x: left, y: top, width, height } })
}

/** The types of Fieldlog's nodes of which the flow has one. */
async function typesIn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { nodes } = (globalThis as unknown as { RED: BrowserRed }).RED
    const configs = new Set<string>()
    nodes.eachConfig(({ type }) => void configs.add(type))
    return nodes.registry
      .getNodeTypes()
      .filter((type) => type.startsWith('fieldlog-'))
      .filter((type) => configs.has(type) || nodes.filterNodes({ type }).length > 0)
  })
}

async function open(page: Page, type: string): Promise<void> {
  await page.evaluate((type) => {
    const { nodes, editor } = (globalThis as unknown as { RED: BrowserRed }).RED
    const [node] = nodes.filterNodes({ type })
    if (node) return editor.edit(node)
    let id = ''
    nodes.eachConfig((config) => {
      if (config.type === type) id ||= config.id
    })
    return editor.editConfig('', type, id)
  }, type)
  await page
    .locator('.red-ui-tray #dialog-form, .red-ui-tray #node-config-dialog-edit-form')
    .first()
    .waitFor()
  // trays slide in, and what a panel asks the gateway for comes a little later
  await page.waitForLoadState('networkidle')
  await page.locator('.red-ui-tray-body').first().waitFor()
}

/** Puts into each input of the panel what no number, name, path or list is. */
async function mistype(page: Page): Promise<void> {
  const inputs = page.locator(
    '.red-ui-tray :is(#dialog-form, #node-config-dialog-edit-form) input[type="text"]:visible:enabled',
  )
  for (let place = 0; place < (await inputs.count()); place++) {
    await inputs.nth(place).evaluate((element) => {
      const input = element as unknown as { value: string; dispatchEvent(event: unknown): void }
      input.value = ' ?;/{}# '
      const { Event } = globalThis as unknown as { Event: new (name: string, init: object) => unknown }
      for (const name of ['input', 'change']) input.dispatchEvent(new Event(name, { bubbles: true }))
    })
  }
}

/** The texts that can be read in the panel, tooltips and placeholders among them. */
async function sentences(page: Page): Promise<string[]> {
  return page
    .locator('.red-ui-tray :is(#dialog-form, #node-config-dialog-edit-form)')
    .first()
    .evaluate((form) => {
      interface Part {
        innerText?: string
        childNodes: Iterable<{ nodeType: number; nodeValue: string | null }>
        getAttribute(name: string): string | null
      }
      const parts = [
        ...(form as unknown as { querySelectorAll(all: string): Iterable<Part> }).querySelectorAll(
          ':not(style)',
        ),
      ]
      const texts = parts.flatMap((part) => [
        ...[...part.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ nodeValue }) => nodeValue),
        ...['title', 'placeholder', 'aria-label'].map((name) => part.getAttribute(name)),
      ])
      return texts.map((text) => text?.trim() ?? '').filter((text) => text !== '')
    })
}

async function cancel(page: Page): Promise<void> {
  await page.locator('#node-dialog-cancel, #node-config-dialog-cancel').last().click()
  await page.locator('.red-ui-tray').waitFor({ state: 'detached' })
}
