import assert from 'node:assert/strict'
import { variableReport } from '../../../nodes/shared/variables.ts'

describe('nodes: what panels are told of variables', () => {
  const environment = {
    FIELDLOG_SERIAL: '/dev/ttyUSB0',
    FIELDLOG_BAUD: '',
    FIELDLOG_MQTT: 'mqtt://gw:s3cret@broker.local:1884',
    FIELDLOG_PASSWORD: 's3cret',
    FIELDLOG_MQTT_USER: 'gw',
    HOME: '/home/pi',
  }

  it('is the value in force, without a login', () => {
    assert.deepEqual(variableReport('FIELDLOG_SERIAL', environment), { value: '/dev/ttyUSB0' })
    assert.deepEqual(variableReport('FIELDLOG_MQTT', environment), { value: 'mqtt://broker.local:1884' })
  })

  it('is nothing where it is empty or not set: the default holds', () => {
    assert.deepEqual(variableReport('FIELDLOG_BAUD', environment), {})
    assert.deepEqual(variableReport('FIELDLOG_GATEWAY', environment), {})
  })

  it('is never a secret, nor anything else of the environment', () => {
    const secret = [
      'FIELDLOG_PASSWORD',
      'FIELDLOG_MQTT_PASSWORD',
      'FIELDLOG_MQTT_PASSWORD_FILE',
      'FIELDLOG_MQTT_USER',
    ]
    for (const name of [...secret, 'HOME', 'PATH', '__proto__', 'fieldlog_serial', 'XFIELDLOG_SERIAL']) {
      assert.deepEqual(variableReport(name, environment), { isHidden: true }, name)
    }
  })
})
