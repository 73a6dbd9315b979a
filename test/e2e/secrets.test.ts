// What others on the machine can see: files of the home, and the environment of processes.
import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Collector } from '../support/collector.ts'
import { Gateway } from '../support/gateway.ts'
import { journalHolds } from '../support/journal-files.ts'
import { startMosquitto } from '../support/programs/mosquitto.ts'

describe('what others can see', function () {
  this.timeout(180_000)
  let folder: string
  let gateway: Gateway
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-secrets-'))
  })
  afterEach(async () => {
    await (gateway as Gateway | undefined)?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  it('of the home: nothing, after a start, a login, a deploy, and with what an earlier version left', async () => {
    const home = join(folder, 'home')
    mkdirSync(join(home, 'lib'), { recursive: true })
    chmodSync(home, 0o755)
    writeFileSync(join(home, '.sessions.json'), '{}')
    chmodSync(join(home, '.sessions.json'), 0o644)
    gateway = await Gateway.start({ home, env: { FIELDLOG_PASSWORD: 'open sesame' } })
    await journalHolds(gateway.journal, 3)
    const token = await logIn(gateway, 'open sesame')
    const headers = { authorization: `Bearer ${token}`, 'node-red-api-version': 'v2' }
    const flows = await (await fetch(`${gateway.url}flows`, { headers })).text()
    const deploy = await fetch(`${gateway.url}flows`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: flows,
    })
    assert.equal(deploy.status, 200)
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
    for (const name of ['.sessions.json', 'flows_cred.json', 'credential-secret', 'journal/.lock']) {
      assert.ok(files.includes(name), `${name} is not in ${files.join(', ')}`)
    }
    assert.deepEqual(
      files.filter((name) => (statSync(join(home, name)).mode & 0o077) !== 0),
      [],
    )
    assert.equal(statSync(home).mode & 0o777, 0o700)
  })

  it('of passwords: nothing in the environment of the gateway and of what its flows start', async () => {
    const broker = await startMosquitto({ users: { ann: 'brokers-secret' } })
    const env: Record<string, string> = { FIELDLOG_MQTT: broker.url, FIELDLOG_MQTT_USER: 'ann' }
    for (const [name, secret] of [
      ['FIELDLOG_PASSWORD', 'editors-secret'],
      ['FIELDLOG_MQTT_PASSWORD', 'brokers-secret'],
    ] as const) {
      env[`${name}_FILE`] = join(folder, name)
      writeFileSync(join(folder, name), `${secret}\n`)
    }
    const login = { username: 'ann', password: 'brokers-secret' }
    const collector = await Collector.open(broker.url, 'fieldlog/#', login)
    gateway = await Gateway.start({ env })
    await collector.until((messages) => messages.some(({ topic }) => topic.includes('/good/')))
    await collector.close()

    const token = await logIn(gateway, 'editors-secret')
    const seen = join(folder, 'environment')
    const flow = [
      { id: 't', type: 'tab', label: 'x' },
      { id: 'i', type: 'inject', z: 't', once: true, onceDelay: 0.1, props: [], wires: [['e']] },
      {
        id: 'e',
        type: 'exec',
        z: 't',
        command: `env > ${seen}; mv ${seen} ${seen}-whole`,
        wires: [[], [], []],
      },
    ]
    await fetch(`${gateway.url}flows`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(flow),
    })
    while (!readdirSync(folder).includes('environment-whole')) await pause(20)
    const children = readFileSync(`${seen}-whole`, 'utf8')
    assert.match(children, /FIELDLOG_MQTT_USER=ann/)
    const own = readFileSync(`/proc/${gateway.child.pid}/environ`, 'utf8')
    assert.doesNotMatch(children + own + gateway.lines.join('\n'), /s-secret/)
    await broker.remove()
  })
})

async function logIn(gateway: Gateway, password: string): Promise<string> {
  const answer = await fetch(`${gateway.url}auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: 'node-red-admin',
      grant_type: 'password',
      scope: '*',
      username: 'admin',
      password,
    }),
  })
  assert.equal(answer.status, 200)
  return ((await answer.json()) as { access_token: string }).access_token
}
