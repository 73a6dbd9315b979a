import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

describe('scripts/run.mjs', function () {
  this.timeout(60_000)
  let clone: string

  /** A clone whose only dependency is a stand-in for the package `node`, which lies beside it. */
  before(() => {
    clone = mkdtempSync(join(tmpdir(), 'fieldlog-clone-'))
    mkdirSync(join(clone, 'scripts'))
    cpSync(join(root, 'scripts/run.mjs'), join(clone, 'scripts/run.mjs'))
    const dependencies = { node: 'file:stand-in' }
    write('package.json', { name: 'clone', version: '1.0.0', dependencies })
    write('package-lock.json', {
      name: 'clone',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {
        '': { name: 'clone', version: '1.0.0', dependencies },
        'node_modules/node': { resolved: 'stand-in', link: true },
        'stand-in': { name: 'node', version: '1.0.0' },
      },
    })
    for (const name of ['tsconfig.json', 'tsconfig.build.json', 'tsconfig.types.json']) write(name, {})
    mkdirSync(join(clone, 'stand-in/bin'), { recursive: true })
    write('stand-in/package.json', { name: 'node', version: '1.0.0' })
    writeFileSync(join(clone, 'stand-in/bin/node'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  })
  after(() => rmSync(clone, { recursive: true, force: true }))

  const write = (name: string, content: object) => writeFileSync(join(clone, name), JSON.stringify(content))

  it('installs and builds in a fresh clone, also under `npm publish --dry-run`', () => {
    // npm hands its options to the scripts that it runs in this way
    const env = { ...process.env, npm_config_dry_run: 'true' }
    const { status, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', 'build'], {
      cwd: clone,
      encoding: 'utf8',
      env,
    })
    assert.equal(status, 0, stderr)
    assert.ok(existsSync(join(clone, 'node_modules/node/bin/node')))
    assert.ok(existsSync(join(clone, 'dist/.sources')))
  })
})
