import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { guardSetup } from '../../../../lib/appliance/setup/guard.ts'

interface Asked {
  method?: string
  headers?: Record<string, string>
  upgrade?: boolean
  from?: string
}

function verdict(
  url: string,
  { method = 'GET', headers = {}, upgrade = false, from = '192.168.1.9' }: Asked = {},
) {
  const request = {
    method,
    url,
    headers: { host: 'pi-4.local:1880', ...headers },
    socket: { remoteAddress: from },
  }
  const answer = guardSetup(request as unknown as IncomingMessage, upgrade, {
    hostName: 'pi-4',
    interfaces: () => ({}),
  })
  return typeof answer === 'object' ? answer.status : answer
}

const password = '/fieldlog/setup/api/password'

describe('the guard of a gateway without a password', () => {
  const open = [
    '/',
    '/fieldlog',
    '/fieldlog/',
    '/fieldlog/setup',
    '/fieldlog/setup/',
    '/fieldlog/setup/?x=1',
    '/fieldlog/setup/main.js',
    '/fieldlog/setup/api/state',
  ]

  it('lets its own page in, to read', () => {
    for (const url of open) {
      assert.equal(verdict(url), 'own', url)
      assert.equal(verdict(url, { method: 'HEAD' }), 'own', url)
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE']) {
        assert.equal(verdict(url, { method }), 403, `${method} ${url}`)
      }
      assert.equal(verdict(url, { upgrade: true }), 403, url)
    }
    assert.equal(verdict(password, { method: 'POST' }), 'own')
    for (const method of ['GET', 'PUT']) assert.equal(verdict(password, { method }), 403)
    assert.equal(verdict(`${password}?x`, { method: 'POST' }), 403)
  })

  it('lets nothing else in, not even from this machine', () => {
    for (const url of [
      '/flows',
      '/settings',
      '/comms',
      '/red/red.min.js',
      '/auth/login',
      '/auth/token',
      '/fieldlog/main.js',
      '/fieldlog/api/status',
      '/fieldlog/metrics',
      '/fieldlog/ports',
      '/fieldlog/setup/api/settings',
      '/fieldlog/setup/api/broker',
      '/fieldlog/setup/api/',
      '/fieldlog/setup/api/state/',
      '/fieldlog/setup/x/main.js',
      '/fieldlog/setups/',
      '/dashboard/socket.io/?EIO=4&transport=polling',
      '/what-a-flow-serves',
      '/favicon.ico',
    ]) {
      for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
        assert.equal(verdict(url, { method }), 403, `${method} ${url}`)
      }
      assert.equal(verdict(url, { upgrade: true }), 403, url)
      assert.equal(verdict(url, { from: '127.0.0.1', headers: { host: 'localhost:1880' } }), 403, url)
    }
  })

  it('lets nobody in from afar, through a proxy, or by a name of the web', () => {
    for (const url of open) {
      assert.equal(verdict(url, { from: '8.8.8.8' }), 403, url)
      assert.equal(verdict(url, { headers: { host: 'evil.example' } }), 403, url)
      for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip']) {
        assert.equal(verdict(url, { headers: { [name]: '' } }), 403, `${url} ${name}`)
      }
    }
    assert.equal(verdict(password, { method: 'POST', from: '8.8.8.8' }), 403)
  })

  it('refuses what pages of other sites send, but opens a link on them', () => {
    const own = { origin: 'http://pi-4.local:1880', 'sec-fetch-site': 'same-origin' }
    assert.equal(verdict(password, { method: 'POST', headers: own }), 'own')
    for (const origin of ['http://evil.example', 'null', 'http://pi-4.local', 'http://pi-4.local:8080']) {
      assert.equal(verdict(password, { method: 'POST', headers: { origin } }), 403, origin)
      assert.equal(verdict('/fieldlog/setup/api/state', { headers: { origin } }), 403, origin)
    }
    const from = (dest: string, mode: string) => ({
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': mode,
      'sec-fetch-dest': dest,
    })
    assert.equal(verdict('/', { headers: from('document', 'navigate') }), 'own')
    assert.equal(verdict('/', { headers: from('iframe', 'navigate') }), 403)
    assert.equal(verdict(password, { method: 'POST', headers: from('empty', 'no-cors') }), 403)
  })
})
