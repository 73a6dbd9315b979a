// The editor behind the guard, its login and its content security policy, in a real browser.
import assert from 'node:assert/strict'
import { Gateway } from '../support/gateway.ts'
import { Editor } from '../support/programs/editor.ts'
import { usualNodeReds } from '../support/real-runtime/node-reds.ts'

for (const nodeRed of usualNodeReds) {
  describe(`the editor with a login (${nodeRed})`, function () {
    this.timeout(180_000)
    let gateway: Gateway
    let editor: Editor
    afterEach(async () => {
      await (editor as Editor | undefined)?.close()
      await (gateway as Gateway | undefined)?.remove()
    })

    it("opens, edits code, breaks no policy, and shows the gateway's name as text", async () => {
      const name = '<img src=x onerror="document.title=1">'
      gateway = await Gateway.start({
        nodeRed,
        env: { FIELDLOG_PASSWORD: 'open sesame', FIELDLOG_GATEWAY: name },
      })
      editor = await Editor.open(gateway.url, { login: { user: 'admin', password: 'open sesame' } })
      const { page } = editor
      assert.equal(await page.locator('.red-ui-header-logo').innerText(), `Fieldlog · ${name}`)
      assert.equal(await page.title(), 'Fieldlog : Sensor gateway')
      await editor.drag('function', 600, 400)
      await page
        .locator('#red-ui-workspace-chart .red-ui-flow-node.selected, .red-ui-flow-node')
        .last()
        .dblclick()
      await page.locator('.monaco-editor .view-lines').first().waitFor({ state: 'attached' })
      // the editor asks for its settings before it knows whether there is a login
      const [first, ...others] = editor.problems
      assert.match(first ?? '', /^401 .*\/settings/)
      assert.deepEqual(others, [])
    })
  })
}
