import assert from 'node:assert/strict'
import { brokerAddress, withoutLogin } from '../../../lib/kit/url-login.ts'

describe('kit: withoutLogin', () => {
  it('leaves the login of every URL out, whatever the password holds', () => {
    const cases = [
      ['mqtt://ann:p%40ss@host:1883', 'mqtt://host:1883'],
      ['cannot ask http://a:b@c/: no. See wss://u:x/y#z@q@d/e', 'cannot ask http://c/: no. See wss://d/e'],
      ['mqtts://host:8883/a', 'mqtts://host:8883/a'],
      ['write to me@example.org', 'write to me@example.org'],
      ['', ''],
    ]
    for (const [text, expected] of cases) assert.equal(withoutLogin(text ?? ''), expected)
  })
})

const read = (text: string) => {
  const address = brokerAddress(text, ['mqtt', 'mqtts', 'ws', 'wss'])
  return address && [address.url, address.user, address.password]
}

describe('kit: the address of a broker', () => {
  it('takes the four schemes, and keeps path and query where they mean something', () => {
    const cases = [
      ['mqtt://host', 'mqtt://host'],
      ['mqtts://host:8883/', 'mqtts://host:8883'],
      ['mqtt://host/path', 'mqtt://host'],
      ['ws://host:9001/', 'ws://host:9001'],
      ['wss://broker.example/mqtt', 'wss://broker.example/mqtt'],
      ['wss://broker.example/mqtt?X-Amz-Signature=a%2Fb', 'wss://broker.example/mqtt?X-Amz-Signature=a%2Fb'],
      ['MQTT://Host', 'mqtt://Host'],
      ['mqtt://[fe80::1]:1883', 'mqtt://[fe80::1]:1883'],
      ['mqtt://pi_4', 'mqtt://pi_4'],
      ['mqtt://küche.local', 'mqtt://küche.local'],
    ]
    for (const [text, url] of cases) assert.deepEqual(read(text ?? ''), [url, '', ''], text)
  })

  it('reads a password as it was meant, whatever it holds', () => {
    const cases = [
      ['mqtt://ann:secret@host', 'secret'],
      ['mqtt://ann:p#ss@host', 'p#ss'],
      ['mqtt://ann:p@ss@host', 'p@ss'],
      ['mqtt://ann:p/ss@host', 'p/ss'],
      ['mqtt://ann:p%ss@host', 'p%ss'],
      ['mqtt://ann:100%@host', '100%'],
      ['mqtt://ann:p?s:s@host', 'p?s:s'],
      ['mqtt://ann:p%40s%23s%2F%25@host', 'p@s#s/%'],
      ['mqtt://ann:pä ss@host', 'pä ss'],
      ['mqtt://ann@host', ''],
    ]
    for (const [text, password] of cases) {
      assert.deepEqual(read(text ?? ''), ['mqtt://host', 'ann', password], text)
    }
    assert.deepEqual(read('wss://ann:p/s#s@host/mqtt'), ['wss://host/mqtt', 'ann', 'p/s#s'])
  })

  it('refuses what can be read in two ways, and what is no address of a broker', () => {
    const bad = [
      'http://host',
      'host',
      'ann:hunter2@host',
      'mqtt//host',
      'mqtt://',
      'mqtt://:1883',
      'mqtt://host:70000',
      'mqtt://ann:hunter2',
      'mqtt://ann:hun#ter',
      'mqtt://host#x',
      'mqtt://ho st',
      // escapes and a % that is none
      'mqtt://ann:p%40ss%@host',
      // %ff is no UTF-8
      'mqtt://ann:%ff@host',
      // a host and a path before the @
      'wss://host/mqtt@x',
      'mqtt://ann:pw@host@',
      // a host, a port and a path, or a user and a password
      'wss://ann:1/hunter2@host:80',
    ]
    for (const text of bad) assert.equal(read(text), undefined, text)
  })
})
