import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { systemClock } from '../../../../lib/kit/clock.ts'
import { startEmbeddedBroker } from '../../../../lib/mqtt/broker/embedded.ts'
import { tryBroker } from '../../../../lib/mqtt/session/try-broker.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { freePort } from '../../../support/programs/free-port.ts'
import { startMosquitto } from '../../../support/programs/mosquitto.ts'

const attempt = (url: string, login: { username?: string; password?: string } = {}) =>
  tryBroker({ url, ...login }, 'fieldlog-try', systemClock)

describe('trying a broker', function () {
  this.timeout(30_000)

  it('says whether it lets us in', async () => {
    const broker = await startMosquitto({ users: { ann: 'right' } })
    try {
      assert.equal(await attempt(broker.url, { username: 'ann', password: 'right' }), undefined)
      const wrong = await attempt(broker.url, { username: 'ann', password: 'wrong' })
      assert.equal(wrong?.kind, 'login')
    } finally {
      await broker.remove()
    }
    assert.equal((await attempt(broker.url))?.kind, 'unreachable')
  })

  it('speaks MQTT 3.1.1 to a broker that knows no other', async () => {
    const broker = await startEmbeddedBroker({ port: 0 })
    assert.equal(await attempt(broker.url), undefined)
    await broker.stop()
  })

  it('gives up on one that takes the connection and says nothing', async () => {
    const port = await freePort()
    const silent = createServer((socket) => socket.on('error', () => socket.destroy())).listen(
      port,
      '127.0.0.1',
    )
    await once(silent, 'listening')
    const connected = once(silent, 'connection')
    const clock = new FakeClock()
    const trial = tryBroker({ url: `mqtt://127.0.0.1:${port}` }, 'fieldlog-try', clock)
    await connected
    clock.tick(8_000)
    assert.deepEqual(await trial, { kind: 'no answer', text: 'does not answer within 8 s' })
    silent.close()
  })
})
