import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { status } from '../../../../lib/cli/gateway/status.ts'
import { runHere } from '../helper.ts'

const now = 1_795_000_000_000
const well = {
  now,
  gateway: { name: 'pi-4', version: '1.0.0', started: now - 12 * 86_400_000 },
  accounts: [
    {
      journal: 'j',
      name: 'log',
      boxes: [
        { name: 'received', count: 812_345, of: 'lines' },
        { name: 'logged', count: 812_340, of: 'events' },
        { name: 'in memory', count: 5, of: 'events', beside: true },
      ],
      balanced: true,
      missing: 0,
      says: 'all accounted for',
    },
  ],
  brokers: [
    {
      id: 'b',
      name: '',
      address: 'mqtt://host:1883',
      connected: true,
      since: 0,
      waiting: 5,
      refused: 0,
      problem: null,
    },
  ],
  ports: [
    {
      id: 'p',
      name: 'cellar',
      address: '/dev/ttyUSB0',
      state: 'open',
      lastLine: now - 12_000,
      perMinute: 31,
      problem: null,
    },
  ],
  disk: { free: 22e9, total: 29e9, perDay: 9.4e6, daysLeft: 2340.5 },
  journal: [
    {
      id: 'j',
      name: 'journal',
      first: 0,
      lastSeq: 812_345,
      bytes: 61e6,
      verified: { at: now - 7_200_000, ok: true, says: '' },
    },
  ],
  store: { state: 'ready', says: 'up to date' },
  machine: { temperature: 48.2, rss: 180e6, load: 0.12 },
  alarms: [] as object[],
}

describe('fieldlog status', () => {
  let server: Server
  let url: string
  let answer: unknown

  before(async () => {
    server = createServer((request, response) => {
      if (request.url !== '/fieldlog/api/status') response.statusCode = 404
      response.end(JSON.stringify(answer))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(async () => {
    server.close()
    await once(server, 'close')
  })

  const run = (...args: string[]) => runHere('status', status, ['--url', url, ...args])

  it('shows on one screen how the gateway is', async () => {
    answer = well
    assert.deepEqual(await run(), {
      status: 0,
      out:
        'gateway  pi-4, version 1.0.0, running for 12 days; 180 MB of memory, load 0.1, 48 °C\n' +
        'port     cellar (/dev/ttyUSB0): open, last line 12 s ago, 31 lines a minute\n' +
        'flow     log: received 812,345 → logged 812,340 + in memory 5: all accounted for\n' +
        'broker   mqtt://host:1883: connected, 5 waiting, 0 refused\n' +
        'journal  journal: 812,345 entries, 61 MB, checked 2 h ago: whole\n' +
        'store    up to date\n' +
        'disk     22 GB of 29 GB free, 9.4 MB a day, full in 2,340 days\n' +
        'errors   none\n',
      err: '',
    })
    assert.deepEqual(JSON.parse((await run('--json')).out), well)
  })

  it('ends with 1 where something is wrong, and says what', async () => {
    answer = { ...well, alarms: [{ level: 'error', says: 'the broker is away since 12:00' }] }
    const wrong = await run()
    assert.equal(wrong.status, 1)
    assert.ok(wrong.out.endsWith('error    the broker is away since 12:00\n'), wrong.out)
    const verified = { at: now, ok: false, says: '2026/20260101.txt: bytes 1 to 9 are damaged' }
    answer = {
      ...well,
      journal: [
        { ...well.journal[0]!, verified },
        { ...well.journal[0]!, verified: null },
      ],
    }
    const { out } = await run()
    assert.match(out, /checked .* ago: 2026\/20260101\.txt: bytes 1 to 9 are damaged\n/)
    assert.match(out, /61 MB, not checked yet\n/)
    answer = { ...well, accounts: [{ ...well.accounts[0], balanced: false, says: '3 are missing' }] }
    assert.equal((await run()).status, 1)
  })

  it('says so where the gateway is of another version', async () => {
    answer = { hello: 1 }
    assert.match((await run()).err, /does not say how it is/)
  })
})
