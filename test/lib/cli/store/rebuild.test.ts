import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { rebuild } from '../../../../lib/cli/store/rebuild.ts'
import { runHere } from '../helper.ts'

const ready = { id: 's1', name: 'history', state: 'ready', says: 'all events are stored', upTo: 1_204_311 }
const busy = { ...ready, state: 'rebuilding', says: 'being made', done: 0.341, rate: 61_204, left: 12 }

describe('fieldlog rebuild', () => {
  let server: Server
  let url: string
  let asked: unknown[]
  /** what the gateway tells, one after the other; the last one stays */
  let states: object[]
  let refusal: object | undefined

  before(async () => {
    server = createServer(async (request, response) => {
      if (request.method === 'GET') {
        response.end(JSON.stringify([states.length > 1 ? states.shift() : states[0]]))
        return
      }
      asked.push(JSON.parse(await text(request)))
      response.statusCode = refusal ? 409 : 200
      response.end(JSON.stringify(refusal ?? { started: true }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  })
  beforeEach(() => {
    asked = []
    states = [ready]
    refusal = undefined
  })
  after(async () => {
    server.close()
    await once(server, 'close')
  })

  const run = (...args: string[]) => runHere('rebuild', rebuild, ['--url', url, ...args])

  it('waits until the store is made, and says up to where it goes', async () => {
    states = [busy, ready]
    const result = await run()
    assert.deepEqual(result, { status: 0, out: 'history: all events are stored, up to 1,204,311\n', err: '' })
    assert.deepEqual(asked, [{}])
  })

  it('asks for a range of times and a type', async () => {
    const range = ['--from', '2026-11-21', '--to', '2026-11-21T12:30', '--type', 'room', '--store', 's1']
    assert.equal((await run(...range)).status, 0)
    const day = Date.UTC(2026, 10, 21)
    assert.deepEqual(asked, [{ from: day, to: day + 12.5 * 3_600_000 + 59_999, type: 'room', store: 's1' }])
  })

  it('ends with 1 where events are not stored, or one is being made already', async () => {
    states = [{ ...ready, state: 'not stored', says: 'events are not stored now: disk full' }]
    assert.equal((await run()).status, 1)
    refusal = { error: 'no rebuild was started: being made from the journal' }
    const { status, err } = await run()
    assert.equal(status, 1)
    assert.match(err, /the gateway refuses: no rebuild was started: being made from the journal/)
  })

  it('wants times, not seqs', async () => {
    const { status, err } = await run('--from', '812345')
    assert.equal(status, 2)
    assert.match(err, /--from 812345 is a seq: a time is wanted/)
  })
})
