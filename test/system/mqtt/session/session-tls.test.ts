import assert from 'node:assert/strict'
import { closeSessions, inTrouble, startSession } from '../../../lib/mqtt/support.ts'
import { Certificates } from '../../../support/programs/certificates.ts'
import { type Mosquitto, startMosquitto } from '../../../support/programs/mosquitto.ts'

describe('mqtt session over TLS', () => {
  let broker: Mosquitto | undefined
  const certificates = new Certificates()
  const path = (name: string) => certificates.path(name)
  const pem = (name: string) => certificates.pem(name)

  before(() => {
    certificates.authority('ca')
    certificates.authority('other-ca')
    certificates.certificate('server', 'ca')
    certificates.certificate('client', 'ca')
  })
  afterEach(async () => {
    await closeSessions()
    await broker?.remove()
    broker = undefined
  })
  after(() => certificates.remove())

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

  it('says that the port wants TLS where it is spoken to without', async () => {
    for (const protocolVersion of [4, 5] as const) {
      const { until, reports, session } = startSession((await start()).replace('mqtts:', 'mqtt:'), {
        protocolVersion,
      })
      await until(inTrouble)
      assert.match(
        reports[0]!,
        /^error mqtt: mqtt:\S+ answers in TLS: the port wants mqtts:\/\/ or wss:\/\/ /,
      )
      await session.close()
      await broker?.remove()
    }
  })

  it('says that the broker wants a client certificate', async () => {
    const { until, session } = startSession(await start('ca.crt'), { tls: { ca: pem('ca.crt') } })
    await until(inTrouble)
    assert.match(session.state.problem!.text, /client certificate/)
  })
})
