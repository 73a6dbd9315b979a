// The doctor beside a running gateway, and without one.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { fieldlog } from '../lib/cli/helper.ts'
import { Gateway } from '../support/gateway.ts'
import { type Mosquitto, startMosquitto } from '../support/programs/mosquitto.ts'

interface Finding {
  subject: string
  level: string
  says: string
}

describe('fieldlog doctor', function () {
  this.timeout(120_000)
  let home: string
  let broker: Mosquitto
  let gateway: Gateway
  let env: Record<string, string>

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-doctor-'))
    broker = await startMosquitto({ users: { pi: 'raspberry' } })
    env = {
      FIELDLOG_HOME: home,
      FIELDLOG_MQTT: broker.url,
      FIELDLOG_MQTT_USER: 'pi',
      FIELDLOG_MQTT_PASSWORD: 'raspberry',
    }
    const listener = await connectAsync(broker.url, { username: 'pi', password: 'raspberry' })
    await listener.subscribeAsync('fieldlog/test-gateway/good/#')
    const published = new Promise<void>((resolve) => listener.once('message', () => resolve()))
    gateway = await Gateway.start({ home, env })
    await published
    await listener.endAsync()
  })
  after(async () => {
    await gateway.remove()
    await broker.remove()
    rmSync(home, { recursive: true })
  })

  async function examined(more: Record<string, string> = {}) {
    const { port } = new URL(gateway.url)
    const { stdout, status } = await fieldlog(['doctor', '--json'], { ...env, FIELDLOG_PORT: port, ...more })
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    const about = (subject: string) =>
      findings.filter((each) => each.subject === subject).map(({ level, says }) => `${level}: ${says}`)
    return { status, about }
  }

  it('finds all well beside one that runs', async () => {
    const { about } = await examined()
    assert.deepEqual(about('settings'), [])
    assert.deepEqual(about('broker'), [`ok: ${broker.url} answers, and lets us in as pi`])
    assert.match(
      about('journal')[0]!,
      /^ok: \S+\/journal: [\d,]+ entr.*; the chain of its newest files is whole$/,
    )
    assert.match(
      about('gateway')[0]!,
      /^ok: test-gateway, version \S+, runs; 1 of 1 broker connected, 0 alarms$/,
    )
    assert.match(about('outbox')[0]!, /^ok: \w+: 0 messages wait, 0 refused$/)
    assert.match(about('store')[0]!, /^ok: \S+fieldlog\.sqlite can be read, and has all up to entry/)
    // the session of the gateway was not taken over
    assert.ok(!broker.output.includes('already connected'), broker.output)
  })

  it('says which of name, port and login of the broker is wrong', async () => {
    const wrong = await examined({ FIELDLOG_MQTT_PASSWORD: 'strawberry' })
    assert.match(wrong.about('broker')[0]!, /^fault: mqtt:\S+ refuses the login/)
    assert.equal(wrong.status, 2)
    const silent = await examined({ FIELDLOG_MQTT: 'mqtt://127.0.0.1:1' })
    assert.match(silent.about('broker')[0]!, /^fault: mqtt:\S+ cannot be reached: nothing listens there/)
    const unknown = await examined({ FIELDLOG_MQTT: 'mqtt://no-such-broker.invalid' })
    assert.match(unknown.about('broker')[0]!, /^fault: .*: the name no-such-broker\.invalid is not known/)
  })

  it('finds a damaged journal without a gateway, and changes nothing', async () => {
    await gateway.stop()
    const year = join(home, 'journal', String(new Date().getUTCFullYear()))
    const file = join(year, readdirSync(year).find((name) => name.endsWith('.txt'))!)
    const bytes = readFileSync(file)
    const sound = Buffer.from(bytes)
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200)
    writeFileSync(file, bytes)
    const before = filesIn(home)
    const { about, status } = await examined()
    assert.equal(status, 2)
    assert.match(about('journal')[0]!, /^fault: .*bytes \d+ to \d+: the checksum does not match/)
    assert.match(about('gateway')[0]!, /^warning: it cannot be asked: .*nothing listens there/)
    assert.deepEqual(filesIn(home), before)
    writeFileSync(file, sound)
  })
})

/** The files that are there, with their sizes and times; the database's own logs come and go. */
function filesIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => !/-(shm|wal)$/.test(name) && statSync(join(folder, name)).isFile())
    .map((name) => `${name} ${statSync(join(folder, name)).size} ${statSync(join(folder, name)).mtimeMs}`)
    .sort()
}
