// In the browser: the panels of nodes whose options are described by a schema show what the schema says, at the field.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

interface BrowserRed {
  nodes: {
    dirty(): boolean
    eachConfig(callback: (node: { type: string; id: string }) => void): void
    eachNode(callback: (node: BrowserNode) => void): void
    filterNodes(wanted: { type: string }): BrowserNode[]
    convertNode(node: BrowserNode): object
    import(nodes: object[]): void
    remove(id: string): void
  }
  editor: { editConfig(name: string, type: string, id: string): void }
}

interface BrowserNode {
  id: string
  type: string
  valid: boolean
}

const root = join(import.meta.dirname, '../..')

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Node-RED's own way to name a variable
for (const nodeRed of usualNodeReds) {
  describe(`options in the panel (${nodeRed})`, function () {
    this.timeout(240_000)
    let gateway: Gateway
    let editor: Editor
    let page: Page

    before(async () => {
      gateway = await Gateway.start({ nodeRed })
      editor = await Editor.open(gateway.url)
      page = editor.page
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
    })

    const problem = (input: string) => page.locator(`#${input}-problem`)

    it('help: the editor reads every description of every node whole', async () => {
      await assertShowsHelps(page, /^[\w-]+\/[\w-]+\.html$/)
    })

    it('an editor in German has German texts in the panel, and German help of every node', async () => {
      const german = await Editor.open(gateway.url, { locale: 'de-DE' })
      try {
        await german.openConfig('fieldlog-journal')
        const label = german.page.locator('.red-ui-tray label[for="node-config-input-directory"]')
        assert.equal((await label.innerText()).trim(), 'Verzeichnis')
        await german.picture(`journal-german-${nodeRed}`)
        await assertShowsHelps(german.page, /^[\w-]+\/locales\/de\/[\w-]+\.html$/)
        const { text } = await german.page.evaluate(listOf, 'fieldlog-journal')
        assert.equal(
          text.trim().split('\n')[0],
          'Das dauerhafte Journal: ein Verzeichnis mit einer Textdatei pro Tag, in das ein log-Node schreibt.',
        )
        assert.deepEqual(german.problems, [])
      } finally {
        await german.close()
      }
    })

    it('port: choices, defaults and units are the schema’s, and its variables stay as they are', async () => {
      await editor.openConfig('fieldlog-port')
      assert.deepEqual(await choices('node-config-input-parity'), ['none', 'even', 'odd'])
      assert.deepEqual(await choices('node-config-input-dataBits'), ['8', '7', '6', '5'])
      assert.deepEqual(await choices('node-config-input-flowControl'), [
        'none',
        'by wire (RTS/CTS)',
        'XON/XOFF',
      ])
      const values = ['path', 'baudRate', 'dataBits', 'parity', 'stopBits', 'flowControl', 'maxLine']
      assert.deepEqual(await Promise.all(values.map((name) => value(`node-config-input-${name}`))), [
        '${FIELDLOG_SERIAL}',
        '${FIELDLOG_BAUD}',
        '8',
        'none',
        '1',
        'none',
        '65536',
      ])
      const baudRate = page.locator('#node-config-input-baudRate')
      assert.equal(await baudRate.getAttribute('placeholder'), '57600')
      assert.equal(await baudRate.getAttribute('title'), 'a whole number of bits/s from 50 to 4000000')
      await page.getByText('bytes; longer ones come in pieces').waitFor()
    })

    it('port: has beside a variable the value in force, and nothing of one that it may not show', async () => {
      const shown = page.locator('#node-config-input-baudRate-value')
      await shown.getByText('= 57600', { exact: true }).waitFor()
      const input = page.locator('#node-config-input-baudRate')
      await input.fill('${FIELDLOG_PASSWORD}')
      await input.blur()
      await shown.waitFor({ state: 'hidden' })
      await input.fill('${FIELDLOG_BAUD}')
      await input.blur()
      await shown.waitFor()
    })

    it('port: says what is wrong below the field, while it is typed', async () => {
      const cases: Array<[string, string, string]> = [
        ['path', 'USB0', '"USB0" is not a device path: write it in full, as in /dev/ttyUSB0'],
        ['baudRate', '49', 'baud rate is 49: give a whole number of bits/s from 50 to 4000000'],
        ['maxLine', '1 MB', 'longest line is "1 MB": give a whole number of bytes from 16 to 1048576'],
      ]
      for (const [name, wrong, text] of cases) {
        const input = page.locator(`#node-config-input-${name}`)
        const before = await input.inputValue()
        await input.fill(wrong)
        await problem(`node-config-input-${name}`).getByText(text, { exact: true }).waitFor()
        await input.fill('${SOME_VARIABLE}')
        await problem(`node-config-input-${name}`).waitFor({ state: 'hidden' })
        await input.fill(before)
      }
      await editor.done()
    })

    it('port: shows the inputs of the chosen kind of frames, with what is wrong, and forgets what is hidden', async () => {
      await editor.openConfig('fieldlog-port')
      const shown = () =>
        page
          .locator('#fieldlog-port-frames .form-row:visible :is(input, select)')
          .evaluateAll((inputs) => inputs.map(({ id }) => id.replace('node-config-input-', '')))
      const kind = page.locator('#node-config-input-framing')
      assert.deepEqual([await kind.inputValue(), await shown()], ['auto', []])
      const cases: Array<[string, string[]]> = [
        ['cr', []],
        ['delimiter', ['delimiter']],
        ['marks', ['frameStart', 'frameEnd', 'frameAfter', 'keepMarks']],
        ['fixed', ['frameSize', 'frameSync']],
        ['length', ['frameSync', 'lengthOffset', 'lengthSize', 'lengthOrder', 'lengthCounts', 'lengthExtra']],
        ['silence', ['silence']],
        ['pattern', ['framePattern']],
      ]
      for (const [chosen, inputs] of cases) {
        await kind.selectOption(chosen)
        assert.deepEqual(await shown(), inputs, chosen)
      }
      const pattern = page.locator('#node-config-input-framePattern')
      await pattern.fill('x*')
      await problem('node-config-input-framePattern')
        .getByText('the pattern finds an empty text, too', { exact: true })
        .waitFor()
      await kind.selectOption('auto')
      await editor.done()
      await editor.openConfig('fieldlog-port')
      assert.equal(await pattern.inputValue(), '[\\r\\n]+')
      await editor.done()
    })

    it('mqtt out: the same, for numbers, topics and texts with a default', async () => {
      await editor.edit('fieldlog-mqtt-out', 'good')
      assert.deepEqual(await choices('node-input-qos'), [
        '0: not acknowledged, may be lost',
        '1: acknowledged',
        '2: acknowledged, no repeats while connected',
      ])
      await page.getByText('seconds (MQTT 5)').waitFor()
      const cases: Array<[string, string, string]> = [
        ['expiry', '0', 'expiry is 0: give a whole number of seconds from 1 to 4294967295'],
        ['maxSize', 'all', 'limit is "all": give a number of MB from 1 to 1000000'],
        ['topic', 'a/#', 'The topic must not contain + or #: these are for subscribing.'],
        ['lateTopic', 'late/{kind}', 'late topic: {kind} is not known'],
      ]
      for (const [name, wrong, text] of cases) {
        const input = page.locator(`#node-input-${name}`)
        const before = await input.inputValue()
        await input.fill(wrong)
        await problem(`node-input-${name}`).getByText(text).waitFor()
        assert.equal(await page.locator('#fieldlog-mqtt-out-preview').isVisible(), name !== 'topic')
        await input.fill('${SOME_VARIABLE}')
        await problem(`node-input-${name}`).waitFor({ state: 'hidden' })
        await input.fill(before)
      }
      await editor.done()
    })

    it('mqtt out: shows the topics that a template makes, and that bare values are the payload with {field}', async () => {
      await editor.edit('fieldlog-mqtt-out', 'good')
      const topics = page.locator('#fieldlog-mqtt-out-preview code')
      const payload = page.locator('#node-input-payload')
      assert.deepEqual(await topics.allInnerTexts(), [
        'fieldlog/pi-4/good/room/kitchen',
        'fieldlog/pi-4/bad/room/kitchen',
        'fieldlog/pi-4/rejected/room/kitchen',
      ])
      assert.equal(await payload.isEnabled(), true)
      await page.locator('#node-input-topic').fill('home/{device}/{field}/{data.temp}')
      assert.deepEqual(await topics.allInnerTexts(), [
        'home/kitchen/temp/18.2',
        'home/kitchen/temp/18.2',
        'home/kitchen/raw/_',
      ])
      await page.getByText('each field is a message, and its payload the bare value').waitFor()
      assert.equal(await payload.isEnabled(), false)
      await page.locator('#node-dialog-cancel').click()
      await page.locator('#red-ui-editor-shade').waitFor({ state: 'hidden' })
    })

    it('mqtt out: reports of time events have options and a topic of their own', async () => {
      await editor.edit('fieldlog-mqtt-out', 'good')
      const payload = page.locator('#node-input-payload')
      assert.deepEqual(await choices('node-input-payload'), [
        'the whole event (JSON)',
        'its data (JSON)',
        'the line as it came',
        'line protocol (InfluxDB, Telegraf)',
        'time event report (protobuf)',
      ])
      const own = ['reportInterval', 'nodeId', 'firmware', 'location', 'compressed']
      const shown = () =>
        Promise.all([...own, 'lateTopic'].map((name) => page.locator(`#node-input-${name}`).isVisible()))
      assert.deepEqual(await shown(), [false, false, false, false, false, true])
      await payload.selectOption('report')
      assert.deepEqual(await shown(), [true, true, true, true, true, false])
      const topics = page.locator('#fieldlog-mqtt-out-preview code')
      assert.equal(await value('node-input-topic'), 'fieldlog/{gateway}/time-events')
      assert.deepEqual(await topics.allInnerTexts(), [
        'fieldlog/pi-4/time-events',
        'fieldlog/pi-4/time-events/stats',
      ])
      await page.getByText('The window of the log node must be at least the events of one interval').waitFor()
      const interval = page.locator('#node-input-reportInterval')
      assert.deepEqual([await interval.inputValue(), await value('node-input-nodeId')], ['5', ''])
      assert.equal(await page.locator('#node-input-nodeId').getAttribute('placeholder'), 'the gateway')
      assert.equal(await page.locator('#node-input-firmware').getAttribute('placeholder'), '(null)')
      for (const wrong of ['0', '3601']) {
        await interval.fill(wrong)
        await problem('node-input-reportInterval')
          .getByText(`interval is ${wrong}: give a whole number of seconds from 1 to 3600`)
          .waitFor()
      }
      await page.locator('#node-input-topic').fill('reports/{type}')
      await page.getByText('the topic names {type}, but a report holds many events').waitFor()
      await page.locator('#node-input-topic').fill('fieldlog/{gateway}/time-events')
      await editor.picture(`mqtt-out-reports-${nodeRed}`)
      await payload.selectOption('event')
      assert.equal(await value('node-input-topic'), 'fieldlog/{gateway}/{verdict}/{type}/{device}')
      assert.deepEqual(await shown(), [false, false, false, false, false, true])
      await page.locator('#node-dialog-cancel').click()
      await page.locator('#red-ui-editor-shade').waitFor({ state: 'hidden' })
    })

    it('a panel that was only looked at changes nothing', async () => {
      const dirty = () =>
        page.evaluate(() => (globalThis as unknown as { RED: BrowserRed }).RED.nodes.dirty())
      const before = readFileSync(join(gateway.home, 'flows.json'), 'utf8')
      for (const type of ['fieldlog-log', 'fieldlog-clean', 'fieldlog-label', 'fieldlog-mqtt-out']) {
        await editor.edit(type)
        await editor.done()
      }
      await editor.openConfig('fieldlog-journal')
      await editor.done()
      assert.equal(await dirty(), false)
      assert.equal(readFileSync(join(gateway.home, 'flows.json'), 'utf8'), before)
      const invalid = await page.evaluate(() => {
        const found: string[] = []
        ;(globalThis as unknown as { RED: BrowserRed }).RED.nodes.eachNode(({ type, valid }) => {
          if (!valid) found.push(type)
        })
        return found
      })
      assert.deepEqual(invalid, [])
      assert.deepEqual(editor.problems, [])
    })

    it('log: a second one on a journal has a red triangle before the deploy, and loses it with the first one', async () => {
      const validities = () => page.evaluate(validLogs)
      assert.deepEqual(await validities(), [true])
      await page.evaluate(copyLog)
      assert.deepEqual(await validities(), [true, false])
      await page.evaluate(removeLog)
      assert.deepEqual(await validities(), [true])
    })

    function choices(select: string): Promise<string[]> {
      return page.locator(`#${select} option`).allTextContents()
    }

    function value(input: string): Promise<string> {
      return page.locator(`#${input}`).inputValue()
    }
  })
}
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: Node-RED's own way to name a variable

/** The editor shows each built help text whose file's name matches, with all of its descriptions, and in its words. */
async function assertShowsHelps(page: Page, name: RegExp): Promise<void> {
  const files = readdirSync(join(root, 'dist/nodes'), { recursive: true, encoding: 'utf8' })
  const helps = files
    .filter((file) => name.test(file))
    .map((file) => readFileSync(join(root, 'dist/nodes', file), 'utf8'))
    .flatMap((html) => [...html.matchAll(/data-help-name="([\w-]+)">(.*?)<\/script>/gs)])
  assert.ok(helps.length >= 16, `only ${helps.length} help texts`)
  for (const [, type = '', text = ''] of helps) {
    const shown = await page.evaluate(listOf, type)
    const lines = text.split('\n').filter((line) => line.startsWith(':'))
    assert.equal(shown.terms, lines.length, `${type} shows ${shown.terms} of ${lines.length} descriptions`)
    // what is left of a line that was not read whole begins with a colon
    assert.ok(!/(^|\n)\s*:/.test(shown.text), `${type}: ${shown.text}`)
    const [beginning = ''] = text.trim().split(/[*`\n]/)
    assert.ok(shown.text.trim().startsWith(beginning.trim()), `${type}: ${shown.text}`)
  }
}

/** In the page: what the editor makes of a node's help. */
function listOf(type: string): { terms: number; text: string } {
  const { RED } = globalThis as unknown as { RED: { nodes: { getNodeHelp(type: string): string } } }
  const shown = document.createElement('div')
  shown.innerHTML = RED.nodes.getNodeHelp(type)
  return { terms: shown.querySelectorAll('dl.message-properties > dt').length, text: shown.textContent ?? '' }
}

/** In the page: whether each log node is valid. */
function validLogs(): boolean[] {
  const { RED } = globalThis as unknown as { RED: BrowserRed }
  const found: boolean[] = []
  RED.nodes.eachNode(({ type, valid }) => {
    if (type === 'fieldlog-log') found.push(valid)
  })
  return found
}

/** In the page: another log node, as by copy and paste. */
function copyLog(): void {
  const { RED } = globalThis as unknown as { RED: BrowserRed }
  const [log] = RED.nodes.filterNodes({ type: 'fieldlog-log' })
  RED.nodes.import([{ ...RED.nodes.convertNode(log!), id: '00000000000000aa', wires: [[], []] }])
}

/** In the page: the first log node is removed. */
function removeLog(): void {
  const { RED } = globalThis as unknown as { RED: BrowserRed }
  const [log] = RED.nodes.filterNodes({ type: 'fieldlog-log' })
  RED.nodes.remove(log!.id)
}
