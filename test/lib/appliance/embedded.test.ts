import assert from 'node:assert/strict'
import { keepBroker, type RunningBroker } from '../../../lib/appliance/embedded.ts'

const taken = () => Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })

function broker(): RunningBroker & { stops: number } {
  return {
    url: 'mqtt://127.0.0.1:4711',
    stops: 0,
    async stop() {
      this.stops++
    },
  }
}

describe('appliance embedded broker', () => {
  it('runs where the port is free, and stops', async () => {
    const said: string[] = []
    const own = broker()
    const kept = await keepBroker({
      port: 0,
      start: async () => own,
      log: (text) => said.push(text),
      pause: 1,
    })
    assert.deepEqual([kept.url, kept.running, said], ['mqtt://127.0.0.1:4711', true, []])
    await kept.stop()
    assert.equal(own.stops, 1)
  })

  it('says once that the port is taken, and takes it when it is free', async () => {
    const said: string[] = []
    let attempts = 0
    const free = new Promise<void>((resolve) => {
      const start = async () => {
        if (++attempts < 3) throw taken()
        setImmediate(resolve)
        return broker()
      }
      void keepBroker({ port: 4711, start, log: (text) => said.push(text), pause: 1 }).then((kept) => {
        assert.deepEqual([kept.url, kept.running], ['mqtt://127.0.0.1:4711', false])
      })
    })
    await free
    assert.equal(said.length, 2)
    assert.match(
      said[0] ?? '',
      /^the MQTT port 127\.0\.0\.1:4711 is taken .*logging goes on, trying again .*FIELDLOG_MQTT_PORT$/,
    )
    assert.match(said[1] ?? '', /^the port is free now: .* mqtt:\/\/127\.0\.0\.1:4711$/)
  })

  it('gives another failure as it is, and stops trying when it is stopped', async () => {
    const said: string[] = []
    let attempts = 0
    const start = async () => {
      attempts++
      throw new Error('no sockets left')
    }
    const kept = await keepBroker({ port: 1, start, log: (text) => said.push(text), pause: 1 })
    await kept.stop()
    const before = attempts
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(attempts, before)
    assert.match(said[0] ?? '', /^the embedded broker cannot start \(no sockets left\); logging goes on/)
  })
})
