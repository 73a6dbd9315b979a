import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
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

  it('makes one off loopback, shows it once and keeps its hash alone', () => {
    const first = loginFor(config({ FIELDLOG_HOST: '0.0.0.0' }), hash)
    assert.match(first?.known ?? '', /^[A-Za-z0-9_-]{16}$/)
    assert.deepEqual([first?.hash, first?.isNew], [`hash:${first?.known}`, true])
    assert.equal(readFileSync(join(home, passwordFile), 'utf8'), `${first?.hash}\n`)
    assert.equal(statSync(join(home, passwordFile)).mode & 0o777, 0o600)
    for (const setup of ['off', 'on']) {
      const later = config({ FIELDLOG_HOST: '0.0.0.0', FIELDLOG_SETUP: setup })
      assert.deepEqual(loginFor(later, hash), { user: 'admin', hash: first?.hash })
    }
  })

  it('makes none where it is chosen in the set-up page, and takes that one', () => {
    const outside = config({ FIELDLOG_HOST: '0.0.0.0', FIELDLOG_SETUP: 'on' })
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
