import assert from 'node:assert/strict'
import { type BannerFacts, banner } from '../../../lib/appliance/banner.ts'
import { readConfig } from '../../../lib/appliance/config.ts'

const config = (env: Record<string, string> = {}) =>
  readConfig(
    { FIELDLOG_HOME: '/srv/field', ...env },
    { homeDirectory: '/', hostName: 'pi-4', readFile: () => '', exists: () => false },
  )

const facts = (change: Partial<BannerFacts> = {}): BannerFacts => ({
  config: config(),
  port: 1880,
  broker: 'mqtt://127.0.0.1:1883 (embedded)',
  login: undefined,
  setup: undefined,
  flow: [
    { id: '1', type: 'fieldlog-port', path: '$' + '{FIELDLOG_SERIAL}' },
    { id: '2', type: 'fieldlog-journal', directory: 'journal' },
  ],
  environment: { FIELDLOG_SERIAL: '/dev/ttyUSB0' },
  ...change,
})

describe('appliance banner', () => {
  it('tells what the flow of the home uses', () => {
    assert.deepEqual(banner(facts()), [
      '  editor   http://127.0.0.1:1880/',
      '  pages    http://127.0.0.1:1880/fieldlog/',
      '  home     /srv/field',
      '  serial   /dev/ttyUSB0',
      '  journal  /srv/field/journal',
      '  broker   mqtt://127.0.0.1:1883 (embedded)',
      '  gateway  pi-4',
    ])
  })

  it('describes an edited flow as it is', () => {
    const lines = banner(
      facts({
        flow: [
          { id: '1', type: 'fieldlog-port', path: '/dev/ttyACM0' },
          { id: '2', type: 'fieldlog-port', path: '' },
          { id: '3', type: 'fieldlog-port', path: 'tcp://10.0.0.5:2000', d: true },
          { id: '4', type: 'fieldlog-journal', directory: '/data/journal' },
          { id: '5', type: 'fieldlog-journal', directory: '/data/journal' },
        ],
      }),
    )
    assert.equal(lines[3], '  serial   /dev/ttyACM0, demo:')
    assert.equal(lines[4], '  journal  /data/journal')
    assert.deepEqual(banner(facts({ flow: [] })).slice(3, 5), [
      '  serial   none in the flow',
      '  journal  none in the flow',
    ])
  })

  it('says that there is a login, or where one is to be chosen, and shows a password only when it was just made', () => {
    const shown = (login: BannerFacts['login']) => banner(facts({ login })).at(-1)
    assert.equal(shown({ user: 'admin', known: 'abc' }), '  login    user admin')
    assert.match(
      shown({ user: 'admin', known: 'abc', isNew: true }) ?? '',
      /^ {2}login {4}user admin, password abc \(shown this once/,
    )
    const setup = 'http://pi-4.local:1880/fieldlog/setup/'
    assert.equal(banner(facts({ setup })).at(-1), `  set-up   ${setup}`)
  })

  it('never shows the login of a broker', () => {
    const logins = ['mqtt://ann:hunter2@host', 'mqtt://ann:hun/ter#2@host', 'wss://host/mqtt?token=hunter2']
    for (const broker of logins) {
      assert.match(banner(facts({ broker }))[5] ?? '', /^ {2}broker {3}(?:mqtt:\/\/host|wss:\/\/host\/mqtt)$/)
    }
  })

  it('never shows a login in the address of a port', () => {
    const flow = [{ id: '1', type: 'fieldlog-port', path: 'tcp://ann:hunter2@host:2000' }]
    assert.equal(banner(facts({ flow }))[3], '  serial   tcp://host:2000')
  })

  it('writes an IPv6 address as a URL needs it', () => {
    assert.deepEqual(banner(facts({ config: config({ FIELDLOG_HOST: '::1' }) })).slice(0, 2), [
      '  editor   http://[::1]:1880/',
      '  pages    http://[::1]:1880/fieldlog/',
    ])
  })
})
