import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tighten } from '../../../lib/appliance/permissions.ts'

describe('appliance permissions', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-permissions-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const mode = (path: string) => (statSync(join(folder, path)).mode & 0o7777).toString(8)

  function make(path: string, bits: number): void {
    writeFileSync(join(folder, path), '')
    chmodSync(join(folder, path), bits)
  }

  it('closes a home of an earlier version, and leaves packages and what links lead to alone', () => {
    make('outside', 0o644)
    mkdirSync(join(folder, 'home/journal/2026'), { recursive: true })
    mkdirSync(join(folder, 'home/node_modules'))
    for (const path of ['home', 'home/journal', 'home/journal/2026', 'home/node_modules']) {
      chmodSync(join(folder, path), 0o755)
    }
    make('home/.sessions.json', 0o644)
    make('home/run.sh', 0o755)
    make('home/journal/2026/20261121.txt', 0o664)
    make('home/journal/.lock', 0o644)
    make('home/node_modules/a.js', 0o644)
    symlinkSync(join(folder, 'outside'), join(folder, 'home/link'))
    assert.equal(tighten(join(folder, 'home'), '/'), undefined)
    assert.deepEqual(
      Object.fromEntries(
        [
          'home',
          'home/.sessions.json',
          'home/run.sh',
          'home/journal',
          'home/journal/2026',
          'home/journal/2026/20261121.txt',
          'home/journal/.lock',
          'home/node_modules/a.js',
          'outside',
        ].map((path) => [path, mode(path)]),
      ),
      {
        home: '700',
        'home/.sessions.json': '600',
        'home/run.sh': '700',
        'home/journal': '700',
        'home/journal/2026': '700',
        'home/journal/2026/20261121.txt': '600',
        'home/journal/.lock': '600',
        'home/node_modules/a.js': '644',
        outside: '644',
      },
    )
  })

  it('closes a home that is reached by a link', () => {
    mkdirSync(join(folder, 'real'))
    chmodSync(join(folder, 'real'), 0o755)
    symlinkSync(join(folder, 'real'), join(folder, 'home'))
    assert.equal(tighten(join(folder, 'home'), '/'), undefined)
    assert.equal(mode('real'), '700')
  })

  it('leaves a folder alone that is not only ours, and says so', () => {
    const shared = join(folder, 'shared')
    mkdirSync(shared)
    chmodSync(shared, 0o1777)
    assert.match(tighten(shared, '/') ?? '', /^the home folder .*shared is not Fieldlog's alone/)
    assert.equal(mode('shared'), '1777')
    chmodSync(shared, 0o755)
    assert.match(tighten(shared, shared) ?? '', /is not Fieldlog's alone/)
    assert.equal(mode('shared'), '755')
    for (const system of ['/', '/tmp', '/etc']) {
      const before = statSync(system).mode
      assert.match(tighten(system, '/home/x-none') ?? '', /is not Fieldlog's alone/, system)
      assert.equal(statSync(system).mode, before)
    }
  })
})
