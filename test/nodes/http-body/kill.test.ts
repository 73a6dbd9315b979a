// What a sender was told to be stored is stored, whenever the process ends.
import assert from 'node:assert/strict'
import { energyLineOf } from '../../support/http/energy-requests.ts'
import {
  type EnergyRuntime,
  endEnergyRuntime,
  entriesIn,
  startEnergyRuntime,
} from '../../support/http/energy-runtime.ts'
import { sendRequest } from '../../support/http/send.ts'
import { seeded } from '../../support/random.ts'

const kills = process.env.FIELDLOG_SOAK === '1' ? 20 : 5
const senders = 16

describe('fieldlog-http-body: killed under load again and again', () => {
  let energy: EnergyRuntime | undefined

  after(() => endEnergyRuntime(energy))

  it(
    'every event that was answered by 200 is in the journal, and one that has a name is there once',
    seeded(async function (randomFor) {
      this.timeout(kills * 60_000)
      const roll = randomFor(kills)
      const answered = new Set<number>()
      const sent = new Map<number, string | undefined>()
      let next = 0

      /** Until the process is gone. Every other event has a name, and is sent again where no answer came. */
      const sendUntilGone = async (url: string, again: Array<[number, string | undefined]>) => {
        for (;;) {
          const [number, key] = again.pop() ?? [next, next++ % 2 === 0 ? undefined : `key-${next}`]
          sent.set(number, key)
          const headers = {
            'content-type': 'text/plain',
            ...(key !== undefined && { 'idempotency-key': key }),
          }
          try {
            const { status } = await sendRequest(`${url}/log/store`, { headers, body: energyLineOf(number) })
            if (status === 200) answered.add(number)
            else assert.equal(status, 503)
          } catch {
            return
          }
        }
      }

      for (let kill = 1; kill <= kills; kill++) {
        energy = await startEnergyRuntime(undefined, undefined, energy?.folder)
        const { runtime } = energy
        const before = answered.size
        const again = [...sent].filter(([number, key]) => key !== undefined && !answered.has(number))
        const sending = Promise.all(Array.from({ length: senders }, () => sendUntilGone(runtime.url, again)))
        const wanted = 20 + roll() * 300
        await runtime.until('f1e1d10600000110', () => answered.size >= before + wanted)
        await runtime.kill()
        await sending
        const counts = new Map<number, number>()
        for (const { text } of await entriesIn(energy.journal)) {
          const number = Number(/Evt=(\d+)/.exec(text)?.[1])
          counts.set(number, (counts.get(number) ?? 0) + 1)
        }
        const missing = [...answered].filter((number) => !counts.has(number))
        assert.deepEqual(missing, [], `kill ${kill}`)
        const doubled = [...counts].filter(([, times]) => times > 1)
        assert.deepEqual(doubled, [], `kill ${kill}`)
      }
      assert.ok(answered.size > kills * 20, `${answered.size} answered`)
    }),
  )
})
