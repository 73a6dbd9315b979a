// Nothing that the doctor prints or writes holds a secret, wherever it was planted.
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { examine } from '../../../../lib/cli/doctor/doctor.ts'
import { redactor } from '../../../../lib/cli/doctor/redact.ts'
import { runHere, temporaryDirectory } from '../helper.ts'
import { home, MadeUpMachine } from './made-up.ts'

/** Each in another place; all of them must be gone. */
const planted = {
  env: 'PLANTED-env',
  mqtt: 'PLANTED/mqtt#1',
  url: 'PLANTED-url',
  query: 'PLANTED-query',
  file: 'PLANTED-file',
  token: 'PLANTED-token',
  credentials: 'PLANTED-credentials',
  key: 'PLANTED-key-of-the-credentials',
  hash: 'PLANTED-hash',
  broker: 'PLANTED-broker',
  func: 'PLANTED-function',
  header: 'PLANTED-header',
  property: 'PLANTED-property',
  log: 'PLANTED-log',
  setUp: 'PLANTED-in-the-set-up-page',
}

describe('what the doctor shows', () => {
  const place = temporaryDirectory()
  let machine: MadeUpMachine
  const env = {
    FIELDLOG_HOME: home,
    FIELDLOG_PASSWORD: planted.env,
    FIELDLOG_MQTT: `mqtt://me:${planted.url}@127.0.0.1:1/`,
    FIELDLOG_MQTT_PASSWORD_FILE: '/run/mqtt-password',
    FIELDLOG_TOKEN: planted.token,
    FIELDLOG_SERIAL: 'tcp://10.0.0.5:2000',
    SOMETHING_ELSE: 'PLANTED-other-variable',
  }

  beforeEach(() => {
    machine = new MadeUpMachine()
    machine.files.set('/run/mqtt-password', `${planted.mqtt}\n`)
    machine.files.set(join(home, 'admin-password-hash'), planted.hash)
    machine.files.set(join(home, 'settings.json'), JSON.stringify({ FIELDLOG_MQTT_PASSWORD: planted.setUp }))
    machine.flow(
      [
        { id: 'tab', type: 'tab', label: 'Home', info: `the password is ${planted.property}` },
        {
          id: 'b1',
          type: 'mqtt-broker',
          broker: `me:${planted.broker}@127.0.0.1`,
          port: '1',
          name: planted.property,
        },
        { id: 'b2', type: 'mqtt-broker', broker: `ws://127.0.0.1:1/mqtt?token=${planted.query}` },
        {
          id: 'out',
          type: 'fieldlog-mqtt-out',
          z: 'tab',
          broker: 'b1',
          topic: 'a/b',
          password: planted.property,
        },
        { id: 'out2', type: 'fieldlog-mqtt-out', z: 'tab', broker: 'b2', topic: 'a/b' },
        { id: 'f', type: 'function', z: 'tab', func: `const t = "${planted.func}"`, wires: [['out']] },
        { id: 'h', type: 'http request', z: 'tab', headers: [{ Authorization: planted.header }] },
      ],
      { b1: { user: 'me', password: planted.credentials } },
      planted.key,
    )
    const said = [
      `connecting to mqtts://me:${planted.log}@broker.local`,
      `Authorization: Bearer ${planted.log}`,
      `{"password":"${planted.log}"} token=${planted.log}`,
      `the password ${planted.credentials} is wrong, and so is ${encodeURIComponent(planted.mqtt)}`,
      `connecting with ${planted.setUp}`,
      `basic ${Buffer.from(planted.env).toString('base64')}`,
    ]
    machine.programs.set('journalctl --quiet', { status: 0, out: said.join('\n') })
    machine.programs.set('systemctl cat', {
      status: 0,
      out: `Environment=FIELDLOG_PASSWORD=${planted.env}\n`,
    })
  })

  function examined(options: Record<string, string | boolean>) {
    const about = { args: '', about: '', count: { min: 0, max: 0 } }
    const command = {
      ...about,
      run: (_: string[], __: object, io: Parameters<typeof examine>[1]) => examine(options, io, machine),
    }
    return runHere('doctor', command, [], { env })
  }

  it('is free of all that was planted, as text, as JSON and in the bundle', async () => {
    const bundle = join(place.path, 'bundle.json.gz')
    const text = await examined({ bundle })
    const json = await examined({ json: true })
    const written = gunzipSync(readFileSync(bundle)).toString('utf8')
    for (const shown of [text.out, text.err, json.out, written]) {
      for (const [where, secret] of Object.entries(planted)) {
        assert.ok(
          !shown.includes(secret),
          `${where}: ${shown.slice(shown.indexOf(secret) - 80).slice(0, 200)}`,
        )
        const coded = Buffer.from(secret).toString('base64').replace(/=+$/, '')
        assert.ok(!shown.includes(coded) && !shown.includes(encodeURIComponent(secret)), where)
      }
      assert.ok(!shown.includes('PLANTED'), shown.slice(shown.indexOf('PLANTED') - 80).slice(0, 200))
    }
    assert.equal(statSync(bundle).mode & 0o777, 0o600)
    // and there is something left
    const content = JSON.parse(written) as {
      settings: object
      flow: Array<Record<string, unknown>>
      log: string[]
    }
    assert.deepEqual(content.settings, {
      FIELDLOG_HOME: home,
      FIELDLOG_PASSWORD: '[secret]',
      FIELDLOG_MQTT: 'mqtt://127.0.0.1:1/',
      FIELDLOG_MQTT_PASSWORD_FILE: '[secret]',
      FIELDLOG_TOKEN: '[secret]',
      FIELDLOG_SERIAL: 'tcp://10.0.0.5:2000',
    })
    assert.deepEqual(content.flow[5], { id: 'f', type: 'function', z: 'tab', wires: [['out']] })
    assert.equal(content.flow[3]?.topic, 'a/b')
    assert.equal(content.log[0], 'connecting to mqtts://broker.local')
  })

  it('writes over nothing', async () => {
    const bundle = join(place.path, 'bundle.json.gz')
    await examined({ bundle })
    const { status, err } = await examined({ bundle })
    assert.equal(status, 1)
    assert.equal(
      err,
      `fieldlog doctor: cannot write ${bundle}: there is such a file already: give another name\n`,
    )
  })

  it('keeps what only looks like a secret from its place on', () => {
    const redact = redactor(['ab', 'open sesame'])
    assert.equal(redact('ab is too short, open sesame is not'), 'ab is too short, [secret] is not')
    assert.equal(
      redact('received at 12:30 in tcp://10.0.0.5:2000'),
      'received at 12:30 in tcp://10.0.0.5:2000',
    )
    assert.equal(
      redact('see https://example.org/a?key=1 for it'),
      'see https://example.org/a?[secret] for it',
    )
  })
})
