// The list of variables, the code that reads them, and the table in the README say the same.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { variables } from '../../../lib/appliance/variables.ts'

const root = join(import.meta.dirname, '../../..')
const textOf = (path: string) => readFileSync(join(root, path), 'utf8')

describe('the list of variables', () => {
  const names = variables.map(({ name }) => name)

  it('has those that the configuration reads, and no others', () => {
    const source = textOf('lib/appliance/config.ts')
    const read = [...source.matchAll(/\(\s*(?:env, )?'(FIELDLOG_\w+)'|env\.(FIELDLOG_\w+)/g)]
      .map(([, a, b]) => a ?? b)
      .filter((name) => name !== undefined)
    // a secret can come from a file
    const secrets = [...source.matchAll(/secret\(env, '(FIELDLOG_\w+)'/g)].map(([, name]) => `${name}_FILE`)
    assert.deepEqual([...new Set([...read, ...secrets])].sort(), [...names].sort())
  })

  it('has the defaults of the table in the README', () => {
    const rows = textOf('README.md')
      .split('\n')
      .filter((line) => /^\| `FIELDLOG_/.test(line))
    const table = rows.flatMap((row): Array<[string, string]> => {
      const [, first = '', second = ''] = row.split('|')
      const fallbacks = [...second.matchAll(/`([^`]*)`/g)].map(([, text]) => text!)
      return [...first.matchAll(/`(FIELDLOG_\w+)`/g)].map(([, name], i) => [name!, fallbacks[i] ?? ''])
    })
    const own = variables.map(({ name, fallback }): [string, string] => [name, fallback])
    const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1)
    assert.deepEqual(table.sort(byName), own.sort(byName))
  })
})
