// All texts of the interface may have been written by an attacker: nothing in the pages may read them as anything but text.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../pages')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
const dangerous =
  /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|eval|new Function|setHTMLUnsafe)\b/

describe('the pages', () => {
  it('read no text as HTML or as a program', () => {
    const sources = files.filter((file) => file.endsWith('.ts'))
    assert.ok(sources.length > 25)
    const wrong = sources.filter((file) => dangerous.test(readFileSync(join(folder, file), 'utf8')))
    assert.deepEqual(wrong, [])
  })

  it('have no script, style or address in their HTML that the policy would stop', () => {
    for (const name of ['index.html', 'setup/index.html']) {
      const html = readFileSync(join(folder, name), 'utf8')
      assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?:/)
    }
  })
})
