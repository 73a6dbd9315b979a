// Every panel of Fieldlog's nodes, one after the other, in an editor that is open.
import type { Locator, Page } from 'playwright-core'
import type { Editor } from './editor.ts'

interface BrowserRed {
  nodes: {
    registry: { getNodeTypes(): string[] }
    filterNodes(wanted: { type: string }): object[]
    eachConfig(callback: (node: { type: string; id: string }) => void): void
  }
  editor: { edit(node: object): void; editConfig(name: string, type: string, id: string): void }
}

/** The types of Fieldlog's nodes of which the flow has one. */
export async function typesIn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { nodes } = (globalThis as unknown as { RED: BrowserRed }).RED
    const configs = new Set<string>()
    nodes.eachConfig(({ type }) => void configs.add(type))
    return nodes.registry
      .getNodeTypes()
      .filter((type) => type.startsWith('fieldlog-'))
      .filter((type) => configs.has(type) || nodes.filterNodes({ type }).length > 0)
  })
}

/** Opens the panel of a type's first node; when it resolves the panel is at rest, and has what it asked the gateway for. */
export async function openPanel(editor: Editor, type: string): Promise<void> {
  const { page } = editor
  await page.evaluate((type) => {
    const { nodes, editor } = (globalThis as unknown as { RED: BrowserRed }).RED
    const [node] = nodes.filterNodes({ type })
    if (node) return editor.edit(node)
    let id = ''
    nodes.eachConfig((config) => {
      if (config.type === type) id ||= config.id
    })
    return editor.editConfig('', type, id)
  }, type)
  await form(page).waitFor()
  await editor.panelOpen()
  await page.waitForFunction(() => (globalThis as unknown as { $: { active: number } }).$.active === 0)
}

/** What stands in the panel that is open. */
export function form(page: Page): Locator {
  return page.locator('.red-ui-tray :is(#dialog-form, #node-config-dialog-edit-form)').first()
}

/** Closes the panel, and keeps nothing of what was typed. */
export async function cancel(page: Page): Promise<void> {
  await page.locator('#node-dialog-cancel, #node-config-dialog-cancel').last().click()
  await page.locator('.red-ui-tray').waitFor({ state: 'detached' })
}

/** Puts a text into each input of the panel that can be seen; default: what no number, name, path or list is. */
export async function mistype(page: Page, text = ' ?;/{}# '): Promise<void> {
  const inputs = form(page).locator('input[type="text"]:visible:enabled')
  await inputs.evaluateAll((inputs, text) => {
    for (const input of inputs as HTMLInputElement[]) {
      input.value = text
      for (const name of ['input', 'change']) input.dispatchEvent(new Event(name, { bubbles: true }))
    }
  }, text)
}

/** The texts that can be read in the panel, tooltips and placeholders among them. */
export async function sentences(page: Page): Promise<string[]> {
  return form(page).evaluate((form) => {
    const parts = [...form.querySelectorAll(':not(style)')]
    const texts = parts.flatMap((part) => [
      ...[...part.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ nodeValue }) => nodeValue),
      ...['title', 'placeholder', 'aria-label'].map((name) => part.getAttribute(name)),
    ])
    return texts.map((text) => text?.trim() ?? '').filter((text) => text !== '')
  })
}
