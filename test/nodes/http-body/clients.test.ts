// The two clients that the original service has, byte for byte, and a client that does not wait.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { energyLineOf } from '../../support/http/energy-requests.ts'
import {
  type EnergyRuntime,
  endEnergyRuntime,
  entriesIn,
  startEnergyRuntime,
} from '../../support/http/energy-runtime.ts'
import { sendRequest } from '../../support/http/send.ts'

const count = 1_000

describe('fieldlog-http-body: the clients of the original service', function () {
  this.timeout(120_000)
  let energy: EnergyRuntime

  beforeEach(async () => {
    energy = await startEnergyRuntime()
  })
  afterEach(() => endEnergyRuntime(energy))

  const numbers = Array.from({ length: count }, (_, i) => i)

  /** Sends for each number, as many at a time as a few sensors do. */
  async function forAll(send: (number: number) => Promise<void>): Promise<void> {
    const left = [...numbers].reverse()
    const work = async () => {
      for (let number = left.pop(); number !== undefined; number = left.pop()) await send(number)
    }
    await Promise.all(Array.from({ length: 8 }, work))
  }

  it('one sends lines with their LF, and all of them are in the journal', async () => {
    await forAll(async (number) => {
      const { status, text } = await sendRequest(`${energy.runtime.url}/log/store`, {
        headers: { 'content-type': 'text/plain' },
        body: `${energyLineOf(number)}\n`,
      })
      assert.deepEqual([status, text], [200, '{}'])
    })
    const stored = (await entriesIn(energy.journal)).map(({ text }) => text)
    assert.deepEqual(stored.toSorted(), numbers.map(energyLineOf).toSorted())
  })

  it('the other has them parsed first, and sends the answer as JSON in JSON', async () => {
    await forAll(async (number) => {
      const parsed = await sendRequest(`${energy.runtime.url}/log/parse`, {
        body: `${energyLineOf(number)}\n`,
      })
      assert.equal(parsed.status, 200)
      assert.deepEqual(parsed.body!['UTC Time'], ['2016-10-04T16:47:50Z'])
      const { status, text } = await sendRequest(`${energy.runtime.url}/log/store`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(`${parsed.text}\n`),
      })
      assert.deepEqual([status, text], [200, '{}'])
    })
    const stored = (await entriesIn(energy.journal)).map(({ text }) => JSON.parse(text).Device.Evt as number)
    assert.deepEqual(
      stored.toSorted((a, b) => a - b),
      numbers,
    )
  })

  it('one that goes away when it has sent all loses nothing', async () => {
    const { hostname, port } = new URL(energy.runtime.url)
    const line = energyLineOf(7)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.end(
      `POST /log/store HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: ${line.length}\r\n\r\n${line}`,
    )
    await once(socket.resume(), 'close')
    await energy.runtime.until('f1e1d10600000110', ({ entries }) => entries === 1)
    assert.equal((await entriesIn(energy.journal))[0]!.text, line)
  })

  it('a deploy in the middle: every request is answered, and what was answered by 200 is stored', async () => {
    const answered: number[] = []
    const unanswered: number[] = []
    const sending = forAll(async (number) => {
      try {
        const { status } = await sendRequest(`${energy.runtime.url}/log/store`, {
          headers: { 'content-type': 'text/plain' },
          body: energyLineOf(number),
        })
        if (status === 200) answered.push(number)
        else assert.ok([404, 503].includes(status), `status ${status}`)
      } catch {
        unanswered.push(number)
      }
    })
    await energy.runtime.until('f1e1d10600000110', ({ entries }) => entries > 50)
    await energy.runtime.deploy(energy.flow, 'full')
    await sending
    assert.deepEqual(unanswered, [])
    const stored = new Set((await entriesIn(energy.journal)).map(({ text }) => text))
    assert.deepEqual(
      answered.filter((number) => !stored.has(energyLineOf(number))),
      [],
    )
    assert.ok(answered.length > 100, `${answered.length} answered`)
  })
})
