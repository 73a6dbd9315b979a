// The tests' own journal reader, held against the example of the format's description.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJournal } from '../../support/journal-files.ts'

const first = `H 23:59:30.000 fieldlog 1 k3x9a7qd 1 - 0 -
N 23:59:30.000 open {"epoch":"k3x9a7qd","software":"1.0.0"}
L 23:59:31.062 ttyUSB0 OK 12 1 118 182 0
E 23:59:31.101 pump {"eventId":7,"data":{"rpm":1400}}
C 23:59:35.004 3 2 4528fddd
L 23:59:58.500 ttyUSB0 a\\x00b \\x5c café \\xff
L 23:59:59.999 ttyUSB0 ${''}
C 00:00:00.003 2 4 d6a461b0
`
const second = `H 00:00:00.004 fieldlog 1 k3x9a7qd 5 2026/20261121.txt 324 4ed2b03a1da8ed5f8b0f934c24ef9aee68fe82584ad818d89aa2b69794786a1f
R 2026-11-21T20:15:01.000 ttyUSB0 OK 9 14 11 67 235 163 65 28 235 141 166 77 40
L 00:00:00.020 ttyUSB0 ? 4 254 249
C 00:00:01.005 2 6 c0e90177
`

describe('journal files, as tests read them', () => {
  let folder: string
  const write = (texts: Record<string, string>) => {
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, '2026', name), text)
    return () => readJournal(folder)
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-files-'))
    mkdirSync(join(folder, '2026'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('reads the example', () => {
    const { entries, notices, tail } = write({ '20261121.txt': first, '20261122.txt': second })()
    assert.deepEqual(
      entries.map(({ seq, kind, time, text }) => [seq, kind, new Date(time).toISOString(), text]),
      [
        [1, 'L', '2026-11-21T23:59:31.062Z', 'OK 12 1 118 182 0'],
        [2, 'E', '2026-11-21T23:59:31.101Z', '{"eventId":7,"data":{"rpm":1400}}'],
        [3, 'L', '2026-11-21T23:59:58.500Z', 'a\\x00b \\x5c café \\xff'],
        [4, 'L', '2026-11-21T23:59:59.999Z', ''],
        [5, 'R', '2026-11-21T20:15:01.000Z', 'OK 9 14 11 67 235 163 65 28 235 141 166 77 40'],
        [6, 'L', '2026-11-22T00:00:00.020Z', '? 4 254 249'],
      ],
    )
    const bytes = Buffer.concat([Buffer.from('a\0b \\ café '), Buffer.from([0xff])])
    assert.deepEqual(entries[2]?.bytes, bytes)
    assert.equal(entries[5]?.id, 'k3x9a7qd-6')
    assert.deepEqual(
      notices.map(({ kind }) => kind),
      ['open'],
    )
    assert.equal(tail, '')
  })

  it('tells what is not closed yet', () => {
    const open = 'L 00:00:02.000 ttyUSB0 not durable\n'
    const { entries, tail } = write({ '20261121.txt': first, '20261122.txt': second + open })()
    assert.equal(entries.length, 6)
    assert.equal(tail, open)
  })

  it('throws at damage', () => {
    assert.throws(write({ '20261121.txt': first.replace('OK 12', 'OK 13') }), /wrong CRC/)
    assert.throws(
      write({
        '20261121.txt': first.replace(' 5 2026', ' 6 2026'),
        '20261122.txt': second.replace(' 5 ', ' 6 '),
      }),
      /first seq should be 5/,
    )
    assert.throws(write({ '20261121.txt': first.replace('H 23', 'X 23') }), /bad header/)
  })
})
