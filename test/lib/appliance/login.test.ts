import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../lib/appliance/config.ts'
import { BasicAuth, loginFor, passwordFile } from '../../../lib/appliance/login.ts'

/** A hash that can be looked through, and a count of how often it was asked. */
function fakeBcrypt() {
  const calls = { compare: 0 }
  return {
    calls,
    hashSync: (password: string) => `hash:${password}`,
    compare: async (password: string, hash: string) => {
      calls.compare++
      return hash === `hash:${password}`
    },
  }
}

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

describe('appliance login', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-login-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const config = (env: Record<string, string>) =>
    readConfig({ FIELDLOG_HOME: home, ...env }, { homeDirectory: '/', hostName: 'h' })

  it('asks for none on loopback without a password', () => {
    assert.equal(loginFor(config({}), fakeBcrypt()), undefined)
  })

  it('takes the password given, on any host, and keeps nothing', () => {
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const login = loginFor(config({ FIELDLOG_HOST: host, FIELDLOG_PASSWORD: 'pw' }), fakeBcrypt())
      assert.deepEqual(login, { user: 'admin', hash: 'hash:pw' })
    }
    assert.throws(() => statSync(join(home, passwordFile)), { code: 'ENOENT' })
  })

  it('makes one off loopback, shows it once and keeps its hash alone', () => {
    const first = loginFor(config({ FIELDLOG_HOST: '0.0.0.0' }), fakeBcrypt())
    assert.match(first?.shown ?? '', /^[A-Za-z0-9_-]{16}$/)
    assert.equal(first?.hash, `hash:${first?.shown}`)
    assert.equal(readFileSync(join(home, passwordFile), 'utf8'), `${first?.hash}\n`)
    assert.equal(statSync(join(home, passwordFile)).mode & 0o777, 0o600)
    assert.deepEqual(loginFor(config({ FIELDLOG_HOST: '0.0.0.0' }), fakeBcrypt()), {
      user: 'admin',
      hash: first?.hash,
    })
  })

  const made = () => {
    const bcrypt = fakeBcrypt()
    return { bcrypt, auth: new BasicAuth({ user: 'admin', hash: 'hash:p:w é' }, bcrypt) }
  }

  it('lets in who has user and password', async () => {
    assert.equal(await made().auth.allows(basic('admin', 'p:w é')), true)
  })

  it('hashes a right password once', async () => {
    const { auth, bcrypt } = made()
    assert.equal(await auth.allows(basic('admin', 'p:w é')), true)
    assert.equal(await auth.allows(basic('admin', 'p:w é')), true)
    assert.equal(bcrypt.calls.compare, 1)
  })

  it('refuses a wrong password and a wrong user, after a right one, too', async () => {
    const { auth } = made()
    assert.equal(await auth.allows(basic('admin', 'p:w é')), true)
    assert.equal(await auth.allows(basic('admin', 'wrong')), false)
    assert.equal(await auth.allows(basic('root', 'p:w é')), false)
  })

  it('refuses what are no Basic credentials', async () => {
    const { auth } = made()
    for (const authorization of ['', 'Basic', 'Basic !!', 'Basic YWRtaW4=', 'Bearer YWRtaW46cDp3']) {
      assert.equal(await auth.allows({ authorization }), false, authorization)
    }
    assert.equal(await auth.allows({}), false)
  })
})
