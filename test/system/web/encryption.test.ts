import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { request } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createSecureContext } from 'node:tls'
import { decrypted, encryptedOnly } from '../../../lib/appliance/web/encryption.ts'
import { createGuardedServer } from '../../../lib/appliance/web/guarded-server.ts'
import { systemClock } from '../../../lib/kit/clock.ts'
import { request as rawRequest, statusOf, websocket } from '../../support/attack/raw-http.ts'
import { Certificates } from '../../support/programs/certificates.ts'

describe('appliance: TLS on the port of HTTP', function () {
  this.timeout(20_000)
  let certificates: Certificates
  let server: Server
  let port: number

  before(async () => {
    certificates = new Certificates()
    certificates.authority('ca')
    certificates.certificate('server', 'ca')
    const secure = createSecureContext({
      cert: certificates.pem('server.crt'),
      key: certificates.pem('server.key'),
    })
    server = createGuardedServer(
      (_, response) => response.end('hello'),
      () => 'all',
      systemClock,
      (socket) => decrypted(socket, secure),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  after(() => {
    server.closeAllConnections()
    server.close()
    certificates.remove()
  })

  it('serves both', async () => {
    const sent = request({ port, host: '127.0.0.1', ca: certificates.pem('ca.crt'), agent: false }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    assert.equal(await text(response), 'hello')
    assert.equal(await statusOf(`http://127.0.0.1:${port}`, rawRequest('/')), 200)
  })

  it('outlives what is neither', async () => {
    for (const bytes of ['\x16', '\x16\x03\x01\xff\xff', '\x16GET / HTTP/1.1\r\n\r\n', '\x00']) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => socket.destroy())
      socket.end(bytes, 'latin1')
      socket.resume()
      await once(socket, 'close')
    }
    assert.equal(await statusOf(`http://127.0.0.1:${port}`, rawRequest('/')), 200)
  })

  it('leads others than this machine to it, and takes nothing that they send in the clear', () => {
    const guard = encryptedOnly(() => 'all')
    const ask = (method: string, remoteAddress: string, headers: object = {}, upgrade = false) => {
      const given = {
        method,
        url: '/x?y',
        headers: { host: 'pi.local:1880', ...headers },
        socket: { remoteAddress },
      }
      return guard(given as unknown as IncomingMessage, upgrade)
    }
    assert.equal(ask('POST', '127.0.0.1'), 'all')
    assert.deepEqual(ask('GET', '192.168.1.9'), {
      status: 308,
      text: 'Encrypted only.\n',
      headers: { location: 'https://pi.local:1880/x?y' },
    })
    const refused = [
      ask('POST', '192.168.1.9'),
      ask('GET', '192.168.1.9', websocket, true),
      ask('GET', '192.168.1.9', { host: 'a@b' }),
      ask('POST', '192.168.1.9', { 'x-forwarded-for': '127.0.0.1' }),
    ]
    assert.deepEqual(
      refused.map((verdict) => typeof verdict === 'object' && 'status' in verdict && verdict.status),
      [403, 403, 403, 403],
    )
  })
})
