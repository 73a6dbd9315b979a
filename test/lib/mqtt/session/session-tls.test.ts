import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mosquitto, startMosquitto } from '../../../support/mosquitto.ts'
import { closeSessions, inTrouble, startSession } from '../support.ts'

const folder = mkdtempSync(join(tmpdir(), 'fieldlog-tls-'))
const path = (name: string) => join(folder, name)
const pem = (name: string) => readFileSync(path(name))

describe('mqtt session over TLS', () => {
  let broker: Mosquitto | undefined

  before(() => {
    authority('ca')
    authority('other-ca')
    certificate('server', 'ca')
    certificate('client', 'ca')
  })
  afterEach(async () => {
    await closeSessions()
    await broker?.remove()
    broker = undefined
  })
  after(() => rmSync(folder, { recursive: true }))

  const start = async (clientCa?: string) => {
    const tls = {
      cert: path('server.crt'),
      key: path('server.key'),
      ...(clientCa && { clientCa: path(clientCa) }),
    }
    broker = await startMosquitto({ tls })
    return broker.url
  }

  it('publishes when the CA is right', async () => {
    const { publish, session } = startSession(await start(), { tls: { ca: pem('ca.crt') } })
    await publish('a')
    assert.equal(session.counts.acknowledged, 1)
  })

  it('publishes with a client certificate', async () => {
    const tls = { ca: pem('ca.crt'), cert: pem('client.crt'), key: pem('client.key') }
    const { publish, session } = startSession(await start('ca.crt'), { tls })
    await publish('a')
    assert.equal(session.counts.acknowledged, 1)
  })

  it('says that the CA is wrong', async () => {
    const { until, reports } = startSession(await start(), { tls: { ca: pem('other-ca.crt') } })
    await until(inTrouble)
    assert.match(
      reports[0]!,
      /^error mqtt: mqtts:\S+ has a certificate that is not signed by a CA that is trusted here \(.*\): check the CA/,
    )
  })

  it('says that the broker wants a client certificate', async () => {
    const { until, session } = startSession(await start('ca.crt'), { tls: { ca: pem('ca.crt') } })
    await until(inTrouble)
    assert.match(session.state.problem!.text, /client certificate/)
  })
})

/** A self-signed CA, `<name>.key` and `<name>.crt`. */
function authority(name: string): void {
  const subject = ['-subj', `/CN=Fieldlog test ${name}`]
  openssl('req', '-x509', ...newKey(name), '-out', path(`${name}.crt`), '-days', '2', ...subject)
}

/** A certificate for 127.0.0.1, signed by the CA. */
function certificate(name: string, ca: string): void {
  openssl('req', ...newKey(name), '-out', path(`${name}.csr`), '-subj', '/CN=127.0.0.1')
  writeFileSync(path('extensions'), 'subjectAltName=IP:127.0.0.1\n')
  const signer = ['-CA', path(`${ca}.crt`), '-CAkey', path(`${ca}.key`), '-CAcreateserial']
  const files = ['-in', path(`${name}.csr`), '-out', path(`${name}.crt`), '-extfile', path('extensions')]
  openssl('x509', '-req', ...signer, ...files, '-days', '2')
}

function newKey(name: string): string[] {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  return [...curve, '-keyout', path(`${name}.key`)]
}

function openssl(...parameters: string[]): void {
  execFileSync('openssl', parameters, { stdio: 'pipe' })
}
