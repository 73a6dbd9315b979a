// The settings of a service in a copy that is to be without secrets.
import assert from 'node:assert/strict'
import { withoutSecrets } from '../../../../lib/cli/backup/home-files.ts'

describe('the settings in a copy', () => {
  it('are as they were, but for passwords', () => {
    const settings = [
      '# The password at the broker.',
      'FIELDLOG_MQTT_PASSWORD=raspberry',
      ' FIELDLOG_PASSWORD="open sesame"',
      'FIELDLOG_PASSWORD_FILE=/etc/password',
      'FIELDLOG_MQTT=mqtts://pi:raspberry@broker.local',
      'FIELDLOG_BAUD=9600',
    ]
    assert.deepEqual(withoutSecrets(settings.join('\n')).split('\n'), [
      '# The password at the broker.',
      '#FIELDLOG_MQTT_PASSWORD=',
      ' #FIELDLOG_PASSWORD=',
      'FIELDLOG_PASSWORD_FILE=/etc/password',
      'FIELDLOG_MQTT=mqtts://broker.local',
      'FIELDLOG_BAUD=9600',
    ])
  })
})
