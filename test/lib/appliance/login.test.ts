import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../lib/appliance/config.ts'
import { keepSecret } from '../../../lib/appliance/home.ts'
import { basicCredentials, loginFor, passwordFile } from '../../../lib/appliance/login.ts'

/** A hash that can be looked through. */
const hash = (password: string) => `hash:${password}`

describe('appliance login', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-login-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const config = (env: Record<string, string>) =>
    readConfig(
      { FIELDLOG_HOME: home, ...env },
      { homeDirectory: '/', hostName: 'h', readFile: () => '', exists: () => false },
    )

  it('asks for none on loopback without a password', () => {
    assert.equal(loginFor(config({}), hash), undefined)
  })

  it('takes the password given, on any host, and keeps nothing', () => {
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const login = loginFor(config({ FIELDLOG_HOST: host, FIELDLOG_PASSWORD: 'pw' }), hash)
      assert.deepEqual(login, { user: 'admin', hash: 'hash:pw', known: 'pw' })
    }
    assert.throws(() => statSync(join(home, passwordFile)), { code: 'ENOENT' })
  })

  it('takes off loopback the one that was chosen, and makes none by itself', () => {
    const outside = config({ FIELDLOG_HOST: '0.0.0.0' })
    assert.equal(loginFor(outside, hash), undefined)
    assert.throws(() => statSync(join(home, passwordFile)), { code: 'ENOENT' })
    keepSecret(home, passwordFile, 'hash:chosen')
    assert.deepEqual(loginFor(outside, hash), { user: 'admin', hash: 'hash:chosen' })
    assert.equal(loginFor(config({}), hash), undefined)
  })

  it('reads Basic credentials', () => {
    const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
    assert.deepEqual(basicCredentials(header('admin:p:w é')), { user: 'admin', password: 'p:w é' })
    assert.deepEqual(basicCredentials(header(':')), { user: '', password: '' })
    for (const bad of [undefined, '', 'Basic', 'Basic !!', 'Basic YWRtaW4=', 'Bearer YWRtaW46cDp3']) {
      assert.equal(basicCredentials(bad), undefined, bad)
    }
  })
})
