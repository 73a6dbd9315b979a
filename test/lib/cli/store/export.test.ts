import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeStore } from '../../../support/history/history-store.ts'
import { fieldlog, spawnFieldlog, temporaryDirectory } from '../helper.ts'

const begin = Date.UTC(2026, 10, 21)

describe('fieldlog export', () => {
  const place = temporaryDirectory()
  let store: string

  function write(count: number): void {
    store = join(place.path, 'store')
    mkdirSync(store)
    const rows = Array.from({ length: count }, (_, row) => ({
      ...{ time: begin + row * 60_000, type: row % 2 === 0 ? 'room' : 'power', key: String(row % 2) },
      data: { value: row },
    }))
    writeStore(join(store, 'fieldlog.sqlite'), { rows })
  }

  it('prints the rows of a type and a range as CSV', async () => {
    write(2_000)
    const header = 'time,id,type,source,key,name,verdict,reasons,value\r\n'
    const args = ['export', store, '--format', 'csv', '--type', 'power', '--from', '2026-11-21T00:03', '--to']
    const { status, stdout, stderr } = await fieldlog([...args, '2026-11-21T00:05'])
    assert.equal(status, 0)
    assert.doesNotMatch(stderr, /fieldlog/)
    assert.equal(
      stdout,
      `${header}2026-11-21T00:03:00.000Z,k3x9a7qd-4,power,ttyUSB0,1,ttyUSB0-1,good,,3\r\n` +
        '2026-11-21T00:05:00.000Z,k3x9a7qd-6,power,ttyUSB0,1,ttyUSB0-1,good,,5\r\n',
    )
    // the minute of --to is in it, the whole day too
    const day = await fieldlog(['export', '--to', '2026-11-21'], { FIELDLOG_HOME: place.path })
    assert.equal(day.stdout.split('\r\n').length - 2, 1_440)
  })

  it('prints lines of JSON, of all there is', async () => {
    write(10)
    const { status, stdout } = await fieldlog(['export', join(store, 'fieldlog.sqlite'), '--json'])
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal(status, 0)
    assert.deepEqual(
      lines.map(({ data }) => data.value),
      [0, 2, 4, 6, 8, 1, 3, 5, 7, 9],
    )
  })

  it('ends without a word where nobody reads on', async () => {
    write(60_000)
    const { child, outcome } = spawnFieldlog(['export', store])
    child.stdout?.once('data', () => child.stdout?.destroy())
    const { status, stderr } = await outcome
    assert.equal(status, 0)
    assert.doesNotMatch(stderr, /fieldlog|EPIPE/)
  })

  it('says what is wrong', async () => {
    write(2)
    const failed = async (...args: string[]) => {
      const { status, stderr } = await fieldlog(['export', ...args])
      // before it Node.js 22 says that its SQLite is new
      return `${status} ${stderr.slice(stderr.indexOf('fieldlog export')).trim()}`
    }
    const none = join(place.path, 'none')
    assert.equal(
      await failed(none),
      `1 fieldlog export: the history cannot be read: there is no file ${none}`,
    )
    const help = '; see fieldlog export --help'
    const usage = '2 fieldlog export: '
    assert.equal(await failed(store, '--format', 'xml'), `${usage}--format must be one of: csv, jsonl${help}`)
    assert.equal(
      await failed(store, '--type', 'x'),
      `${usage}--type: there are no readings of the type x${help}`,
    )
    assert.equal(
      await failed(store, '--from', '12'),
      `${usage}--from 12 is a seq, and a store is read by time (2026-11-21, 90m)${help}`,
    )
    assert.equal(
      await failed(store, '--from', '2026-11-22', '--to', '2026-11-21'),
      `${usage}--from: must be before to${help}`,
    )
  })
})
