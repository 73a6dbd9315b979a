import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { clock } from '../../../../lib/cli/gateway/clock.ts'
import { runHere } from '../helper.ts'

const doubt = 'the clock says 2037-01-01, but entries of 2026-11-20 are followed by 2037-01-01'
const answers: Record<string, unknown> = {
  'GET /fieldlog/journals': [{ id: 'j', name: '', directory: '/journal' }],
  'GET /fieldlog/journals/j': { clockDoubt: doubt },
  'GET /fieldlog/journals/sure': {},
  'POST /fieldlog/journals/j/clock': {},
}

describe('fieldlog clock', () => {
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

  async function run(...args: string[]) {
    const { err, ...ended } = await runHere('clock', clock, ['--url', url, ...args])
    assert.equal(err, '')
    return ended
  }

  it('ends with 1 and says why where the clock and the journal disagree', async () => {
    assert.deepEqual(await run(), { status: 1, out: `${doubt}\n` })
    assert.deepEqual(JSON.parse((await run('--json')).out), { agrees: false, doubt })
  })

  it('ends with 0 where they agree', async () => {
    assert.deepEqual(await run('--journal', 'sure'), { status: 0, out: 'the clock and the journal agree\n' })
    assert.deepEqual(JSON.parse((await run('--journal', 'sure', '--json')).out), { agrees: true })
  })

  it('confirms that the clock is right', async () => {
    assert.deepEqual(await run('--confirm'), {
      status: 0,
      out: 'confirmed: files are as old as their names say\n',
    })
  })
})
