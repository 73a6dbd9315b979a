// The package as users get it: the tarball in an ordinary Node-RED, used with mouse and keyboard.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { energyObject } from '../support/http/energy-requests.ts'
import { sendRequest } from '../support/http/send.ts'
import { Editor } from '../support/programs/editor.ts'
import { freePort } from '../support/programs/free-port.ts'
import { supportedNodeReds } from '../support/real-runtime/node-reds.ts'

const root = join(import.meta.dirname, '../..')
const screenshots = process.env.FIELDLOG_SCREENSHOTS || join(tmpdir(), 'fieldlog-screenshots')
const nodes = [
  ...['serial-in', 'http-body', 'events-in', 'log', 'clean', 'label', 'cluster', 'timing', 'store', 'query'],
  'mqtt-out',
]
const configNodes = ['port', 'journal', 'format', 'devices', 'events']
const examples = ['gateway', 'energy-sensors', 'time-events', 'dashboard']

/** A plain Node-RED's settings; nothing of ours but the package in the user directory. */
const settings = `module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  credentialSecret: 'test',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
}
`

describe('the package in an ordinary Node-RED', function () {
  this.timeout(240_000)
  let folder: string
  let tarball: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-package-'))
    mkdirSync(screenshots, { recursive: true })
    tarball = join(
      folder,
      npm(root, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder).trim(),
    )
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  describe('the tarball', () => {
    it('can be published, and npm finds nothing in package.json that it would correct', () => {
      const { stdout, stderr, status } = spawnSync('npm', ['publish', '--dry-run', '--ignore-scripts'], {
        cwd: root,
        encoding: 'utf8',
      })
      assert.equal(status, 0, stderr)
      assert.doesNotMatch(stderr, /corrected|npm pkg fix/)
      assert.match(stdout, /^\+ @fieldlog\/node-red-gateway@\d/m)
    })

    it('brings the documents, and every picture and page that the README links to', () => {
      const files = new Set(packed().map((file) => file.replace(/^package\//, '')))
      const links = [...read('README.md').matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link as string)
      const own = links.filter((link) => !link.includes(':'))
      assert.ok(own.includes('docs/flow.png'), own.join(' '))
      for (const file of [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        ...examples.map((name) => `examples/${name}.json`),
        ...['index.html', 'main.js', 'style.css', 'icon.svg', 'licenses.txt'].map(
          (name) => `dist/pages/${name}`,
        ),
        ...['index.html', 'main.js', 'style.css', 'icon.svg'].map((name) => `dist/setup/${name}`),
        ...own,
      ]) {
        assert.ok(files.has(file), `${file} is not in the package`)
      }
    })

    it('holds nothing that only the repository needs', () => {
      const others = packed().filter(
        (file) =>
          !/^package\/(dist\/(bin|lib|nodes|pages|setup)|docs|examples)\/|^package\/[A-Za-z]+\.(md|json)$/.test(
            file,
          ),
      )
      assert.deepEqual(others, ['package/LICENSE'])
    })

    const packed = () => execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
    const read = (file: string) =>
      execFileSync('tar', ['-xzOf', tarball, `package/${file}`], { encoding: 'utf8' })
  })

  for (const nodeRed of supportedNodeReds) {
    describe(nodeRed, () => {
      let runtime: ChildProcess
      let editor: Editor
      let url: string

      before(async () => {
        const userDir = join(folder, nodeRed)
        mkdirSync(userDir)
        writeFileSync(join(userDir, 'package.json'), '{"name":"user","private":true}')
        writeFileSync(join(userDir, 'settings.js'), settings)
        npm(userDir, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--silent', tarball)
        const port = await freePort()
        url = `http://127.0.0.1:${port}/`
        runtime = await startNodeRed(nodeRed, userDir, port)
        editor = await Editor.open(url)
      })
      after(async () => {
        await editor?.close()
        if (runtime && runtime.exitCode === null) {
          runtime.kill('SIGTERM')
          await once(runtime, 'exit')
        }
      })
      afterEach(async function () {
        if (this.currentTest?.state === 'failed') await shot(`failed-${this.currentTest.title}`)
      })
      const shot = (name: string) =>
        editor.page.screenshot({ path: join(screenshots, `${nodeRed}-${name}.png`) })

      it('registers every node and configuration node', async () => {
        const answer = await fetch(`${url}nodes`, { headers: { accept: 'application/json' } })
        const sets = (await answer.json()) as Array<{ module: string; types: string[]; err?: string }>
        const ours = sets.filter(({ module }) => module === '@fieldlog/node-red-gateway')
        assert.deepEqual(
          ours.filter(({ err }) => err !== undefined),
          [],
        )
        assert.deepEqual(
          ours.flatMap(({ types }) => types).sort(),
          [...nodes, ...configNodes].map((node) => `fieldlog-${node}`).sort(),
        )
      })

      it('serves the pages, which show that there is nothing yet', async () => {
        for (const file of ['', 'main.js', 'style.css', 'icon.svg']) {
          const answer = await fetch(`${url}fieldlog/${file}`)
          assert.equal(answer.status, 200, file)
          await answer.body?.cancel()
        }
        const status = await fetch(`${url}fieldlog/api/status`)
        assert.equal(status.status, 200)
        const { store, accounts } = (await status.json()) as { store: { state: string }; accounts: unknown[] }
        assert.deepEqual([store.state, accounts], ['none', []])
      })

      it('has every node in the palette, with its icon and its help', async () => {
        const { page } = editor
        for (const node of nodes) {
          const entry = page.locator(
            `#red-ui-palette-container-fieldlog [data-palette-type="fieldlog-${node}"]`,
          )
          assert.equal(await entry.count(), 1, node)
          const icon = await entry.locator('.red-ui-palette-icon').evaluate((element) => {
            return getComputedStyle(element).backgroundImage.replace(/^url\("(.*)"\)$/, '$1')
          })
          assert.match(icon, new RegExp(`/fieldlog-${node}\\.svg$`))
          const answer = await fetch(icon)
          assert.equal(answer.status, 200, icon)
          assert.match(await answer.text(), /<svg/)
        }
        for (const node of [...nodes, ...configNodes]) {
          const help = await page.evaluate((type) => {
            const { RED } = globalThis as unknown as { RED: { nodes: { getNodeHelp(type: string): string } } }
            return RED.nodes.getNodeHelp(type)
          }, `fieldlog-${node}`)
          assert.ok(help?.length > 200, `help of ${node}: ${help}`)
        }
        await shot('palette')
      })

      it('opens each panel, takes a change, and deploys', async () => {
        for (const [index, node] of nodes.entries()) {
          const id = await editor.drag(
            `fieldlog-${node}`,
            420 + (index % 2) * 250,
            180 + Math.floor(index / 2) * 80,
          )
          await editor.openPanel(id)
          await shot(`panel-${node}`)
          await assertLabels(editor)
          await editor.page.locator('#node-input-name').fill(`my ${node}`)
          await editor.done()
        }
        await editor.deploy()
        const flows = (await (await fetch(`${url}flows`)).json()) as Array<{ type: string; name?: string }>
        assert.deepEqual(
          flows
            .filter(({ type }) => nodes.some((node) => type === `fieldlog-${node}`))
            .map(({ name }) => name),
          nodes.map((node) => `my ${node}`),
        )
      })

      it('opens the panels of the configuration nodes', async () => {
        for (const [node, config, input, value] of [
          ['serial-in', 'port', 'path', 'tcp://127.0.0.1:9'],
          ['log', 'journal', 'directory', 'other-journal'],
        ] as const) {
          await editor.openPanel(await idOf(editor, `fieldlog-${node}`))
          await editor.page
            .locator(`#node-input-btn-${config}-add, #node-input-lookup-${config}`)
            .first()
            .click()
          await editor.page.locator('.red-ui-tray #node-config-dialog-ok').waitFor()
          await editor.panelOpen()
          await shot(`panel-${config}`)
          await assertLabels(editor)
          await editor.page.locator(`#node-config-input-${input}`).fill(value)
          await editor.done()
          await editor.done()
        }
      })

      it('offers the default flow as an example, which runs as it is', async () => {
        const { page } = editor
        await importExample(editor, 'gateway', 'Sensor gateway', () => shot('examples'))
        await editor.deploy()
        await page.locator('.red-ui-flow-node-status-label', { hasText: /^[1-9]\d* logged/ }).waitFor()
        await page.locator('.red-ui-flow-node-status-label', { hasText: /^clean [1-9]/ }).waitFor()
        await shot('example-running')
        assert.deepEqual(editor.problems, [])
        await pagesShow(url, 'room')
      })

      it('offers the flow for energy sensors, which takes events as it is', async () => {
        await importExample(editor, 'energy-sensors', 'Energy sensors')
        await editor.deploy()
        await editor.page.locator('.red-ui-flow-node-status-label', { hasText: /^stored 0/ }).waitFor()
        const sent = await sendRequest(`${url}log/store`, {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(JSON.stringify(energyObject)),
        })
        assert.deepEqual([sent.status, sent.text], [200, '{}'])
        await editor.page.locator('.red-ui-flow-node-status-label', { hasText: /^stored 1/ }).waitFor()
        await shot('energy-running')
        assert.deepEqual(editor.problems, [])
      })
    })
  }
})

/** Resolves when the pages have a reading of this type, which is on its way for some seconds. */
async function pagesShow(url: string, type: string): Promise<void> {
  const stream = await fetch(`${url}fieldlog/api/events`)
  assert.equal(stream.status, 200)
  let text = ''
  for await (const part of stream.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes(`"type":"${type}"`)) return
  }
  assert.fail(`the stream ended: ${text}`)
}

/** Imports a flow of the package, and shows its tab. */
async function importExample(
  editor: Editor,
  name: string,
  tab: string,
  chosen: () => Promise<unknown> = async () => {},
): Promise<void> {
  const { page } = editor
  await page.keyboard.press('Control+i')
  await page.locator('#red-ui-clipboard-dialog').waitFor()
  await page.getByRole('link', { name: 'Examples' }).click()
  const examples = page.locator('#red-ui-clipboard-dialog-import-tab-examples')
  const example = examples.getByText(name, { exact: true })
  // the list of the package's examples may be open since the last time
  if (!(await example.isVisible()))
    await examples.getByText('@fieldlog/node-red-gateway', { exact: true }).click()
  await example.click()
  await chosen()
  await page.locator('#red-ui-clipboard-dialog-ok').click()
  await page.locator('#red-ui-clipboard-dialog-ok').waitFor({ state: 'hidden' })
  await page.locator('.red-ui-workspaces-tabs, #red-ui-workspace-tabs').getByText(tab).first().click()
}

/** A label without a text, or with its key as text, is missing from the locale file. */
async function assertLabels(editor: Editor): Promise<void> {
  const texts = await editor.page.locator('.red-ui-tray').last().locator('[data-i18n]').allTextContents()
  assert.deepEqual(
    texts.filter((text) => /^[a-z-]+(\.[a-zA-Z-]+)+$/.test(text.trim())),
    [],
  )
}

async function idOf(editor: Editor, type: string): Promise<string> {
  return editor.page.evaluate((type) => {
    const { RED } = globalThis as unknown as {
      RED: { nodes: { filterNodes(filter: { type: string }): Array<{ id: string }> } }
    }
    return RED.nodes.filterNodes({ type })[0]?.id ?? ''
  }, type)
}

async function startNodeRed(nodeRed: string, userDir: string, port: number): Promise<ChildProcess> {
  const program = join(root, 'node_modules', nodeRed, 'red.js')
  const child = spawn(process.execPath, [program, '--userDir', userDir, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // the package must find its defaults without our variables
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FIELDLOG_'))),
  })
  const lines: string[] = []
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout as Readable }).on('line', (line) => {
      lines.push(line)
      if (line.includes('Started flows')) resolve(child)
    })
    child.once('exit', () => reject(new Error(`Node-RED ended:\n${lines.join('\n')}`)))
  })
}

function npm(folder: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
