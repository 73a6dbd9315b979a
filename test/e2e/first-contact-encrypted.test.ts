// The first contact encrypted: a gateway that others can reach, with a certificate that it was given or has made.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { basic, request, statusOf, websocket } from '../support/attack/raw-http.ts'
import { Gateway } from '../support/gateway.ts'
import { outside, passwordPath } from '../support/http/first-contact.ts'
import { Certificates } from '../support/programs/certificates.ts'

describe('a gateway with a certificate, which others can reach', function () {
  this.timeout(60_000)
  let certificates: Certificates
  let gateway: Gateway

  before(async () => {
    certificates = new Certificates()
    certificates.authority('ca')
    certificates.certificate('server', 'ca')
    const tls = {
      FIELDLOG_TLS_CERT: certificates.path('server.crt'),
      FIELDLOG_TLS_KEY: certificates.path('server.key'),
    }
    gateway = await Gateway.start({ env: { ...outside, ...tls } })
  })
  after(async () => {
    await gateway.remove()
    certificates.remove()
  })

  it('takes the first password encrypted, and leads others there', async () => {
    assert.match(gateway.url, /^https:/)
    const { port } = new URL(gateway.url)
    const options = { host: '127.0.0.1', port, ca: certificates.pem('ca.crt'), agent: false }
    const headers = { 'content-type': 'application/json', origin: `https://127.0.0.1:${port}` }
    const sent = httpsRequest({ ...options, method: 'POST', path: passwordPath, headers }).end(
      '{"password":"open sesame"}',
    )
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    assert.equal(response.statusCode, 200)
    const own = Object.values(networkInterfaces())
      .flatMap((cards) => cards ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
    // a machine without a network has no others
    const others = own === undefined ? [] : [`http://${own}:${port}`]
    for (const url of others) {
      assert.equal(await statusOf(url, request('/')), 308)
      assert.equal(await statusOf(url, request('/flows', basic('open sesame'), 'POST')), 403)
      assert.equal(await statusOf(url, request('/comms', websocket)), 403)
    }
    assert.equal(await statusOf(`http://127.0.0.1:${port}`, request('/flows', basic('open sesame'))), 401)
    assert.equal(await statusOf(`http://127.0.0.1:${port}`, request('/served', basic('open sesame'))), 404)
  })
})

describe('a gateway that makes its own certificate', function () {
  this.timeout(60_000)
  let home: string
  const fingerprints: string[] = []
  after(() => rmSync(home, { recursive: true }))

  it('has it from the first start on, says its fingerprint, and keeps it', async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-own-certificate-'))
    for (let start = 0; start < 2; start++) {
      const gateway = await Gateway.start({ home, env: { ...outside, FIELDLOG_TLS_CERT: 'self' } })
      const line = gateway.lines.find((each) => each.includes('fingerprint'))
      const said = /SHA-256 fingerprint is ([\dA-F:]{95})$/.exec(line ?? '')?.[1] ?? ''
      const { port } = new URL(gateway.url)
      const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const { fingerprint256, subjectaltname } = socket.getPeerCertificate()
      socket.destroy()
      assert.equal(fingerprint256, said)
      assert.match(subjectaltname ?? '', /DNS:[\w-]+\.local/)
      fingerprints.push(said)
      assert.equal(statSync(join(home, 'self-signed.pem')).mode & 0o777, 0o600)
      await gateway.stop()
    }
    assert.equal(new Set(fingerprints).size, 1)
  })
})
