import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `test/${name}`)
const own = 'test/structure/tests.test.ts'
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

/** Files other than those named that have something. */
const having = (pattern: RegExp, ...allowed: string[]) =>
  files.filter((file) => file !== own && !allowed.includes(file) && pattern.test(textOf(file)))

describe('the tests', () => {
  it('take fast-check from the module that gives it its seed', () => {
    assert.deepEqual(having(/from 'fast-check'/, 'test/support/random.ts'), [])
  })

  it('have no random numbers but those of the seed', () => {
    // free ports must differ between processes; the delay is made by a flow's own code
    const others = [
      'test/support/random.ts',
      'test/support/programs/free-port.ts',
      'test/delivery/scenarios.ts',
    ]
    assert.deepEqual(having(/Math\.random/, ...others), [])
  })

  it('start programs of the system only from test/support/programs', () => {
    const inPlaces = /(?:spawn|execFile)(?:Sync)?\('(?!(?:npm|tar)')/
    assert.deepEqual(
      // the tests of the package on a machine are not part of `npm test`, and install their programs themselves
      having(inPlaces).filter((file) => !/^test\/(?:support\/programs|appliance)\//.test(file)),
      [],
    )
  })

  it('skip nothing', () => {
    assert.deepEqual(having(/\b(?:it|describe)\.(?:skip|only)\b|this\.skip\(/), [])
  })
})
