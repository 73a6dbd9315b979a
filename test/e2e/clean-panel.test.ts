// The list of formats in clean's panel: what is in use, what each takes, and what a click does to the others.
import assert from 'node:assert/strict'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'

interface FlowNode {
  type: string
  id: string
  formats?: string[]
  definition?: { type: string }
}

for (const nodeRed of ['node-red', 'node-red-4']) {
  describe(`the formats of clean (${nodeRed})`, function () {
    this.timeout(120_000)
    let gateway: Gateway
    let editor: Editor

    before(async () => {
      gateway = await Gateway.start({ nodeRed })
      editor = await Editor.open(gateway.url)
    })
    after(async () => {
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
    })

    const rows = () => editor.page.locator('#fieldlog-clean-formats [data-format]')
    const names = () => editor.page.locator('#fieldlog-clean-formats .fieldlog-clean-name').allInnerTexts()
    const every = () => editor.page.locator('#fieldlog-clean-every')
    const saved = async () => {
      const flows = (await (await fetch(`${gateway.url}flows`)).json()) as FlowNode[]
      return flows.find(({ type }) => type === 'fieldlog-clean')?.formats
    }

    it('shows all that are in use, with what they take', async () => {
      await editor.edit('fieldlog-clean')
      assert.equal(await every().isChecked(), true)
      assert.ok((await rows().count()) > 3)
      assert.ok((await names())[0]?.startsWith('room'), (await names()).join())
      await rows().first().getByText(/^[1-9]\d* of \d+$/).waitFor()
      await editor.picture(`clean-${nodeRed}-every`)
    })

    it('has a new format there, and warns where two are of one type', async () => {
      const { page } = editor
      const before = await rows().count()
      await page.locator('#fieldlog-clean-new').click()
      await page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()
      await page.locator('#fieldlog-format-type').fill('room')
      await page.locator('#fieldlog-format-form .red-ui-editableList-addButton').click()
      await page.locator('#fieldlog-format-fields [data-problem="name"]').last().fill('x')
      await editor.done()
      assert.equal(await rows().count(), before + 1)
      assert.equal(await every().isChecked(), true)
      await page.getByText('two formats have the type room').nth(1).waitFor({ timeout: 8_000 })
      await editor.picture(`clean-${nodeRed}-twice`)

      await rows().last().getByTitle('edit this format').click()
      await page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()
      await page.locator('#fieldlog-format-type').fill('hall')
      await editor.done()
      await rows().last().getByText('hall', { exact: true }).waitFor()
      assert.equal(await page.getByText('two formats have the type').count(), 0)
    })

    it('keeps the others when one is taken out, and says that it is a list of its own now', async () => {
      const { page } = editor
      const before = await names()
      await page.locator('#fieldlog-clean-formats li').last().locator('.red-ui-editableList-item-remove').click()
      await page.waitForFunction(
        (count) => document.querySelectorAll('#fieldlog-clean-formats [data-format]').length === count,
        before.length - 1,
        { timeout: 8_000 },
      ).catch(async (error) => { await editor.picture('clean-fail'); throw error })
      assert.equal(await every().isChecked(), false)
      assert.deepEqual(await names(), before.slice(0, -1))
      await page.locator('#fieldlog-clean-add').selectOption({ label: 'hall' })
      assert.deepEqual(await names(), before)
      await page.locator('#fieldlog-clean-formats li').last().locator('.red-ui-editableList-item-remove').click()
      await page.waitForFunction(
        (count) => document.querySelectorAll('#fieldlog-clean-formats [data-format]').length === count,
        before.length - 1,
      )
      await editor.done()
      await editor.deploy()
      assert.equal((await saved())?.length, before.length - 1)

      await editor.edit('fieldlog-clean')
      assert.equal(await every().isChecked(), false)
      await every().check()
      assert.deepEqual(await names(), before)
      await editor.done()
      await editor.deploy()
      assert.deepEqual(await saved(), [])
      assert.deepEqual(editor.problems, [])
    })
  })
}
