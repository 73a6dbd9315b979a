// Lines that were logged before a format could take them: the editor asks for them after the deploy, and they come to the
// broker and into the store with their own times, once, whatever happens meanwhile.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import { History } from '../../lib/history/query/history.ts'
import type { RedecodingState } from '../../lib/redecoding/redecoding.ts'
import type { JournalReport } from '../../nodes/journal/endpoints.ts'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { journalHolds } from '../support/journal-files.ts'
import { type LineServer, startLineServer } from '../support/line-server.ts'
import { Editor } from '../support/programs/editor.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

interface Published {
  id: string
  time: number
  received: number
  replayed: boolean
  data: { T: number; N: number }
}

interface FlowNode {
  id: string
  type: string
}

const numbered = (n: number) => `T=${20 + (n % 40) / 10} N=${n}\r\n`
const line = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => numbered(from + i)).join('')

function readings(collector: Collector): Published[] {
  return collector.on('fieldlog/test-gateway/good/t/').map(({ payload }) => JSON.parse(payload) as Published)
}

for (const nodeRed of usualNodeReds) {
  describe(`the lines already logged (${nodeRed})`, function () {
    this.timeout(180_000)
    const count = 180
    let server: LineServer
    let gateway: Gateway
    let collector: Collector
    let editor: Editor

    before(async () => {
      server = await startLineServer()
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_SERIAL: `tcp://127.0.0.1:${server.port}` },
      })
      collector = await Collector.open(gateway.broker, 'fieldlog/#')
      // the first line after the opening may have begun before it
      server.send(`begin\r\n${line(1, count)}`)
      await journalHolds(gateway.journal, count)
      editor = await Editor.open(gateway.url)
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (collector as Collector | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      ;(server as LineServer | undefined)?.close()
    })

    const question = () =>
      editor.page.locator('.red-ui-notification', { has: editor.page.locator('.fieldlog-logged') })

    it('are decoded at the button of the question after the deploy', async () => {
      const { page } = editor
      await editor.edit('fieldlog-clean')
      await page.locator('#fieldlog-clean-new').click()
      await page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()
      await page
        .locator('#fieldlog-format-unknown')
        .getByRole('button', { name: /make “t”/ })
        .click()
      await page
        .locator('#fieldlog-format-readings')
        .getByText(/[1-9]\d* clean/)
        .waitFor()
      await editor.done()
      await editor.done()
      await editor.deploy()
      const deployed = Date.now()
      await question().getByText(`decode the ${count} lines already logged, too?`).waitFor()
      await question().getByText(`${count} unknown, 0 rejected`).waitFor()
      await editor.picture(`logged-lines-${nodeRed}`)
      assert.equal(readings(collector).length, 0)
      await question().getByRole('button', { name: 'decode them' }).click()
      await page.getByText(`${count} logged lines were decoded`).waitFor()
      await editor.picture(`logged-lines-${nodeRed}-done`)

      await collector.until(() => readings(collector).length >= count)
      server.send(numbered(1001))
      await collector.until(() => readings(collector).some(({ data }) => data.N === 1001))
      const all = readings(collector)
      const again = all.filter(({ replayed }) => replayed)
      assert.deepEqual(
        again.map(({ data }) => data.N),
        Array.from({ length: count }, (_, i) => i + 1),
        'each once, and in order',
      )
      for (const { time, received } of again) assert.ok(time === received && time < deployed)
      assert.equal(all.length, count + 1)
    })

    it('are not offered a second time', async () => {
      const { page } = editor
      await editor.edit('fieldlog-clean')
      await page.locator('#fieldlog-clean-logged').click()
      await question().getByText('no logged line of this time would become a reading').waitFor()
      await question().getByLabel('received in').selectOption('all that is logged')
      await question().getByText('no logged line of this time would become a reading').waitFor()
      assert.ok(await question().getByRole('button', { name: 'decode them' }).isHidden())
      await editor.picture(`logged-lines-${nodeRed}-none`)
      await question().getByRole('button', { name: 'not now' }).click()
      await editor.done()
      assert.deepEqual(editor.problems, [])
    })
  })
}

describe('many lines already logged', function () {
  this.timeout(300_000)
  const count = 6_000
  const format: FormatDefinition = {
    type: 't',
    takes: { prefix: 'T', word: true },
    decoder: { kind: 'key-values', pairSeparator: ' ', valueSeparator: '=' },
    fields: [
      { name: 'T', type: 'number' },
      { name: 'N', type: 'integer' },
    ],
  }
  let server: LineServer
  let gateway: Gateway
  let collector: Collector
  let clean: string

  before(async () => {
    server = await startLineServer()
    gateway = await start()
    collector = await Collector.open(gateway.broker, 'fieldlog/#')
    server.send('begin\r\n')
    server.send(line(1, count))
    await journalHolds(gateway.journal, count)
  })
  after(async () => {
    await (collector as Collector | undefined)?.close()
    await (gateway as Gateway | undefined)?.remove()
    ;(server as LineServer | undefined)?.close()
  })

  function start(home?: string): Promise<Gateway> {
    const env = { FIELDLOG_SERIAL: `tcp://127.0.0.1:${server.port}`, FIELDLOG_FLUSH_INTERVAL: '0.1' }
    return Gateway.start({ env, ...(home !== undefined && { home }) })
  }

  async function ask<Answer>(path: string, method = 'GET', body?: unknown): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': 'nodes' }
    const response = await fetch(`${gateway.url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, `${path}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }

  /** Asks until the answer is such; the test's limit ends it. */
  async function until<Answer>(
    question: () => Promise<Answer>,
    isSuch: (answer: Answer) => boolean,
  ): Promise<Answer> {
    for (;;) {
      const answer = await question()
      if (isSuch(answer)) return answer
      await pause(100)
    }
  }

  const state = () => ask<RedecodingState>(`fieldlog/clean/${clean}/logged/state`)

  async function stored(): Promise<number[]> {
    const history = new History({ file: join(gateway.home, 'store/fieldlog.sqlite') })
    try {
      let text = ''
      for await (const part of history.export({ format: 'jsonl', type: 't' })) text += part
      const rows = text.split('\n').filter((row) => row !== '')
      return rows.map((row) => Number((/"N":(\d+)/.exec(row) ?? [])[1])).sort((a, b) => a - b)
    } finally {
      await history.close()
    }
  }

  it('do not hold up live ones, and a kill in the midst costs none and doubles none', async () => {
    const flows = await ask<FlowNode[]>('flows')
    clean = flows.find(({ type }) => type === 'fieldlog-clean')?.id ?? ''
    const [journal] = await ask<Array<{ id: string }>>('fieldlog/journals')
    await until(
      () => ask<JournalReport>(`fieldlog/journals/${journal?.id}`),
      ({ delivery }) => delivery?.complete === count + 1,
    )
    await ask('flows', 'POST', [
      ...flows,
      { id: 'f0f0f0f0f0f0f0f0', type: 'fieldlog-format', definition: format },
    ])
    const offer = await ask<{ lines: number }>(`fieldlog/clean/${clean}/logged?since=0`)
    assert.equal(offer.lines, count)
    await ask(`fieldlog/clean/${clean}/logged`, 'POST', { since: 0 })
    await collector.until(() => readings(collector).length > 0, 60_000)
    const sent = Date.now()
    server.send(numbered(1_000_001))
    await collector.until(() => readings(collector).some(({ data }) => data.N === 1_000_001), 20_000)
    const took = Date.now() - sent
    const { running } = await until(state, ({ running }) => (running?.done ?? count) >= 500)
    assert.ok(running && running.done < count, 'the logged ones are still on their way')
    console.log(
      `        a live line took ${took} ms; killed after ${running.done} of ${running.total} logged ones`,
    )
    await gateway.stop('SIGKILL')

    gateway = await start(gateway.home)
    const { last } = await until(state, ({ last, running }) => last !== undefined && !running)
    assert.deepEqual(last, { done: count, total: count, isStopped: false, notTaken: 0 })
    const expected = [...Array.from({ length: count }, (_, i) => i + 1), 1_000_001]
    const rows = await stored()
    assert.equal(rows.length, expected.length)
    assert.deepEqual(rows, expected)
  })
})
