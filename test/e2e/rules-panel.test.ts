// In the browser: rules that read as sentences, how many actions each takes, and what the panel says of them.
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { createPty, type Pty } from '../support/programs/pty.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'
import { portOpened } from '../support/serial-open.ts'

/** What the page of the editor has for the formats. */
interface FormatsEditor {
  nodes: {
    eachConfig(callback: (node: { type: string; id: string; definition?: { type: string } }) => void): void
  }
  editor: { editConfig(name: string, type: string, id: string): void }
}

const small = { width: 1280, height: 800 }
const large = { width: 1600, height: 1000 }

for (const nodeRed of usualNodeReds) {
  describe(`the panel of rules (${nodeRed})`, function () {
    this.timeout(240_000)
    let pty: Pty
    let gateway: Gateway
    let editor: Editor
    let page: Page

    before(async () => {
      pty = await createPty()
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_SERIAL: pty.path, FIELDLOG_FLUSH_INTERVAL: '0' },
      })
      await portOpened(gateway.child, pty)
      editor = await Editor.open(gateway.url)
      page = editor.page
      await pty.write(
        Array.from({ length: 30 }, (_, i) => {
          const battery = i % 10 === 0 ? 2.4 : 3.1
          return `battery:${battery},temp:${20 + (i % 7)},humi:50,room:${i % 2 === 0 ? 'kitchen' : 'cellar'}\r\n`
        }).join(''),
      )
      await makeFormat()
      await editor.edit('fieldlog-label')
      await page.locator('.fieldlog-trial-counts').getByText('30 clean events').waitFor()
    })
    after(async () => {
      // where the start failed, what did start must end all the same
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
      await (pty as Pty | undefined)?.close()
    })

    /** One action of a user: a click, a choice, or a text that is typed. */
    let actions = 0
    async function act(doing: Promise<unknown>): Promise<void> {
      actions++
      await doing
    }
    const add = () => page.getByRole('button', { name: 'add a rule' }).click()
    const last = () => page.locator('.fieldlog-rule').last()
    const choose = (rule: Locator, operator: string) =>
      rule.locator('.fieldlog-rule-operator').last().selectOption({ label: operator })
    const result = (rule: Locator) => rule.locator('.fieldlog-rule-result')

    it('takes at most five actions, and no arithmetic, for a battery, a rate, a flat line and 3 of 5', async () => {
      const rules: Array<[string, (rule: Locator) => Promise<void>, RegExp]> = [
        [
          'battery',
          async (rule) => {
            await act(choose(rule, 'is below'))
            await act(operand(rule).fill('2.8'))
          },
          /^tried on 30 readings of greenhouse: 3 broke it, 0 could not be judged$/,
        ],
        [
          'temp',
          async (rule) => {
            await act(choose(rule, 'changes faster than'))
            await act(rule.locator('.fieldlog-rule-threshold').fill('5'))
            await act(rule.locator('.fieldlog-rule-operands select').selectOption({ label: 'a minute' }))
          },
          /^tried on 30 readings of greenhouse: \d+ broke it, 0 could not be judged$/,
        ],
        [
          'humi',
          async (rule) => {
            await act(choose(rule, 'stays flat for'))
            await act(rule.locator('.fieldlog-rule-threshold').fill('2 h'))
          },
          /^never judged: the readings cover .* and the rule needs 2 h$/,
        ],
        [
          'battery',
          async (rule) => {
            await act(choose(rule, 'is below'))
            await act(operand(rule).fill('2.8'))
            await act(rule.locator('.fieldlog-rule-votes').fill('3 of 5'))
          },
          /^tried on 30 readings of greenhouse: 0 broke it, 0 could not be judged$/,
        ],
      ]
      for (const [field, fill, wanted] of rules) {
        actions = 0
        await act(add())
        await act(last().locator('.fieldlog-rule-field').first().fill(field))
        await fill(last())
        assert.ok(actions <= 5, `${field}: ${actions} actions`)
        await result(last()).filter({ hasText: wanted }).waitFor()
      }
    })

    it('takes "A and B" as a sentence, or with a click on + and', async () => {
      actions = 0
      const sentence = page.locator('#fieldlog-label-sentence')
      await act(sentence.fill('battery is below 2.8 V and temp is above 22 °C'))
      await act(sentence.press('Enter'))
      assert.ok(actions <= 5)
      const both = 'tried on 30 readings of greenhouse: 2 broke it, 0 could not be judged'
      await result(last()).filter({ hasText: both }).waitFor()
      assert.equal(await last().locator('.fieldlog-rule-condition').count(), 2)
      assert.equal(await last().locator('.fieldlog-rule-joint').inputValue(), 'and')

      await add()
      await last().locator('.fieldlog-rule-field').fill('battery')
      await choose(last(), 'is below')
      await operand(last()).fill('2.8')
      await last().locator('.fieldlog-rule-or').click()
      await last().locator('.fieldlog-rule-field').last().fill('temp')
      await operand(last()).fill('25')
      await result(last()).filter({ hasText: '6 broke it' }).waitFor()

      await sentence.fill('battery wobbles')
      await sentence.press('Enter')
      await page.getByText('knows no operator behind battery: write it like').waitFor()
      await sentence.fill('')
    })

    it('says why a rule was never judged', async () => {
      const sentence = page.locator('#fieldlog-label-sentence')
      await sentence.fill('wetness is above 30')
      await sentence.press('Enter')
      await result(last()).filter({ hasText: 'never judged: no format has a field wetness' }).waitFor()
      assert.match((await result(last()).getAttribute('class')) ?? '', /fieldlog-rule-never/)
    })

    it('tries them on a period, and shows the value at the pointer, by device', async () => {
      await page.locator('.fieldlog-trial-period').selectOption({ label: 'the last hour' })
      await page.locator('.fieldlog-trial-counts').getByText('30 readings, 30 clean events').waitFor()
      const first = page.locator('.fieldlog-rule').first()
      await first.locator('.fieldlog-rule-field').focus()
      await page.getByText('coloured: what "battery is below 2.8" found').waitFor()
      const plot = page.locator('.fieldlog-trial-plot svg')
      assert.equal(await page.locator('.fieldlog-trial-field').inputValue(), 'greenhouse · battery')
      assert.equal((await plot.locator('.fieldlog-plot-bad').count()) > 0, true)
      await plot.hover({ position: { x: 120, y: 60 } })
      await page
        .locator('.fieldlog-trial-pointed')
        .getByText(/ · (2\.4|3\.1) · /)
        .waitFor()
      assert.deepEqual(await page.locator('.fieldlog-trial-device').allTextContents(), [
        'tty-kitchen',
        'tty-cellar',
      ])
    })

    it('keeps what was written, and shows it again', async () => {
      await page.locator('.fieldlog-rule').nth(4).scrollIntoViewIfNeeded()
      await editor.picture(`rules-small-${nodeRed}`)
      await page.setViewportSize(large)
      await editor.picture(`rules-large-${nodeRed}`)
      // what the choice of the dark theme does in Node-RED 5
      await page.evaluate(() => document.documentElement.classList.add('nr-theme-dark'))
      await editor.picture(`rules-dark-${nodeRed}`)
      await page.evaluate(() => document.documentElement.classList.remove('nr-theme-dark'))
      await page.setViewportSize(small)
      const written = await page.locator('.fieldlog-rule').count()
      await editor.done()
      await editor.edit('fieldlog-label')
      const rules = page.locator('.fieldlog-rule')
      assert.equal(await rules.count(), written)
      assert.equal(await rules.nth(2).locator('.fieldlog-rule-threshold').inputValue(), '2 h')
      assert.equal(await rules.nth(3).locator('.fieldlog-rule-votes').inputValue(), '3 of 5')
      assert.equal(await rules.nth(5).locator('.fieldlog-rule-joint').inputValue(), 'or')
      await editor.done()
      assert.deepEqual(editor.problems, [])
    })

    it('are named before a field that they use is renamed or removed', async () => {
      await page.evaluate(() => {
        const { RED } = globalThis as unknown as { RED: FormatsEditor }
        RED.nodes.eachConfig(({ type, id, definition }) => {
          if (definition?.type === 'greenhouse') RED.editor.editConfig('', type, id)
        })
      })
      await editor.panelOpen()
      const name = page.locator('.fieldlog-field [data-problem="name"]').first()
      assert.equal(await name.inputValue(), 'battery')
      const warning = page.locator('#fieldlog-format-rules')
      assert.equal(await warning.isVisible(), false)
      await name.fill('volts')
      await warning.getByText('battery is below 2.8').first().waitFor()
      await editor.picture(`rename-${nodeRed}`)
      await name.fill('battery')
      await warning.waitFor({ state: 'hidden' })
      await page.locator('#node-config-dialog-cancel').click()
    })

    function operand(rule: Locator): Locator {
      return rule.locator('.fieldlog-rule-operands').last().locator('.red-ui-typedInput-input').first()
    }

    async function makeFormat(): Promise<void> {
      await editor.edit('fieldlog-clean')
      await page.locator('#fieldlog-clean-new').click()
      await page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()
      await page.locator('[data-tab="unknown"]').click()
      const unknown = page.locator('#fieldlog-format-unknown')
      await unknown.getByText('battery:2.4').first().waitFor()
      await unknown
        .getByRole('button', { name: /^make / })
        .first()
        .click()
      await page.locator('#fieldlog-format-type').fill('greenhouse')
      await editor.done()
      await editor.done()
    }
  })
}
