// In the browser: a user says how a data logger is asked for the lines that it has kept, and they come into the journal.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { Gateway } from '../support/gateway.ts'
import { readJournal } from '../support/journal-files.ts'
import { type LineServer, startLineServer } from '../support/line-server.ts'
import { Editor } from '../support/programs/editor.ts'

const hourAgo = Math.floor(Date.now() / 1000) - 3600

describe('catching up, from the panel', function () {
  this.timeout(240_000)
  let server: LineServer
  let gateway: Gateway
  let editor: Editor
  let page: Page
  let came: string[]

  before(async () => {
    server = await startLineServer()
    came = server.answer((line) =>
      line.startsWith('GET ') ? `#${hourAgo} T=21.5\n#${hourAgo + 60} T=21.6\nEND\n` : undefined,
    )
    gateway = await Gateway.start({ env: { FIELDLOG_SERIAL: `tcp://127.0.0.1:${server.port}` } })
    editor = await Editor.open(gateway.url, { size: { width: 1280, height: 1250 } })
    page = editor.page
    await editor.openConfig('fieldlog-port')
  })
  after(async () => {
    await (editor as Editor | undefined)?.close()
    await (gateway as Gateway | undefined)?.remove()
    server.close()
  })

  const input = (name: string) => page.locator(`#node-config-input-${name}`)

  it('shows what each kind of device needs', async () => {
    assert.equal(await input('catchUpRequest').isVisible(), false)
    assert.equal(await input('catchUpGap').isVisible(), true)
    await input('collector').scrollIntoViewIfNeeded()
    await editor.picture('catch-up-panel')
    await input('collector').selectOption('none')
    assert.equal(await input('catchUpGap').isVisible(), false)
    await input('collector').selectOption('other')
    assert.equal(await input('catchUpRequest').isVisible(), true)
    await editor.picture('catch-up-panel-other')
  })

  it('asks as it is told, and logs what comes with its own time', async () => {
    await input('catchUpRequest').fill('GET {time}\\n')
    await input('catchUpReplayed').fill('^#(?<time>\\d+) (?<text>.*)$')
    await input('catchUpEnd').fill('^END$')
    await editor.done()
    await editor.deploy()
    const late = async () =>
      readJournal(gateway.journal).entries.flatMap(({ kind, time, text }) =>
        kind === 'R' ? [[time / 1000 - hourAgo, text]] : [],
      )
    while ((await late()).length < 2) await pause(100)
    assert.deepEqual(await late(), [
      [0, 'T=21.5'],
      [60, 'T=21.6'],
    ])
    assert.equal(came.length, 1)
    assert.match(came[0]!, /^GET \d{10}$/)
  })

  it('says what is wrong with a pattern, and what to do', async () => {
    await editor.openConfig('fieldlog-port')
    await input('catchUpReplayed').fill('^#(?<text>.*)$')
    await editor.done()
    await editor.deploy()
    await gateway.line(
      /port: line of the answer must have a group \(\?<text>…\), and \(\?<time>…\) or \(\?<age>…\)\. Correct it in the port's settings/,
    )
  })
})
