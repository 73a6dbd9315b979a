// What is read from Node-RED's broker configuration: the address with its login, and the client id.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrokerNode, sessionOptions } from '../../../nodes/mqtt-out/broker.ts'
import { installationId } from '../../../nodes/mqtt-out/installation.ts'

const noInstallation = () => 'abcdefgh'

function read(broker: string, over: object = {}) {
  const node = { id: 'b', broker, brokerurl: broker, options: {}, credentials: {}, ...over }
  return sessionOptions(node as unknown as BrokerNode, 'pi-4', noInstallation)
}

describe('nodes: mqtt-out, the broker that is configured', () => {
  for (const [url, username, password] of [
    ['mqtt://me:pa#ss@host:1884', 'me', 'pa#ss'],
    ['mqtt://me:pa/ss@host:1884', 'me', 'pa/ss'],
    ['mqtt://me:pa?ss@host:1884', 'me', 'pa?ss'],
    ['mqtt://me:p@ss@host:1884', 'me', 'p@ss'],
    ['mqtt://me:1@2#3/4@host:1884', 'me', '1@2#3/4'],
    ['mqtt://me:100%@host:1884', 'me', '100%'],
    ['mqtt://me:p%40ss%23@host:1884', 'me', 'p@ss#'],
    ['mqtt://me:a:b@host:1884', 'me', 'a:b'],
    ['mqtt://me@host:1884', 'me', undefined],
    ['mqtts://me:hush@host:1884', 'me', 'hush'],
    ['ws://me:hush@host:1884/mqtt', 'me', 'hush'],
    ['mqtt://host:1884', undefined, undefined],
  ] as const) {
    it(`reads the login of ${url} as it stands`, () => {
      const options = read(url)
      assert.deepEqual([options.username, options.password], [username, password])
      assert.match(options.address, /^(mqtts?|ws):\/\/host:1884$/)
      assert.match(options.url, /^(mqtts?|ws):\/\/host:1884(\/mqtt)?$/)
    })
  }

  for (const url of [
    'mqtt://me:1#hush',
    'mqtt://me:hush',
    'mqtt://hush#1@',
    'http://me:hush@host',
    'ws://me:1/hush@host:80',
    'wss://me:1?hush@host',
  ]) {
    it(`refuses ${url} in one line without any part of it`, () => {
      assert.throws(
        () => read(url),
        (error: Error) => {
          assert.match(
            error.message,
            /^the broker's address must be a host name, or a URL with one of mqtt, .*$/,
          )
          assert.doesNotMatch(error.message, /hush|me:|host:/)
          return true
        },
      )
    })
  }

  it('uses a client id exactly as it was entered', () => {
    assert.equal(read('mqtt://host', { clientid: 'Sensor #7' }).clientId, 'Sensor #7')
  })

  it('makes one that is the same after each start, and another one in another installation', () => {
    const idOf = (installation: string) =>
      sessionOptions(
        {
          id: 'b',
          broker: 'host',
          brokerurl: 'mqtt://host:1883',
          options: {},
          credentials: {},
        } as unknown as BrokerNode,
        'raspberrypi',
        () => installation,
      ).clientId
    assert.match(idOf('abcdefgh'), /^raspberrypi-[0-9a-f]{6}-fieldlog$/)
    assert.equal(idOf('abcdefgh'), idOf('abcdefgh'))
    assert.notEqual(idOf('abcdefgh'), idOf('abcdefgi'))
  })
})

describe('nodes: mqtt-out, the installation', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-installation-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('has letters of its own that are made once and kept, for nobody else to read', () => {
    const made = installationId(folder, assert.fail)
    assert.match(made, /^[a-z0-9]{8}$/)
    assert.equal(installationId(folder, assert.fail), made)
    const path = join(folder, 'fieldlog-installation')
    assert.equal(readFileSync(path, 'utf8'), `${made}\n`)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    rmSync(path)
    assert.notEqual(installationId(folder, assert.fail), made)
  })

  it('gets new ones where the file holds something else', () => {
    const path = join(folder, 'fieldlog-installation')
    writeFileSync(path, 'nonsense, and more than that\n')
    const made = installationId(folder, assert.fail)
    assert.equal(readFileSync(path, 'utf8'), `${made}\n`)
  })

  it('says once where they cannot be kept, and stays the same until the next start', () => {
    const said: string[] = []
    writeFileSync(join(folder, 'file'), '')
    const id = () => installationId(join(folder, 'file'), (text) => said.push(text))
    const made = id()
    assert.match(made, /^[a-z0-9]{8}$/)
    assert.deepEqual([id(), said.length], [made, 1])
    assert.match(said[0]!, /cannot be read and written .*: the client id is another one after each start$/)
  })
})
