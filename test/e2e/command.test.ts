// The `fieldlog` command.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Gateway } from '../support/gateway.ts'

const root = join(import.meta.dirname, '../..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

function fieldlog(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist/bin/fieldlog.js'), ...args],
    {
      encoding: 'utf8',
    },
  )
  return { status, stdout, stderr }
}

describe('the fieldlog command', function () {
  this.timeout(90_000)

  it('explains itself', () => {
    for (const args of [[], ['--help'], ['-h'], ['help']]) {
      const { status, stdout, stderr } = fieldlog(...args)
      assert.deepEqual([status, stderr], [0, ''])
      assert.match(stdout, /^Usage: fieldlog <command>/)
      assert.match(stdout, /^ {2}start {6}/m)
    }
  })

  it('tells its version', () => {
    assert.deepEqual(fieldlog('--version'), { status: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('names what it does not know', () => {
    const see = 'see fieldlog --help\n'
    assert.deepEqual(fieldlog('strat'), {
      status: 2,
      stdout: '',
      stderr: `fieldlog: unknown command "strat"; ${see}`,
    })
    assert.deepEqual(fieldlog('toString'), {
      status: 2,
      stdout: '',
      stderr: `fieldlog: unknown command "toString"; ${see}`,
    })
    assert.deepEqual(fieldlog('start', '-p', '1'), {
      status: 2,
      stdout: '',
      stderr: `fieldlog: start takes no arguments, but was given: -p 1; ${see}`,
    })
  })

  it('starts the gateway, and stops it also while it is starting', async () => {
    const gateway = await Gateway.start({ command: ['fieldlog.js', 'start'] })
    assert.equal((await gateway.stop()).status, 0)
    await gateway.remove()
    const early = Gateway.spawn({ command: ['fieldlog.js', 'start'] })
    await early.line(/^fieldlog: Fieldlog /)
    assert.ok(early.lines[0]?.startsWith(`fieldlog: Fieldlog ${version} on Node-RED `), early.lines[0])
    const { status, signal } = await early.stop()
    assert.deepEqual([status, signal], [0, null])
    await early.remove()
  })
})
