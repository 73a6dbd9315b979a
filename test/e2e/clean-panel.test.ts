// The list of formats in clean's panel: what is in use, what each takes, and what a click does to the others.
import assert from 'node:assert/strict'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

interface FlowNode {
  type: string
  id: string
  formats?: string[]
  definition?: { type: string }
}

for (const nodeRed of usualNodeReds) {
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
    const handle = (nth: number) =>
      editor.page.locator('#fieldlog-clean-formats .red-ui-editableList-item-handle').nth(nth)
    /** Resolves when the list has so many rows: a row that is taken out fades away. */
    const untilRows = (count: number) =>
      editor.page.waitForFunction(
        (count) => document.querySelectorAll('#fieldlog-clean-formats [data-format]').length === count,
        count,
      )
    const takeOutLast = async () => {
      const count = await rows().count()
      await editor.page.locator('#fieldlog-clean-formats .red-ui-editableList-item-remove').last().click()
      await untilRows(count - 1)
    }
    const flows = async () => (await (await fetch(`${gateway.url}flows`)).json()) as FlowNode[]
    const saved = async () => (await flows()).find(({ type }) => type === 'fieldlog-clean')?.formats
    const setType = async (type: string) => {
      await editor.page.locator('#fieldlog-format-form').waitFor()
      await editor.panelOpen()
      await editor.page.locator('#fieldlog-format-type').fill(type)
    }

    it('shows all that are in use, with what each takes of the last lines', async () => {
      await editor.edit('fieldlog-clean')
      assert.equal(await every().isChecked(), true)
      assert.ok((await rows().count()) > 3)
      assert.ok((await names())[0]?.startsWith('room'), (await names()).join())
      await rows()
        .first()
        .getByText(/^takes [1-9]\d* of \d+$/)
        .waitFor()
      const idle = editor.page.locator('.fieldlog-clean-idle')
      await idle
        .getByText(/^takes none of \d+$/)
        .first()
        .waitFor()
      assert.ok((await idle.count()) < (await rows().count()))
      await editor.picture(`clean-${nodeRed}-every`)
    })

    it('has a new format there, and warns where two are of one type', async () => {
      const { page } = editor
      const before = await rows().count()
      await page.locator('#fieldlog-clean-new').click()
      await setType('room')
      await page.locator('#fieldlog-format-form .red-ui-editableList-addButton').click()
      await page.locator('#fieldlog-format-fields [data-problem="name"]').last().fill('x')
      await editor.done()
      assert.equal(await rows().count(), before + 1)
      assert.equal(await every().isChecked(), true)
      const twice = page.getByText('two formats have the type room')
      await twice.nth(1).waitFor()
      assert.equal(await twice.count(), 2)
      await editor.picture(`clean-${nodeRed}-twice`)

      await rows().last().getByTitle('edit this format').click()
      await setType('hall')
      await editor.done()
      await rows().last().getByText('hall', { exact: true }).waitFor()
      assert.equal(await page.getByText('two formats have the type').count(), 0)
    })

    it('keeps the others when one is taken out, and says that it is a list of its own now', async () => {
      const { page } = editor
      const before = await names()
      await takeOutLast()
      assert.equal(await every().isChecked(), false)
      assert.deepEqual(await names(), before.slice(0, -1))
      await page.getByText('Only these formats are used.').waitFor()
      await page.locator('#fieldlog-clean-add').selectOption({ label: 'hall' })
      assert.deepEqual(await names(), before)
      await takeOutLast()
      await editor.picture(`clean-${nodeRed}-own`)
      await editor.done()
      await editor.deploy()
      assert.equal((await saved())?.length, before.length - 1)

      await editor.edit('fieldlog-clean')
      assert.equal(await every().isChecked(), false)
      assert.deepEqual(await names(), before.slice(0, -1))
      await every().check()
      assert.deepEqual(await names(), before)
      await editor.done()
      await editor.deploy()
      assert.deepEqual(await saved(), [])
    })

    it('is put into another order by the arrow keys, and by dragging', async () => {
      const { page } = editor
      await editor.edit('fieldlog-clean')
      const [first, second, third, ...rest] = await names()
      await handle(0).focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      assert.deepEqual(await names(), [second, third, first, ...rest])
      assert.equal(await every().isChecked(), false)
      await page.keyboard.press('ArrowUp')
      assert.deepEqual(await names(), [second, first, third, ...rest])

      const [from, to] = await Promise.all([handle(0).boundingBox(), handle(2).boundingBox()])
      assert.ok(from && to)
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
      await page.mouse.down()
      await page.mouse.move(to.x + to.width / 2, to.y + to.height + 6, { steps: 12 })
      await page.mouse.up()
      assert.deepEqual(await names(), [first, third, second, ...rest])
      await editor.done()
      await editor.deploy()
      const byId = new Map((await flows()).map(({ id, definition }) => [id, definition?.type]))
      const types = ((await saved()) ?? []).map((id) => byId.get(id))
      const shown = [first, third, second, ...rest].map((name) => name?.split(':')[0])
      assert.deepEqual(types, shown)
      assert.deepEqual(editor.problems, [])
    })
  })
}
