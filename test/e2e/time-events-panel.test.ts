// In the browser: the tab for time events, and the panels of its nodes.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { fieldlog } from '../lib/cli/helper.ts'
import { ownSocket } from '../lib/time-events/helper.ts'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

for (const nodeRed of usualNodeReds) {
  describe(`time events in the panel (${nodeRed})`, function () {
    this.timeout(180_000)
    const socket = ownSocket()
    let gateway: Gateway
    let editor: Editor
    let page: Page

    before(async () => {
      gateway = await Gateway.start({ nodeRed, env: { FIELDLOG_EVENTS: `socket:${socket}` } })
      editor = await Editor.open(gateway.url)
      page = editor.page
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
    })

    const input = (name: string) => page.locator(`#node-config-input-${name}`)

    it('events in says by which transports they come', async () => {
      await page.locator('#red-ui-workspace-tabs').getByText('Time events').click()
      await page.getByText('1 · Log each event as it came').waitFor()
      await editor.picture(`time-events-flow-${nodeRed}`)
      await editor.edit('fieldlog-events-in')
      assert.equal(await page.locator('#node-input-events option:checked').innerText(), 'socket')
      await editor.picture(`time-events-in-${nodeRed}`)
      await editor.done()
    })

    it('their settings show what belongs to a transport that is on, and no more', async () => {
      await editor.openConfig('fieldlog-events')
      assert.equal(await input('socketName').inputValue(), socket)
      const shown = async () => {
        const names = ['queueName', 'queueMode', 'socketName', 'socketMode', 'udpHost', 'udpPort']
        const visible = await Promise.all(names.map((name) => input(name).isVisible()))
        return names.filter((_name, at) => visible[at])
      }
      assert.deepEqual(await shown(), ['socketName'])
      await input('queue').check()
      await input('udp').check()
      await input('socketName').fill('/run/telog.sock')
      assert.deepEqual(await shown(), [
        'queueName',
        'queueMode',
        'socketName',
        'socketMode',
        'udpHost',
        'udpPort',
      ])
      await input('queueName').fill('telog')
      await page.locator('#node-config-input-queueName-problem', { hasText: 'must be /' }).waitFor()
      await input('queueName').fill('/telog.mq')
      await editor.picture(`time-events-transports-${nodeRed}`)
      await input('queue').uncheck()
      await input('udp').uncheck()
      await input('socketName').fill(socket)
    })

    it('ask for the identity where reports are written', async () => {
      await input('localLog').selectOption('warn')
      assert.equal(await input('firmware').isVisible(), false)
      await input('logForm').selectOption('reports')
      await input('reportInterval').fill('1')
      await input('locationId').fill('attic')
      await input('firmware').fill('7.2')
      await editor.picture(`time-events-log-${nodeRed}`)
      await editor.done()
      await editor.deploy()
      assert.deepEqual(editor.problems, [])
    })

    it('and the log has a report of what comes then', async () => {
      const sent = [
        'send',
        '--transport',
        `socket:${socket}`,
        '-c',
        'BOOT',
        '-t',
        'START',
        '-n',
        'me[7]',
        'now',
      ]
      assert.deepEqual(await fieldlog(sent), { status: 0, stdout: '', stderr: '' })
      await gateway.line(/^ [\d:.d,]+ {2}me\[7\] <BOOT> START: now$/)
      const first = gateway.lines.findIndex((line) => /REPORT: 1$/.test(line))
      assert.match(gateway.lines[first + 1] ?? '', /^TIME REAL: [A-Z][a-z]{2} \d\d [\d:]{8}\.\d{3}$/)
      assert.deepEqual(gateway.lines.slice(first + 3, first + 6), [
        'LOC ID : attic',
        'NODE ID: test-gateway',
        'FW VER : 7.2',
      ])
    })
  })
}
