import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { refused } from '../../../../lib/cli/gateway/refused.ts'
import { runHere } from '../helper.ts'

const message = {
  id: 'e-7',
  topic: 't/x',
  payload: '{}',
  reason: 'not authorized (code 135)',
  time: 1795286278515,
}
const answers: Record<string, unknown> = {
  'GET /fieldlog/mqtt': [{ id: 'b 1', address: 'mqtt://host:1883', refused: 1 }],
  'GET /fieldlog/mqtt/b%201/refused': { count: 1, refused: [message] },
  'POST /fieldlog/mqtt/b%201/refused/resend': { resent: 1 },
  'POST /fieldlog/mqtt/b%201/retry': { tried: 2 },
}
const since = 1795286200000
const closures = {
  broker: null,
  closed: [{ topic: 't/y', since, reason: 'quota exceeded (code 151)', waiting: 12 }],
  closedNow: 1,
}

describe('fieldlog refused', () => {
  let server: Server
  let url: string

  before(async () => {
    server = createServer(({ method, url }, response) =>
      response.end(JSON.stringify(answers[`${method} ${url}`])),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  })
  after(async () => {
    server.close()
    await once(server, 'close')
  })

  const run = (...args: string[]) => runHere('refused', refused, ['--url', url, ...args])

  it('shows what each broker refused', async () => {
    assert.deepEqual(await run(), {
      status: 0,
      out: 'mqtt://host:1883: 1 message refused\n  2026-11-21T18:37:58.515Z e-7 t/x: not authorized (code 135)\n',
      err: '',
    })
    assert.deepEqual(JSON.parse((await run('--json')).out), { broker: 'b 1', count: 1, refused: [message] })
  })

  it('shows the topics that wait, and a broker that takes nothing', async () => {
    const [broker] = answers['GET /fieldlog/mqtt'] as object[]
    const takesNothing = { since, reason: 'quota exceeded (code 151)' }
    answers['GET /fieldlog/mqtt'] = [{ ...broker, ...closures, broker: takesNothing }]
    try {
      assert.deepEqual((await run()).out.split('\n').slice(0, 3), [
        'mqtt://host:1883: takes nothing since 2026-11-21T18:36:40.000Z: quota exceeded (code 151)',
        'mqtt://host:1883: 1 topic not taken now',
        '  since 2026-11-21T18:36:40.000Z t/y: quota exceeded (code 151); 12 messages waiting',
      ])
      const { closed, closedNow } = closures
      assert.deepEqual(JSON.parse((await run('--json')).out), {
        broker: 'b 1',
        count: 1,
        refused: [message],
        takesNothing,
        closed,
        closedNow,
      })
    } finally {
      answers['GET /fieldlog/mqtt'] = [broker]
    }
  })

  it('has the topics that wait tried', async () => {
    assert.equal((await run('--retry')).out, 'mqtt://host:1883: 2 topics tried\n')
    assert.equal((await run('--retry', '--json')).out, '{"broker":"b 1","tried":2}\n')
  })

  it('sends it again', async () => {
    assert.equal((await run('--resend')).out, 'mqtt://host:1883: 1 message sent again\n')
    assert.equal((await run('--resend', '--json')).out, '{"broker":"b 1","resent":1}\n')
  })

  it('says when there is no such broker', async () => {
    const { status, err } = await run('--broker', 'other')
    assert.deepEqual([status, err], [1, 'fieldlog refused: no mqtt out node uses a broker other\n'])
  })
})
