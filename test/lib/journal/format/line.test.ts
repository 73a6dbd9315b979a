import assert from 'node:assert/strict'
import {
  filePath,
  type Header,
  headerLine,
  parseCommit,
  parseFilePath,
  parseHeader,
  parseLine,
} from '../../../../lib/journal/format/line.ts'
import { parseDay } from '../../../../lib/journal/format/time.ts'

const noon = 12 * 3_600_000
const sha256 = '4ed2b03a1da8ed5f8b0f934c24ef9aee68fe82584ad818d89aa2b69794786a1f'

describe('journal: H lines', () => {
  const headers: Array<[string, Header]> = [
    [
      'of the very first file',
      { time: noon, epoch: 'k3x9a7qd', firstSeq: 1, previous: null, previousSize: 0, sha256: null },
    ],
    [
      'of a later one',
      {
        time: noon,
        epoch: 'abcdefgh',
        firstSeq: 5,
        previous: '2026/20261121.txt',
        previousSize: 324,
        sha256,
      },
    ],
    [
      'without a hash',
      {
        time: 1,
        epoch: '01234567',
        firstSeq: 9_000_000_000,
        previous: '2026/20261121-12.txt',
        previousSize: 0,
        sha256: '?',
      },
    ],
  ]
  for (const [what, header] of headers) {
    it(`are read as they are written: ${what}`, () => {
      const line = headerLine(header)
      assert.match(line, /^H [^\n]+\n$/)
      assert.deepEqual(parseHeader(line.slice(0, -1)), header)
    })
  }

  const good = `H 12:00:00.000 fieldlog 1 k3x9a7qd 5 2026/20261121.txt 324 ${sha256}`
  const bad: Record<string, string> = {
    'another program': good.replace('fieldlog', 'otherlog'),
    'another version': good.replace(' 1 ', ' 2 '),
    'a capital in the epoch': good.replace('k3x', 'K3x'),
    'seq 0': good.replace(' 5 ', ' 0 '),
    'a leading zero': good.replace(' 5 ', ' 05 '),
    'a seq beyond 2^53': good.replace(' 5 ', ' 9007199254740993 '),
    'a path out of the journal': good.replace('2026/20261121.txt', '../20261121.txt'),
    'the year of another day': good.replace('2026/20261121', '2025/20261121'),
    'a day that does not exist': good.replace('20261121', '20261131'),
    'an archive as previous': good.replace('.txt', '.txt.gz'),
    'a short hash': good.slice(0, -1),
    'a hash with nothing before it': 'H 12:00:00.000 fieldlog 1 k3x9a7qd 1 - 0 ?',
    'a size with nothing before it': 'H 12:00:00.000 fieldlog 1 k3x9a7qd 1 - 7 -',
    'no time': good.replace('12:00:00.000', '12:00:00'),
    'a word too many': `${good} x`,
  }
  for (const [what, line] of Object.entries(bad)) {
    it(`are none with ${what}`, () => assert.equal(parseHeader(line), undefined))
  }
})

describe('journal: C lines', () => {
  it('are read', () => {
    assert.deepEqual(parseCommit('C 12:00:00.000 3 2 4528fddd'), {
      time: noon,
      count: 3,
      lastSeq: 2,
      crc: '4528fddd',
    })
  })
  for (const line of [
    'C 12:00:00.000 3 2 4528FDDD',
    'C 12:00:00.000 3 2 4528fdd',
    'C 12:00:00.000 -3 2 4528fddd',
    'C 12:00:00.000 3 2 4528fddd ',
    'C 25:00:00.000 3 2 4528fddd',
    'C 12:00:00.000 3 2',
    'CC 12:00:00.000 3 2 4528fddd',
  ]) {
    it(`are none: ${JSON.stringify(line)}`, () => assert.equal(parseCommit(line), undefined))
  }
})

describe('journal: lines in a batch', () => {
  it('are read', () => {
    assert.deepEqual(parseLine('L 12:00:00.000 ttyUSB0 OK 12'), {
      kind: 'L',
      time: noon,
      source: 'ttyUSB0',
      text: 'OK 12',
    })
    assert.deepEqual(parseLine('L 12:00:00.000 ttyUSB0 '), {
      kind: 'L',
      time: noon,
      source: 'ttyUSB0',
      text: '',
    })
    assert.deepEqual(parseLine('E 12:00:00.000 pump {"a":1}'), {
      kind: 'E',
      time: noon,
      source: 'pump',
      text: '{"a":1}',
    })
    assert.deepEqual(parseLine('R 1970-01-02T00:00:00.001 tcp:10.0.0.5:2000 x  y '), {
      kind: 'R',
      time: 86_400_001,
      source: 'tcp:10.0.0.5:2000',
      text: 'x  y ',
    })
    assert.deepEqual(parseLine('N 12:00:00.000 long-line {"bytes":9}'), {
      kind: 'N',
      time: noon,
      notice: 'long-line',
      json: '{"bytes":9}',
    })
  })

  for (const line of [
    'L 12:00:00.000 ttyUSB0',
    'L 12:00:00.000  text',
    'L 12:00:00.000 a/b text',
    'R 12:00:00.000 tty x',
    'E 2026-11-21T12:00:00.000 tty {}',
    'N 12:00:00.000 Open {}',
    'N 12:00:00.000 open',
    'M 12:00:00.000 tty x',
    'C 12:00:00.000 3 2 4528fddd',
    'L12:00:00.000 tty x',
    '',
    '\0\0\0\0\0\0',
  ]) {
    it(`are none: ${JSON.stringify(line)}`, () => assert.equal(parseLine(line), undefined))
  }

  it('are looked into where no checksum vouches for them', () => {
    for (const line of [
      'L 12:00:00.000 tty a\\x0',
      'L 12:00:00.000 tty a\\X00',
      'L 12:00:00.000 tty a\0b',
      'L 12:00:00.000 tty a\u0085',
      'R 1970-01-02T00:00:00.001 tty \x7f',
      'E 12:00:00.000 tty {"a":',
      'N 12:00:00.000 open {"epoch"',
    ]) {
      assert.ok(parseLine(line), line)
      assert.equal(parseLine(line, true), undefined, line)
    }
    assert.ok(parseLine('L 12:00:00.000 tty a\\x00b \\x5c café \\xff', true))
    assert.ok(parseLine('L 12:00:00.000 tty C 12:00:00.000 3 2 4528fddd', true))
  })
})

describe('journal: paths of files', () => {
  it('are read as they are written', () => {
    const day = parseDay('20261121')
    assert.equal(filePath(day, 0), '2026/20261121.txt')
    assert.equal(filePath(day, 12), '2026/20261121-12.txt')
    for (const number of [0, 1, 12]) assert.deepEqual(parseFilePath(filePath(day, number)), { day, number })
    assert.deepEqual(parseFilePath('2026/20261121-3.txt.gz'), { day, number: 3 })
  })
  for (const path of [
    '2026/20261121-0.txt',
    '2026/20261121-01.txt',
    '2026/20261121.txt.torn',
    '2026/20261121.idx',
    '20261121.txt',
    '2026/2026112.txt',
  ]) {
    it(`are none: ${path}`, () => assert.equal(parseFilePath(path), undefined))
  }
})
