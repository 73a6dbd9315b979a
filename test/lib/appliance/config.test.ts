import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { ConfigError, flowEnvironment, hideSecrets, readConfig } from '../../../lib/appliance/config.ts'

const files: Record<string, string> = {
  '/run/secret': 's3cret \nsecond line\n',
  '/run/windows': 'pw\r\n',
  '/run/empty': '\n',
}
const machine = {
  homeDirectory: '/home/pi',
  hostName: 'pi-4',
  readFile(path: string): string {
    const text = files[path]
    if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
    return text
  },
  exists: (path: string) => path in files,
}
const read = (env: Record<string, string | undefined> = {}) => readConfig(env, machine)

describe('appliance configuration', () => {
  it('has a default for everything', () => {
    assert.deepEqual(read(), {
      home: '/home/pi/.fieldlog',
      serial: 'demo:',
      baud: 57600,
      mqtt: { url: undefined, embeddedPort: 1883, user: '', password: '', ca: '' },
      gateway: 'pi-4',
      host: '127.0.0.1',
      port: 1880,
      loopback: true,
      tls: undefined,
      password: undefined,
      setup: false,
      flushInterval: 1,
      bufferSize: 100,
      http: false,
      homeAssistant: false,
      events: {},
      eventsLog: 'off',
      verify: 'daily',
    })
  })

  it('takes every variable', () => {
    assert.deepEqual(
      read({
        FIELDLOG_HOME: '/srv/field',
        FIELDLOG_SERIAL: 'tcp://10.0.0.5:2000',
        FIELDLOG_BAUD: '9600',
        FIELDLOG_MQTT: 'mqtts://broker.example:8883/',
        FIELDLOG_MQTT_USER: 'ann',
        FIELDLOG_MQTT_PASSWORD: 'pa ss',
        FIELDLOG_MQTT_CA: '/etc/ca.pem',
        FIELDLOG_MQTT_PORT: '0',
        FIELDLOG_GATEWAY: 'roof',
        FIELDLOG_HOST: '0.0.0.0',
        FIELDLOG_SETUP: 'on',
        FIELDLOG_PORT: '8080',
        FIELDLOG_TLS_CERT: '/etc/tls/cert.pem',
        FIELDLOG_TLS_KEY: '/etc/tls/key.pem',
        FIELDLOG_PASSWORD: 'secret',
        FIELDLOG_FLUSH_INTERVAL: '0.25',
        FIELDLOG_BUFFER_SIZE: '500',
        FIELDLOG_HTTP: ' On ',
        FIELDLOG_HOMEASSISTANT: 'on',
        FIELDLOG_EVENTS: 'queue, socket,udp:5151',
        FIELDLOG_EVENTS_LOG: ' info ',
        FIELDLOG_VERIFY: 'Weekly',
      }),
      {
        home: '/srv/field',
        serial: 'tcp://10.0.0.5:2000',
        baud: 9600,
        mqtt: {
          url: 'mqtts://broker.example:8883',
          embeddedPort: 0,
          user: 'ann',
          password: 'pa ss',
          ca: '/etc/ca.pem',
        },
        gateway: 'roof',
        host: '0.0.0.0',
        port: 8080,
        loopback: false,
        tls: { cert: '/etc/tls/cert.pem', key: '/etc/tls/key.pem' },
        password: 'secret',
        setup: true,
        flushInterval: 0.25,
        bufferSize: 500,
        http: true,
        homeAssistant: true,
        events: {
          queueName: '/telog.mq',
          socketName: '@timevt-server',
          udp: { host: '127.0.0.1', port: 5151 },
        },
        eventsLog: 'info',
        verify: 'weekly',
      },
    )
  })

  it('takes a certificate only with its key', () => {
    for (const name of ['FIELDLOG_TLS_CERT', 'FIELDLOG_TLS_KEY']) {
      assert.throws(() => read({ [name]: '/x.pem' }), { code: 'CONFIG', message: /go together/ })
    }
    assert.equal(read({ FIELDLOG_TLS_CERT: 'self' }).tls, 'self')
  })

  it('treats an empty variable as not set', () => {
    const empty = Object.fromEntries(
      ['HOME', 'SERIAL', 'BAUD', 'MQTT', 'MQTT_USER', 'MQTT_CA', 'GATEWAY', 'HOST', 'PORT', 'PASSWORD'].map(
        (name) => [`FIELDLOG_${name}`, ''],
      ),
    )
    assert.deepEqual(read(empty), read())
  })

  it('takes the name of a device for its path, and refuses an address that could mean several things', () => {
    assert.equal(read({ FIELDLOG_SERIAL: 'ttyUSB0' }).serial, '/dev/ttyUSB0')
    assert.equal(read({ FIELDLOG_SERIAL: 'USB:403:6001' }).serial, 'USB:403:6001')
    assert.throws(() => read({ FIELDLOG_SERIAL: '192.168.1.5:2000' }), {
      code: 'CONFIG',
      message:
        'FIELDLOG_SERIAL: "192.168.1.5:2000" does not say how to connect: write tcp://192.168.1.5:2000 for a server that sends bytes as they are',
    })
    assert.throws(() => read({ FIELDLOG_SERIAL: 'usb0' }), {
      code: 'CONFIG',
      message: 'FIELDLOG_SERIAL: "usb0" is not a device path: write it in full, as in /dev/ttyUSB0',
    })
  })

  it('takes a login out of the broker URL, with its escapes undone', () => {
    const { mqtt } = read({ FIELDLOG_MQTT: 'mqtt://ann:p%40ss%3Aword@host:1884' })
    assert.equal(mqtt.url, 'mqtt://host:1884')
    assert.equal(mqtt.user, 'ann')
    assert.equal(mqtt.password, 'p@ss:word')
  })

  it('prefers the separate user and password', () => {
    const { mqtt } = read({
      FIELDLOG_MQTT: 'mqtt://a:b@host',
      FIELDLOG_MQTT_USER: 'c',
      FIELDLOG_MQTT_PASSWORD: 'd',
    })
    assert.deepEqual([mqtt.url, mqtt.user, mqtt.password], ['mqtt://host', 'c', 'd'])
  })

  it('knows loopback from other hosts', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '[::1]', '127.9.9.9', 'LOCALHOST']) {
      assert.equal(read({ FIELDLOG_HOST: host }).loopback, true, host)
    }
    for (const host of [
      '0.0.0.0',
      '::',
      '192.168.1.4',
      'pi.local',
      '127.0.0.1.evil.example',
      '127.0.0.256',
    ]) {
      assert.equal(read({ FIELDLOG_HOST: host }).loopback, false, host)
    }
    assert.equal(read({ FIELDLOG_HOST: '[::1]' }).host, '::1')
  })

  it('names the variable that cannot be used, and what it may be', () => {
    const cases: Array<[string, string, RegExp]> = [
      ['FIELDLOG_PORT', 'http', /^FIELDLOG_PORT is "http": give a whole number from 0 to 65535$/],
      ['FIELDLOG_PORT', '70000', /^FIELDLOG_PORT is 70000:/],
      [
        'FIELDLOG_EVENTS',
        'queue,pipe',
        /^FIELDLOG_EVENTS is "queue,pipe": give off, or some of queue, socket and udp:5150 /,
      ],
      [
        'FIELDLOG_EVENTS_LOG',
        'loud',
        /^FIELDLOG_EVENTS_LOG is "loud": give one of off, info, warn, debug, trace$/,
      ],
      ['FIELDLOG_VERIFY', 'hourly', /^FIELDLOG_VERIFY is hourly: give one of daily, weekly, off$/],
      ['FIELDLOG_MQTT_PORT', '-1', /^FIELDLOG_MQTT_PORT is -1:/],
      [
        'FIELDLOG_BAUD',
        '57600.5',
        /^FIELDLOG_BAUD is 57600\.5: give a whole number of bits\/s from 50 to 4000000$/,
      ],
      ['FIELDLOG_BAUD', 'NaN', /^FIELDLOG_BAUD/],
      // what the port would refuse: 5,000,000 passed here once, and then nothing was logged
      ['FIELDLOG_BAUD', '5000000', /^FIELDLOG_BAUD is 5000000: give/],
      ['FIELDLOG_BAUD', '49', /^FIELDLOG_BAUD is 49: give/],
      ['FIELDLOG_BAUD', `\${BAUD}`, /^FIELDLOG_BAUD is "\$\{BAUD\}": give/],
      [
        'FIELDLOG_FLUSH_INTERVAL',
        '-1',
        /^FIELDLOG_FLUSH_INTERVAL is -1: give a number of seconds from 0 to 3600$/,
      ],
      [
        'FIELDLOG_BUFFER_SIZE',
        '0',
        /^FIELDLOG_BUFFER_SIZE is 0: give a whole number of events from 1 to 100000$/,
      ],
    ]
    for (const [name, value, message] of cases) {
      assert.throws(() => read({ [name]: value }), { name: 'ConfigError', message }, `${name}=${value}`)
    }
  })

  it('never repeats a bad broker URL, which may hold a password', () => {
    for (const url of ['http://ann:hunter2@host', 'ann:hunter2@host', 'mqtt//hunter2', 'mqtt://']) {
      assert.throws(
        () => read({ FIELDLOG_MQTT: url }),
        (error: unknown) =>
          error instanceof ConfigError &&
          /^FIELDLOG_MQTT must be/.test(error.message) &&
          !/hunter2/.test(error.message),
        url,
      )
    }
  })

  it('gives the flow every variable, and the embedded broker where there is no other', () => {
    const environment = flowEnvironment(read({ FIELDLOG_HOME: '/h' }), 'mqtt://127.0.0.1:4711')
    assert.deepEqual(environment, {
      FIELDLOG_HOME: '/h',
      FIELDLOG_SERIAL: 'demo:',
      FIELDLOG_BAUD: '57600',
      FIELDLOG_MQTT: 'mqtt://127.0.0.1:4711',
      FIELDLOG_MQTT_USER: '',
      FIELDLOG_MQTT_CA: '',
      FIELDLOG_GATEWAY: 'pi-4',
      FIELDLOG_HOMEASSISTANT: 'off',
      FIELDLOG_FLUSH_INTERVAL: '1',
      FIELDLOG_BUFFER_SIZE: '100',
      FIELDLOG_EVENTS_LOG: 'off',
      FIELDLOG_VERIFY: 'daily',
    })
    const own = flowEnvironment(read({ FIELDLOG_MQTT: 'mqtt://a:b@far' }), 'mqtt://127.0.0.1:4711')
    assert.deepEqual([own.FIELDLOG_MQTT, own.FIELDLOG_MQTT_USER], ['mqtt://far', 'a'])
  })

  it('reads secrets from the first line of files', () => {
    const config = read({
      FIELDLOG_PASSWORD_FILE: '/run/secret',
      FIELDLOG_MQTT: 'mqtt://ann@host',
      FIELDLOG_MQTT_PASSWORD_FILE: '/run/windows',
    })
    assert.deepEqual([config.password, config.mqtt.user, config.mqtt.password], ['s3cret ', 'ann', 'pw'])
  })

  it('finds the secrets that systemd has loaded, and takes those first that are named', () => {
    files['/run/cred/secret_FIELDLOG_PASSWORD'] = 'loaded\n'
    try {
      const loaded = { CREDENTIALS_DIRECTORY: '/run/cred' }
      assert.deepEqual([read(loaded).password, read(loaded).mqtt.password], ['loaded', ''])
      assert.equal(read({ ...loaded, FIELDLOG_PASSWORD: 'given' }).password, 'given')
      assert.equal(read({ ...loaded, FIELDLOG_PASSWORD_FILE: '/run/secret' }).password, 's3cret ')
    } finally {
      delete files['/run/cred/secret_FIELDLOG_PASSWORD']
    }
  })

  it('does not start without the secret that a file should hold', () => {
    const bad: Array<[Record<string, string>, string]> = [
      [
        { FIELDLOG_PASSWORD_FILE: '/run/none' },
        "FIELDLOG_PASSWORD_FILE names /run/none, which cannot be read: ENOENT: no such file, open '/run/none'",
      ],
      [
        { FIELDLOG_PASSWORD_FILE: '/run/empty' },
        'FIELDLOG_PASSWORD_FILE names /run/empty, whose first line is empty',
      ],
      [
        { FIELDLOG_MQTT_PASSWORD_FILE: '/run/secret', FIELDLOG_MQTT_PASSWORD: 'x' },
        'FIELDLOG_MQTT_PASSWORD and FIELDLOG_MQTT_PASSWORD_FILE are both set; remove FIELDLOG_MQTT_PASSWORD',
      ],
    ]
    for (const [env, message] of bad) assert.throws(() => read(env), { name: 'ConfigError', message })
  })

  it('takes the secrets out of what child processes get, and lets the flow look its own up', () => {
    const names = ['FIELDLOG_PASSWORD', 'FIELDLOG_MQTT_PASSWORD']
    const before = names.map((name) => process.env[name])
    try {
      process.env.FIELDLOG_PASSWORD = 'editors-secret'
      process.env.FIELDLOG_MQTT_PASSWORD = 'brokers-secret'
      hideSecrets(process.env, read(process.env))
      assert.equal(process.env.FIELDLOG_PASSWORD, undefined)
      assert.equal(process.env.FIELDLOG_MQTT_PASSWORD, 'brokers-secret')
      assert.deepEqual(
        Object.keys({ ...process.env }).filter((name) => names.includes(name)),
        [],
      )
      assert.doesNotMatch(
        execFileSync(process.execPath, ['-p', 'JSON.stringify(process.env)'], { encoding: 'utf8' }),
        /s-secret/,
      )
    } finally {
      delete (Object.getPrototypeOf(process.env) as NodeJS.ProcessEnv).FIELDLOG_MQTT_PASSWORD
      names.forEach((name, i) => {
        if (before[i] !== undefined) process.env[name] = before[i]
      })
    }
  })
})
