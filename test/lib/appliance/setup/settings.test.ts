import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ApplianceConfig, readConfig } from '../../../../lib/appliance/config.ts'
import { Settings } from '../../../../lib/appliance/setup/settings.ts'
import type { SettingsChange } from '../../../../lib/appliance/setup/site.ts'
import { readStored, withStored } from '../../../../lib/appliance/setup/stored.ts'

const flow = `[{"path":"\${FIELDLOG_SERIAL}","broker":"\${FIELDLOG_MQTT}"}]`

describe('the settings of the set-up page', () => {
  let home: string
  const applied: ApplianceConfig[] = []
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-settings-'))
    applied.length = 0
  })
  afterEach(() => rmSync(home, { recursive: true }))

  /** As a start has them. */
  function open(variables: Record<string, string> = {}): Settings {
    const env = { FIELDLOG_HOME: home, ...variables }
    const machine = {
      homeDirectory: '/',
      hostName: 'pi-4',
      exists: () => true,
      readFile: (path: string) => (path.endsWith('flows.json') ? flow : ''),
    }
    const config = readConfig(withStored(env, readStored(home)), machine)
    return new Settings({ env, machine, config, apply: async (changed) => void applied.push(changed) })
  }
  const change = (changes: Partial<SettingsChange>): SettingsChange => ({
    serial: 'demo:',
    baud: '57600',
    broker: '',
    user: '',
    gateway: 'pi-4',
    ...changes,
  })

  it('are what holds, what is fixed, and what the flow does not use', () => {
    const { state } = open({ FIELDLOG_SERIAL: '/dev/ttyUSB7', FIELDLOG_MQTT: 'mqtt://ann:pw@host' })
    assert.deepEqual(state, {
      values: { serial: '/dev/ttyUSB7', baud: '57600', broker: 'mqtt://host', user: 'ann', gateway: 'pi-4' },
      hasPassword: true,
      fixed: ['serial', 'baud', 'broker', 'user'],
      unused: ['baud'],
    })
  })

  it('are applied, and hold at the next start', async () => {
    await open().change(
      change({
        serial: '/dev/ttyUSB0',
        baud: '9600',
        broker: 'mqtt://host:1884',
        user: 'ann',
        password: 'pw',
        gateway: 'shed',
      }),
    )
    const { serial, baud, gateway, mqtt } = applied[0]!
    assert.deepEqual([serial, baud, gateway], ['/dev/ttyUSB0', 9600, 'shed'])
    assert.deepEqual([mqtt.url, mqtt.user, mqtt.password], ['mqtt://host:1884', 'ann', 'pw'])
    const { values, hasPassword } = open().state
    assert.deepEqual(values, {
      serial: '/dev/ttyUSB0',
      baud: '9600',
      broker: 'mqtt://host:1884',
      user: 'ann',
      gateway: 'shed',
    })
    assert.equal(hasPassword, true)
  })

  it('keep a password that is not given, but for the same user of the same broker only', async () => {
    const wanted = change({ broker: 'mqtt://host', user: 'ann' })
    const settings = open()
    await settings.change({ ...wanted, password: 'pw' })
    const passwords = []
    for (const changes of [{}, { user: 'ben' }, { broker: 'mqtt://other' }, { broker: '' }]) {
      passwords.push(settings.brokerOf({ ...wanted, ...changes }).password)
    }
    assert.deepEqual(passwords, ['pw', '', '', ''])
    await settings.change(wanted)
    assert.equal(readStored(home).FIELDLOG_MQTT_PASSWORD, 'pw')
    await settings.change({ ...wanted, password: '' })
    assert.equal(readStored(home).FIELDLOG_MQTT_PASSWORD, undefined)
    assert.equal(settings.state.hasPassword, false)
  })

  it('take a login out of the address of the broker', async () => {
    await open().change(change({ broker: 'mqtt://ann:hun/ter@host' }))
    assert.deepEqual(readStored(home), {
      FIELDLOG_SERIAL: 'demo:',
      FIELDLOG_BAUD: '57600',
      FIELDLOG_MQTT: 'mqtt://host',
      FIELDLOG_MQTT_USER: 'ann',
      FIELDLOG_MQTT_PASSWORD: 'hun/ter',
      FIELDLOG_GATEWAY: 'pi-4',
    })
  })

  it('leave alone what the environment has fixed, and what is stored of it', async () => {
    await open().change(change({ serial: '/dev/ttyUSB0', gateway: 'shed' }))
    const settings = open({ FIELDLOG_SERIAL: 'demo:' })
    await settings.change(change({ serial: '/dev/ttyUSB9', gateway: 'barn' }))
    assert.deepEqual([settings.state.values.serial, settings.gateway], ['demo:', 'barn'])
    assert.equal(open().state.values.serial, '/dev/ttyUSB0')
  })

  it('that make no sense are refused, and nothing is stored', async () => {
    for (const bad of [
      { serial: '192.168.1.5:2000' },
      { baud: 'fast' },
      { broker: 'http://host' },
      { broker: 'host' },
      { gateway: 'a/b' },
      { gateway: 'x'.repeat(65) },
    ]) {
      await assert.rejects(open().change(change(bad)), { code: 'CONFIG' }, JSON.stringify(bad))
    }
    assert.deepEqual([readStored(home), applied], [{}, []])
  })
})
