import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../lib/appliance/config.ts'
import { nodeRedSettings } from '../../../lib/appliance/settings.ts'

describe('appliance settings of Node-RED', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-settings-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const settings = (login?: { user: 'admin'; hash: string }) =>
    nodeRedSettings(readConfig({ FIELDLOG_HOME: home }, { homeDirectory: '/', hostName: 'pi-4' }), {
      packageRoot: '/opt/fieldlog',
      credentialSecret: 'key',
      login,
    })

  it('keeps everything in the home', () => {
    const made = settings()
    assert.deepEqual([made.userDir, made.flowFile, made.credentialSecret], [home, 'flows.json', 'key'])
  })

  it('loads the package, and puts its nodes first in the palette', () => {
    const made = settings()
    assert.deepEqual(made.nodesDir, ['/opt/fieldlog'])
    assert.equal(made.paletteCategories[0], 'fieldlog')
  })

  it('sends nothing to anyone', () => {
    assert.deepEqual(settings().telemetry, { enabled: false, updateNotification: false })
  })

  it('is quiet: warnings in the log, no tours in the editor', () => {
    const made = settings()
    assert.equal(made.logging.console.level, 'warn')
    assert.equal(made.editorTheme.tours, false)
  })

  it('has no login of its own', () => {
    assert.equal('adminAuth' in settings(), false)
  })

  it('asks for one login everywhere', () => {
    const made = settings({ user: 'admin', hash: 'h' })
    assert.deepEqual('adminAuth' in made && made.adminAuth, {
      type: 'credentials',
      users: [{ username: 'admin', password: 'h', permissions: '*' }],
    })
    assert.deepEqual('httpNodeAuth' in made && made.httpNodeAuth, { user: 'admin', pass: 'h' })
    assert.deepEqual('httpStaticAuth' in made && made.httpStaticAuth, { user: 'admin', pass: 'h' })
  })

  it("leaves the benchmark's peer out, until the user installs it", () => {
    const made = settings()
    assert.deepEqual(made.nodesExcludes, ['node-red-node-serialport'])
    mkdirSync(join(home, 'node_modules/node-red-node-serialport'), { recursive: true })
    assert.deepEqual(made.nodesExcludes, [])
  })
})
