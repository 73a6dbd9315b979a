import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withWholeDescriptions } from '../../scripts/help-text.ts'

const root = join(import.meta.dirname, '../..')
const help = (text: string) => `<script type="text/markdown" data-help-name="x">\n${text}\n</script>`
const inner = (html: string) => html.split('\n').slice(1, -1)

describe('help texts', () => {
  it('have no colon in a description that the editor would read as its end', () => {
    const given =
      ': time (number) : when it was: `tcp:1_0` or `a`, in\n  ms: UTC\n: b (any) : c\n\nText: as it is.'
    assert.deepEqual(inner(withWholeDescriptions(help(given))), [
      ': time (number) : when it was&#58; <code>tcp&#58;1&#95;0</code> or `a`, in ms&#58; UTC',
      ': b (any) : c',
      '',
      'Text: as it is.',
    ])
  })

  it('have a type in each description', () => {
    assert.throws(
      () => withWholeDescriptions(help(': time : when')),
      /": name \(type\) : text": : time : when/,
    )
  })

  it('of every node can be read, in every language', () => {
    const files = readdirSync(join(root, 'nodes'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.html'),
    )
    assert.ok(files.length >= 14, String(files))
    for (const file of files) {
      const lines = withWholeDescriptions(readFileSync(join(root, 'nodes', file), 'utf8')).split('\n')
      const wrong = lines.filter((line) => line.startsWith(':') && line.split(':').length !== 3)
      assert.deepEqual(wrong, [], file)
    }
  })
})
