import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import type { Given } from '../../../../lib/history/query/read/parameters.ts'
import { type StoredRow, writeStore } from '../../../support/history/history-store.ts'
import { failure, HistoryBench, minute, now, readings } from '../support/history-bench.ts'

describe("the history's export", () => {
  let bench: HistoryBench
  beforeEach(() => {
    bench = new HistoryBench()
  })
  afterEach(() => bench.remove())

  it('writes CSV by RFC 4180, formulas as texts', async () => {
    const data = { temp: -1.5, wet: true, note: '=HYPERLINK("x"),\r\nnext' }
    const rows: StoredRow[] = [
      { time: now - 2 * minute, key: '+12', verdict: 'bad', reasons: ['a: temp: low', '@b'], data },
      { time: now - minute, key: '+12', sub: 1, data: { temp: 2, note: '-dash' } },
    ]
    bench.opened({ rows })
    assert.equal(
      await bench.exported({}),
      `time,id,type,source,key,name,verdict,reasons,temp,wet,note\r\n` +
        `2026-11-28T12:08:00.000Z,k3x9a7qd-1,room,ttyUSB0,'+12,ttyUSB0-+12,bad,a: temp: low; @b,-1.5,true,"'=HYPERLINK(""x""),\r\nnext"\r\n` +
        `2026-11-28T12:09:00.000Z,k3x9a7qd-2.1,room,ttyUSB0,'+12,ttyUSB0-+12,good,,2,,'-dash\r\n`,
    )
  })

  it('writes JSON lines, of a type, a range and a verdict', async () => {
    const rows = [
      ...readings(10, (place) => ({ verdict: place % 2 === 0 ? 'good' : 'bad' })),
      ...readings(10, () => ({ type: 'power', data: { watts: 7 } })),
    ]
    bench.opened({ rows })
    const lines = async (query: Given) => {
      const text = await bench.exported({ format: 'jsonl', ...query })
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    }
    assert.equal((await lines({})).length, 20)
    assert.deepEqual((await lines({ type: 'power', from: '-2m' }))[0], {
      ...{
        id: 'k3x9a7qd-19',
        time: now - 2 * minute,
        type: 'power',
        source: 'ttyUSB0',
        key: '12',
        name: 'ttyUSB0-12',
      },
      ...{ verdict: 'good', reasons: [], data: { watts: 7 } },
    })
    assert.deepEqual(
      (await lines({ type: 'room', verdict: 'bad', from: '-5m' })).map(({ time }) => (now - time) / minute),
      [5, 3, 1],
    )
    assert.equal(await failure(lines({ type: 'none' })), 'QUERY type: there are no readings of the type none')
    assert.equal(await failure(lines({ format: 'xml' })), 'QUERY format: must be one of: csv, jsonl')
  })

  it('goes page by page, each row once, also where several have one time', async () => {
    const rows = readings(9_001, (place) => ({
      key: place % 3 === 0 ? '1' : '2',
      time: now - 20_000 + Math.floor(place / 7),
    }))
    bench.opened({ rows })
    let pieces = 0
    const ids: string[] = []
    for await (const piece of bench.history!.export({ format: 'jsonl' })) {
      pieces++
      for (const line of piece.trim().split('\n')) ids.push(JSON.parse(line).id)
    }
    assert.equal(ids.length, 9_001)
    assert.equal(new Set(ids).size, 9_001)
    assert.ok(pieces >= 5, `${pieces} pieces`)
  })

  it('fails where the store was made anew meanwhile, rather than mix two', async () => {
    bench.opened({ rows: readings(5_000) })
    const pages = bench.history!.export({ format: 'jsonl' })[Symbol.asyncIterator]()
    await pages.next()
    writeStore(`${bench.file}.new`, { rows: readings(5_000) })
    renameSync(`${bench.file}.new`, bench.file)
    assert.match(await failure(pages.next()), /^NO_STORE .* made anew during the export: export again$/)
  })
})
