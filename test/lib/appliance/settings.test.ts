import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../lib/appliance/config.ts'
import { ReaderLogin } from '../../../lib/appliance/reader-login.ts'
import { nodeRedSettings, type SettingsContext } from '../../../lib/appliance/settings.ts'
import { LoginGate } from '../../../lib/appliance/web/login-gate.ts'
import { FakeClock } from '../../support/fake-clock.ts'

describe('appliance settings of Node-RED', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-settings-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const settings = (login?: SettingsContext['login'], hostName = 'pi-4') =>
    nodeRedSettings(
      readConfig(
        { FIELDLOG_HOME: home },
        { homeDirectory: '/', hostName, readFile: () => '', exists: () => false },
      ),
      {
        packageRoot: '/opt/fieldlog',
        credentialSecret: 'key',
        log: undefined,
        login,
      },
    )

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
    assert.equal(made.logging.console?.level, 'warn')
    assert.equal(made.editorTheme.tours, false)
  })

  it('has no login of its own', () => {
    assert.equal('adminAuth' in settings(), false)
  })

  it('has the editor ask the gate, for the one user there is', async () => {
    const check = async (password: string) => password === 'pw'
    const gate = new LoginGate({ user: 'admin', check, log() {}, clock: new FakeClock() })
    const reader = new ReaderLogin()
    const made = settings({ user: 'admin', gate, reader })
    const { adminAuth } = made as Extract<typeof made, { adminAuth: unknown }>
    assert.ok(adminAuth)
    const admin = { username: 'admin', permissions: '*' }
    assert.equal(adminAuth.type, 'credentials')
    assert.deepEqual(await adminAuth.users('admin'), admin)
    assert.equal(await adminAuth.users('root'), null)
    assert.deepEqual(await adminAuth.authenticate('admin', 'pw'), admin)
    assert.equal(await adminAuth.authenticate('admin', 'wrong'), null)
    assert.doesNotMatch(JSON.stringify(made), /pw/)
  })

  it("escapes the gateway's name, which the editor takes as HTML", () => {
    const { title } = settings(undefined, `<img src=x onerror="alert('1')">&`).editorTheme.header
    assert.equal(title, 'Fieldlog · &#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;')
  })

  it("leaves the benchmark's peer out, until the user installs it", () => {
    const made = settings()
    assert.deepEqual(made.nodesExcludes, ['node-red-node-serialport'])
    mkdirSync(join(home, 'node_modules/node-red-node-serialport'), { recursive: true })
    assert.deepEqual(made.nodesExcludes, [])
  })
})
