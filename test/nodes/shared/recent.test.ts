import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecentReadings } from '../../../lib/preview/reading.ts'
import format from '../../../nodes/format/format.ts'
import journal from '../../../nodes/journal/journal.ts'
import log from '../../../nodes/log/log.ts'
import helper, { nodeRedName, withHooks } from '../helper.ts'

interface Answer {
  status: number
  body: RecentReadings & { error?: string }
}

async function ask(query = ''): Promise<Answer> {
  const request = helper.request() as unknown as { get(path: string): Promise<Answer> }
  return await request.get(`/fieldlog/readings${query}`)
}

describe(`nodes: the endpoint of the last readings (${nodeRedName})`, () => {
  let directory: string

  before((done) => {
    helper.startServer(done)
  })
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-endpoint-'))
  })
  afterEach(async () => {
    await helper.unload()
    rmSync(directory, { recursive: true })
  })
  after((done) => {
    helper.stopServer(done)
  })

  it('gives what was logged, of the journal asked for or of the only one', async () => {
    await helper.load(
      [format, withHooks(journal), withHooks(log)],
      [
        { id: 'tab', type: 'tab' },
        { id: 'journal', type: 'fieldlog-journal', directory, flushInterval: 0 },
        { id: 'log', type: 'fieldlog-log', z: 'tab', journal: 'journal', wires: [['sink'], []] },
        { id: 'sink', type: 'helper', z: 'tab' },
      ],
    )
    const logged = new Promise<void>((resolve) => {
      let count = 0
      helper.getNode('sink').on('input', () => ++count === 3 && resolve())
    })
    for (const payload of ['one', 'two', { three: 3 }]) {
      helper.getNode('log').receive({ payload, source: 'ttyUSB0' })
    }
    await logged
    const { status, body } = await ask('?limit=2')
    assert.equal(status, 200)
    assert.equal(body.journal, 'journal')
    assert.equal(body.lastSeq, 3)
    assert.deepEqual(
      body.readings.map(({ seq, kind, source, text, json }) => [seq, kind, source, text ?? json]),
      [
        [2, 'L', 'ttyUSB0', 'two'],
        [3, 'E', 'ttyUSB0', { three: 3 }],
      ],
    )
    assert.equal((await ask('?journal=journal')).body.readings.length, 3)
    const since = body.readings[1]?.received ?? 0
    assert.equal((await ask(`?since=${since}`)).body.readings.at(-1)?.seq, 3)
    assert.deepEqual((await ask(`?since=${since + 60_000}`)).body.readings, [])
  })

  it('says what is wrong with the question', async () => {
    await helper.load([format], [])
    const missing = await ask()
    assert.equal(missing.status, 404)
    assert.match(String(missing.body.error), /no such journal/)
    for (const limit of ['0', '50001', '1.5']) {
      const { status, body } = await ask(`?limit=${limit}`)
      assert.equal(status, 400)
      assert.equal(body.error, `limit is ${limit}: give a whole number from 1 to 50000`)
    }
    assert.equal((await ask('?since=yesterday')).status, 400)
    assert.equal((await ask('?journal=format')).status, 404)
  })
})
