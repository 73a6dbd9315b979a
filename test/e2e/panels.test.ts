// Every panel in the browser: in German nothing stays English, whatever is typed; all texts can be read in light and dark themes. With FIELDLOG_PICTURES a picture of each in
// every size, colour scheme and language, for people to look at.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { currentVersion } from '../../lib/migrate/migrate.ts'
import { Gateway } from '../support/gateway.ts'
import { faintTexts } from '../support/programs/contrast.ts'
import { darkTheme } from '../support/programs/dark-theme.ts'
import { Editor, type EditorOptions } from '../support/programs/editor.ts'
import { cancel, form, mistype, openPanel, sentences, typesIn } from '../support/programs/panels.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

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

const german: EditorOptions = { locale: 'de-DE' }
/** What pictures are made of, beside the German panels. */
const looks: Record<string, EditorOptions> =
  process.env.FIELDLOG_PICTURES === undefined
    ? {}
    : {
        'dark-1280': { colorScheme: 'dark' },
        'light-1600': { size: { width: 1600, height: 1000 } },
        'dark-1600': { size: { width: 1600, height: 1000 }, colorScheme: 'dark' },
      }

/** Nodes that the default flow has none of. */
const others = ['http-body', 'events-in', 'events', 'cluster', 'timing', 'query'].map((name) => ({
  id: `test-${name}`,
  type: `fieldlog-${name}`,
}))

/** A port beside that of the default flow. */
const second = { name: 'roof', path: '/dev/ttyUSB7', version: currentVersion('fieldlog-port') }

/** WCAG 2, level AA, for texts of usual size */
const readable = 4.5

/** Style sheets. Node-RED 5 has a dark look of its own as well, which sets the same variables. */
const themes = { light: ':root {}', dark: darkTheme }

for (const nodeRed of usualNodeReds) {
  describe(`panels (${nodeRed})`, function () {
    this.timeout(400_000)
    let gateway: Gateway

    before(async () => {
      gateway = await Gateway.start({ nodeRed })
      await addNodes(gateway.url, [...others, { ...second, id: 'test-port', type: 'fieldlog-port' }])
    })
    after(() => (gateway as Gateway | undefined)?.remove())

    it('say nothing in English to a German reader, however wrong what is typed', async () => {
      const editor = await Editor.open(gateway.url, german)
      const found: string[] = []
      try {
        for (const type of await typesIn(editor.page)) {
          await openPanel(editor, type)
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
        .filter((text) => !readings.some((pattern) => pattern.test(text)))
        .filter((text) => englishWords.test(text.replace(quoted, '')))
      assert.deepEqual([...new Set(left)], [])
    })

    it('can be read in each place, in light and dark themes, whatever is typed', async () => {
      const editor = await Editor.open(gateway.url)
      const faint: string[] = []
      const look = async (type: string) => {
        for (const [theme, style] of Object.entries(themes)) {
          const sheet = await editor.page.addStyleTag({ content: style })
          await editor.picture(`${nodeRed}-${theme}-${type}`)
          for (const { text, contrast, colour, ground } of await faintTexts(form(editor.page), readable)) {
            faint.push(`${type}, ${theme}: ${text}: ${contrast}, ${colour} on ${ground}`)
          }
          await sheet.evaluate((element) => (element as Element).remove())
        }
      }
      try {
        for (const type of await typesIn(editor.page)) {
          await openPanel(editor, type)
          await look(type)
          await mistype(editor.page)
          await look(`${type}-mistyped`)
          await cancel(editor.page)
        }
        assert.deepEqual(editor.problems, [])
      } finally {
        await editor.close()
      }
      assert.deepEqual([...new Set(faint)], [])
    })

    it('fit into a small window: labels of a store beside their inputs, the button below the list of devices', async () => {
      const editor = await Editor.open(gateway.url, { size: { width: 1280, height: 800 } })
      try {
        await openPanel(editor, 'fieldlog-store')
        for (const name of ['name', 'file', 'keepRaw', 'keepQuarters', 'keepSize']) {
          const label = await editor.page.locator(`label[for="node-input-${name}"]`).boundingBox()
          const input = await editor.page.locator(`#node-input-${name}`).boundingBox()
          assert.ok(label && input && label.height < 30, `the label of ${name} wraps`)
          assert.ok(
            input.y < label.y + label.height && input.x >= label.x + label.width,
            `${name} is below its label`,
          )
        }
        await cancel(editor.page)
        await openPanel(editor, 'fieldlog-devices')
        const button = await form(editor.page).locator('.red-ui-editableList-addButton').boundingBox()
        const body = await editor.page.locator('.red-ui-tray-body').first().boundingBox()
        assert.ok(button && body && button.y + button.height <= body.y + body.height, 'the button is cut')
        await cancel(editor.page)
      } finally {
        await editor.close()
      }
    })

    it('say that another port has the same name in the log, before Done', async () => {
      const editor = await Editor.open(gateway.url)
      try {
        await openPanel(editor, 'fieldlog-port')
        const shared = editor.page.locator('#fieldlog-port-source-shared')
        assert.equal(await shared.textContent(), '')
        // the demo keeps its own name, whatever the port is called
        await editor.page.locator('#node-config-input-path').fill('/dev/ttyUSB3')
        await editor.page.locator('#node-config-input-name').fill('roof')
        assert.equal(
          await shared.textContent(),
          'The port roof is called roof in the log, too: the lines of both are one source, so names of devices, rules that look back and series in the store take their devices for the same. Give this port a name of its own.',
        )
        await editor.picture(`${nodeRed}-shared-name`)
        await editor.page.locator('#node-config-input-sourceName').fill('cellar')
        assert.equal(await shared.textContent(), '')
        await cancel(editor.page)
      } finally {
        await editor.close()
      }
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
            await openPanel(editor, type)
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

/** Deploys nodes on a tab of their own beside what runs. */
async function addNodes(url: string, nodes: ReadonlyArray<{ id: string; type: string }>): Promise<void> {
  const flows = (await (await fetch(`${url}flows`)).json()) as object[]
  const placed = nodes.map((node, i) => ({ ...node, z: 'test-tab', x: 200, y: 60 * (i + 1), wires: [] }))
  const answer = await fetch(`${url}flows`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify([...flows, { id: 'test-tab', type: 'tab', label: 'others' }, ...placed]),
  })
  assert.equal(answer.status, 204)
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
