import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readStored, store, storedFile, withStored } from '../../../../lib/appliance/setup/stored.ts'

describe('stored settings', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-stored-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  it('are kept for the owner alone', () => {
    assert.deepEqual(readStored(home), {})
    store(home, { FIELDLOG_SERIAL: '/dev/ttyUSB0', FIELDLOG_MQTT_PASSWORD: 'hunter2' })
    assert.deepEqual(readStored(home), { FIELDLOG_SERIAL: '/dev/ttyUSB0', FIELDLOG_MQTT_PASSWORD: 'hunter2' })
    assert.equal(statSync(join(home, storedFile)).mode & 0o777, 0o600)
  })

  it('are no others than the page makes', () => {
    writeFileSync(
      join(home, storedFile),
      '{"FIELDLOG_HOST":"0.0.0.0","FIELDLOG_BAUD":9600,"FIELDLOG_GATEWAY":"x"}',
    )
    assert.deepEqual(readStored(home), { FIELDLOG_GATEWAY: 'x' })
  })

  it('stop the start where they are damaged: a gateway must not log from elsewhere', () => {
    for (const text of ['{"FIELDLOG_SERIAL":', '[]x', '7']) {
      writeFileSync(join(home, storedFile), text)
      assert.throws(() => readStored(home), {
        code: 'CONFIG',
        message: /settings\.json is damaged; correct it/,
      })
    }
  })

  it('give way to the environment, and go together', () => {
    const stored = {
      FIELDLOG_SERIAL: '/dev/ttyUSB0',
      FIELDLOG_BAUD: '9600',
      FIELDLOG_MQTT: 'mqtt://stored',
      FIELDLOG_MQTT_USER: 'ann',
      FIELDLOG_MQTT_PASSWORD: 'hunter2',
      FIELDLOG_GATEWAY: 'stored',
    }
    const { FIELDLOG_MQTT, FIELDLOG_MQTT_USER, FIELDLOG_MQTT_PASSWORD, ...others } = stored
    assert.deepEqual(withStored({ FIELDLOG_GATEWAY: ' ' }, stored), stored)
    assert.deepEqual(withStored({ FIELDLOG_BAUD: '300' }, stored), { ...stored, FIELDLOG_BAUD: '300' })
    const broker = { FIELDLOG_MQTT, FIELDLOG_MQTT_USER, FIELDLOG_MQTT_PASSWORD, FIELDLOG_GATEWAY: 'stored' }
    assert.deepEqual(withStored({ FIELDLOG_SERIAL: 'demo:' }, stored), {
      ...broker,
      FIELDLOG_SERIAL: 'demo:',
    })
    for (const name of ['FIELDLOG_MQTT', 'FIELDLOG_MQTT_USER', 'FIELDLOG_MQTT_PASSWORD_FILE']) {
      assert.deepEqual(withStored({ [name]: 'x' }, stored), { ...others, [name]: 'x' }, name)
    }
  })
})
