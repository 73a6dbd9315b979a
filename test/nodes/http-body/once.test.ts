// An event that has a name is stored once, however often it is sent, over the end of the process, too.
import assert from 'node:assert/strict'
import { energyLineOf, energyObject } from '../../support/http/energy-requests.ts'
import {
  type EnergyRuntime,
  endEnergyRuntime,
  entriesIn,
  startEnergyRuntime,
} from '../../support/http/energy-runtime.ts'
import { type Sent, sendRequest } from '../../support/http/send.ts'

describe('fieldlog-http-body: events that have a name', function () {
  this.timeout(60_000)
  let energy: EnergyRuntime

  before(async () => {
    energy = await startEnergyRuntime()
  })
  after(() => endEnergyRuntime(energy))

  const store = (body: string, headers: Record<string, string> = {}): Promise<Sent> =>
    sendRequest(`${energy.runtime.url}/log/store`, {
      headers: { 'content-type': 'text/plain', ...headers },
      body,
    })
  const storeJson = (value: unknown, headers: Record<string, string> = {}) =>
    store(JSON.stringify(value), { 'content-type': 'application/json', ...headers })
  const batch = Array.from({ length: 10 }, (_, i) => energyLineOf(100 + i)).join('\n')
  const named = (id: unknown, extra: object = {}) => ({ event: { id }, ...energyObject, ...extra })

  async function events(): Promise<number[]> {
    return (await entriesIn(energy.journal)).map(({ text, kind }) =>
      kind === 'E' ? (JSON.parse(text).Device.Evt as number) : Number(/Evt=(\d+)/.exec(text)?.[1]),
    )
  }

  it('an Idempotency-Key makes a request once, as a quoted text too', async () => {
    for (const key of ['k-1', 'k-1', '"k-1"', 'k-2']) {
      const { status, text } = await store(energyLineOf(1), { 'idempotency-key': key })
      assert.deepEqual([status, text], [200, '{}'])
    }
    assert.deepEqual(await events(), [1, 1])
  })

  it('the same key with other data is answered by 422, and stored under no key', async () => {
    const { status, body } = await store(energyLineOf(3), { 'idempotency-key': 'k-1' })
    assert.equal(status, 422)
    assert.equal(body!.field, 'Idempotency-Key')
    const other = await store(`${energyLineOf(1)}\n${energyLineOf(1)}`, { 'idempotency-key': 'k-1' })
    assert.equal(other.status, 422)
    assert.deepEqual(await events(), [1, 1])
  })

  it('requests with one key at the same time are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => store(batch, { 'idempotency-key': 'batch' })),
    )
    for (const { status, body } of answers) assert.deepEqual([status, body], [200, { stored: 10 }])
    assert.deepEqual((await events()).slice(2), [100, 101, 102, 103, 104, 105, 106, 107, 108, 109])
  })

  it('the id of an event counts, in batches and for each event by itself', async () => {
    const [first, second] = [named('e-1'), named(2)]
    assert.equal((await storeJson(first)).text, '{}')
    assert.deepEqual((await storeJson([first, second, second])).body, { stored: 3 })
    const other = await storeJson([second, named('e-1', { Dummy: [21] })])
    assert.deepEqual([other.status, other.body!.field, other.body!.index], [422, 'event.id', 1])
    assert.equal((await events()).length, 14)
  })

  it('what the journal holds is known after a kill, with the file beside it and without', async () => {
    for (const end of ['kill', 'stop'] as const) {
      await energy.runtime[end]()
      energy = await startEnergyRuntime(undefined, undefined, energy.folder)
      const answers = await Promise.all([
        store(energyLineOf(1), { 'idempotency-key': 'k-2' }),
        store(batch, { 'idempotency-key': 'batch' }),
        storeJson([named('e-1'), named(2)]),
      ])
      assert.deepEqual(
        answers.map(({ status, text }) => [status, text]),
        [
          [200, '{}'],
          [200, '{"stored":10}'],
          [200, '{"stored":2}'],
        ],
      )
      assert.equal((await events()).length, 14)
    }
  })
})
