import assert from 'node:assert/strict'
import { refuseWithLogin, refuseWithoutLogin } from '../../../lib/appliance/guard.ts'

const get = (host: string | undefined, headers: Record<string, string> = {}, method = 'GET') => ({
  method,
  headers: { ...(host === undefined ? {} : { host }), ...headers },
})

describe('appliance guard without a login', () => {
  it('lets loopback names in, with any port', () => {
    for (const host of [
      'localhost',
      'localhost:1880',
      'LocalHost:80',
      '127.0.0.1',
      '127.0.0.1:1880',
      '127.255.0.9:1',
      '[::1]',
      '[::1]:1880',
    ]) {
      assert.equal(refuseWithoutLogin(get(host), false), undefined, host)
    }
  })

  it('refuses every other name with 403 and a clear text', () => {
    for (const host of [
      undefined,
      '',
      'evil.example',
      'evil.example:1880',
      'localhost.evil.example',
      'localhost:1880.evil.example',
      '127.0.0.1.evil.example',
      '127.1',
      '128.0.0.1',
      '127.0.0.999',
      '::1',
      '[::2]:1880',
      '[::1].evil.example',
      'evil.example:80@localhost',
      'localhost/evil',
      '0.0.0.0:1880',
      '192.168.1.4',
    ]) {
      const refusal = refuseWithoutLogin(get(host), false)
      assert.equal(refusal?.status, 403, String(host))
      assert.match(refusal?.text ?? '', /answers only to localhost[\s\S]*FIELDLOG_PASSWORD/)
    }
  })

  it('refuses reads, writes and upgrades from pages of other origins', () => {
    const foreign = [
      'http://evil.example',
      'https://localhost.evil.example',
      'null',
      'http://localhost:3000',
      'x',
    ]
    for (const origin of foreign) {
      const text = 'Refused: this request comes from a page of another site.\n'
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE']) {
        const { text: said } = refuseWithoutLogin(get('localhost:1880', { origin }, method), false) ?? {}
        assert.equal(said, text, `${method} ${origin}`)
      }
      assert.equal(refuseWithoutLogin(get('localhost:1880', { origin }), true)?.text, text, origin)
    }
  })

  it('refuses what a browser asks for on behalf of another site, but opens a link in a tab', () => {
    const sent = (site: string, mode: string, dest: string, method = 'GET', upgrade = false) => {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }
      return refuseWithoutLogin(get('localhost:1880', headers, method), upgrade)?.status
    }
    for (const site of ['cross-site', 'same-site', 'something-new']) {
      assert.equal(sent(site, 'no-cors', 'script'), 403, site)
      assert.equal(sent(site, 'no-cors', 'image'), 403, site)
      assert.equal(sent(site, 'cors', 'empty'), 403, site)
      assert.equal(sent(site, 'navigate', 'iframe'), 403, site)
      assert.equal(sent(site, 'navigate', 'object'), 403, site)
      assert.equal(sent(site, 'navigate', 'document', 'POST'), 403, site)
      assert.equal(sent(site, 'navigate', 'document', 'GET', true), 403, site)
      assert.equal(sent(site, 'navigate', 'document'), undefined, site)
      assert.equal(sent(site, 'navigate', 'document', 'HEAD'), undefined, site)
    }
    assert.equal(sent('none', 'navigate', 'document'), undefined)
    assert.equal(sent('same-origin', 'cors', 'empty', 'POST'), undefined)
    assert.equal(sent('same-origin', 'no-cors', 'script'), undefined)
    assert.equal(sent('same-origin', 'websocket', 'websocket', 'GET', true), undefined)
  })

  it('lets the page itself and programs read, write and upgrade', () => {
    for (const [host, origin] of [
      ['localhost:1880', 'http://localhost:1880'],
      ['LOCALHOST:1880', 'http://localhost:1880'],
      ['127.0.0.1', 'http://127.0.0.1'],
      ['localhost:80', 'http://localhost'],
      ['[::1]:1880', 'http://[::1]:1880'],
      ['localhost:443', 'https://localhost'],
    ] as const) {
      assert.equal(refuseWithoutLogin(get(host, { origin }), false), undefined, origin)
      assert.equal(refuseWithoutLogin(get(host, { origin }, 'POST'), false), undefined, origin)
      assert.equal(refuseWithoutLogin(get(host, { origin }), true), undefined, origin)
    }
    assert.equal(refuseWithoutLogin(get('localhost', {}, 'POST'), false), undefined)
    assert.equal(refuseWithoutLogin(get('localhost'), true), undefined)
  })
})

describe('appliance guard with a login', () => {
  it('lets any host in, and no websocket of another origin', () => {
    assert.equal(
      refuseWithLogin(get('pi.local:1880', { origin: 'http://evil.example' }, 'POST'), false),
      undefined,
    )
    assert.equal(refuseWithLogin(get('pi.local:1880', { origin: 'http://pi.local:1880' }), true), undefined)
    assert.equal(refuseWithLogin(get('pi.local:1880', { origin: 'http://evil.example' }), true)?.status, 403)
  })
})
