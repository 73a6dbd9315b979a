import assert from 'node:assert/strict'
import { createDecipheriv, createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  credentialSecret,
  encryptCredentials,
  installDefaultFlow,
  keepSecret,
  keptSecret,
  openHome,
  readFlow,
} from '../../../lib/appliance/home.ts'

/** Node-RED's own way to read its credentials file. */
function decrypt({ $ }: { $: string }, secret: string): unknown {
  const key = createHash('sha256').update(secret).digest()
  const decipher = createDecipheriv('aes-256-ctr', key, Buffer.from($.slice(0, 32), 'hex'))
  return JSON.parse(decipher.update($.slice(32), 'base64', 'utf8') + decipher.final('utf8'))
}

const flow = JSON.stringify([
  { id: 'tab1', type: 'tab' },
  { id: 'b1', type: 'mqtt-broker', broker: '$' + '{FIELDLOG_MQTT}' },
])

describe('appliance home', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-home-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('makes the folder, and leaves nothing of its test in it', () => {
    const home = join(folder, 'deep', 'home')
    openHome(home)
    openHome(home)
    assert.equal(statSync(home).isDirectory(), true)
    assert.equal(existsSync(join(home, `.fieldlog-write-test-${process.pid}`)), false)
  })

  it('says in one line which home cannot be written', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const home of [join(file, 'home'), '/proc/fieldlog']) {
      assert.throws(() => openHome(home), {
        name: 'HomeError',
        message: new RegExp(`^cannot write to the home folder ${home} \\(.*\\); set FIELDLOG_HOME to .*$`),
      })
    }
  })

  it('keeps a secret for its owner alone, and whole', () => {
    assert.equal(keptSecret(folder, 's'), undefined)
    keepSecret(folder, 's', 'one')
    keepSecret(folder, 's', 'two')
    assert.equal(keptSecret(folder, 's'), 'two')
    assert.equal(statSync(join(folder, 's')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder), ['s'])
    writeFileSync(join(folder, 'empty'), '\n')
    assert.equal(keptSecret(folder, 'empty'), undefined)
    assert.throws(() => keepSecret(join(folder, 'absent'), 's', 'x'), { code: 'ENOENT' })
  })

  it("makes the key of Node-RED's credentials once", () => {
    const secret = credentialSecret(folder)
    assert.match(secret, /^[0-9a-f]{64}$/)
    assert.equal(credentialSecret(folder), secret)
    assert.equal(statSync(join(folder, 'credential-secret')).mode & 0o777, 0o600)
  })

  it('installs the flow with logins that refer to the environment', () => {
    assert.equal(installDefaultFlow(folder, flow, 'key'), true)
    assert.equal(readFileSync(join(folder, 'flows.json'), 'utf8'), flow)
    const credentials = JSON.parse(readFileSync(join(folder, 'flows_cred.json'), 'utf8')) as { $: string }
    assert.deepEqual(decrypt(credentials, 'key'), {
      b1: { user: '$' + '{FIELDLOG_MQTT_USER}', password: '$' + '{FIELDLOG_MQTT_PASSWORD}' },
    })
    assert.equal(statSync(join(folder, 'flows_cred.json')).mode & 0o777, 0o600)
  })

  it('never touches a flow that is there', () => {
    writeFileSync(join(folder, 'flows.json'), '[]')
    writeFileSync(join(folder, 'flows_cred.json'), '{"mine":1}')
    assert.equal(installDefaultFlow(folder, flow, 'key'), false)
    assert.equal(readFileSync(join(folder, 'flows.json'), 'utf8'), '[]')
    assert.equal(readFileSync(join(folder, 'flows_cred.json'), 'utf8'), '{"mine":1}')
  })

  it('reads the flow that is there, and takes an empty or a damaged file for none', () => {
    const path = join(folder, 'flows.json')
    assert.equal(readFlow(folder), undefined)
    for (const text of ['', '[{"id":"a","ty', '{}', 'null']) {
      writeFileSync(path, text)
      assert.equal(readFlow(folder), undefined, text)
    }
    writeFileSync(path, flow)
    assert.deepEqual(readFlow(folder), JSON.parse(flow))
  })

  it('puts files in place as a whole: what a crash has left beside them is written anew, with its mode', () => {
    writeFileSync(join(folder, 's.new'), 'half', { mode: 0o644 })
    keepSecret(folder, 's', 'whole')
    assert.deepEqual([readFileSync(join(folder, 's'), 'utf8'), readdirSync(folder)], ['whole\n', ['s']])
    assert.equal(statSync(join(folder, 's')).mode & 0o777, 0o600)
  })

  it('sets credentials aside whose flow is gone', () => {
    writeFileSync(join(folder, 'flows_cred.json'), 'old')
    assert.equal(installDefaultFlow(folder, flow, 'key'), true)
    assert.equal(readFileSync(join(folder, 'flows_cred.json.old'), 'utf8'), 'old')
  })

  it('draws a new initial vector each time', () => {
    assert.notEqual(encryptCredentials({ a: 1 }, 'k').$, encryptCredentials({ a: 1 }, 'k').$)
  })
})
