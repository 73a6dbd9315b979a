// Packets of nodes that pass on what others say. The values are worked out by hand from the layouts.
import assert from 'node:assert/strict'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import { jeelinkFormats } from '../../../../lib/formats/library/jeelink.ts'
import { lightnode, p1scanner } from '../../../../lib/formats/library/jeelink-relays.ts'
import { clean, decoded, outcome } from '../helper.ts'
import { outcomes } from '../series.ts'

const formats = [...jeelinkFormats]

/** A number in base 128, the highest digit first, the last one with its high bit. */
function digits(value: number): number[] {
  const found = [(value % 128) | 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) found.unshift(rest % 128)
  return found
}

const p1 = (...numbers: number[]) => `OK 18 ${numbers.flatMap(digits).join(' ')}`

describe('formats: relays of the JeeLink library', () => {
  const vectors: Array<[line: string, type: string, key: string, data: object]> = [
    // 210 + 256 × 17 = 4562, ÷ 256
    ['OK 14 24 210 17', 'otrelay', '24', { id: 24, what: 'room temperature', value: 17.82 }],
    ['OK 14 27 128 254', 'otrelay', '27', { id: 27, what: 'outside temperature', value: -1.5 }],
    // status: two bytes of bits, no number of 1/256
    ['OK 14 0 3 2', 'otrelay', '0', { id: 0, what: 'status', value: 515 }],
    ['OK 14 9 0 1', 'otrelay', '9', { id: 9, what: '9', value: 256 }],
    // 161 = 101 00001: day 5, 1 o'clock
    ['OK 14 20 2 161', 'otrelay', '20', { id: 20, what: 'day and time', day: 5, hour: 1, minute: 2 }],
    [
      'OK 19 96 26 1 9 13 7 1',
      'ookrelay',
      'DCF77',
      { tag: 'DCF77', date: '2026-01-09', clock: '13:07', dst: 1 },
    ],
    // digits 1, 3, 8, 6, 1, 9, 4, 6
    ['OK 19 115 113 98 27 51 181 54 0', 'ookrelay', 'S300-3', { tag: 'S300-3', temp: 16.8, humi: 64.9 }],
    // the sign is the highest bit of the second digit: 3 | 8
    ['OK 19 115 113 99 27 51 181 54 0', 'ookrelay', 'S300-3', { tag: 'S300-3', temp: -16.8, humi: 64.9 }],
    [
      'OK 19 163 55 226 8 97 134 16 194 154 53 4',
      'ookrelay',
      'KS300',
      { tag: 'KS300', temp: 1.8, humi: 90, wind: 0, rain: 2384, raining: 0 },
    ],
    ['OK 19 115 48 67 8 97 205 114 46', 'ookrelay', 'KSX-0', { tag: 'KSX-0', hex: '30430861CD722E' }],
    [
      'OK 19 194 2 17 206 95 40 16 32 64 128 0 225 1',
      'ookrelay',
      'EMX-2:8',
      { tag: 'EMX-2:8', seq: 243, avg: 0, max: 0, total: 523 },
    ],
    // v of 9 bits each: 0x34, 0x12, 0x05, 0x91 (5 bits of command 17, 128 of address): 34 24 14 88 …
    ['OK 19 84 52 36 20 136 4', 'ookrelay', 'FS20-4660:11', { tag: 'FS20-4660:11', command: 17 }],
    ['OK 19 81 1 2 3 254 255', 'ookrelay', 'viso', { tag: 'viso', hex: '010203FEFF' }],
    ['OK 19 31 7', 'ookrelay', '15', { tag: '15', hex: '07' }],
    [
      'OK 18 129 75 45 135 1 15 21 206 2 217 53 133 130 163 128 128 2 49 118 249',
      'p1scanner',
      '18',
      {
        use1: 1234567,
        use2: 2345678,
        gen1: 345,
        gen2: 6789,
        mode: 2,
        usew: 350,
        genw: 0,
        gas: 5012345,
      },
    ],
    // 10,000 × 3300 ÷ 32,736; 320 × 3.3 ÷ 32
    ['OK 20 16 39 32 78 0 0 64 1', 'slowlogger', '20', { a0: 1008.06, a1: 2016.13, a2: 0, a3: 33 }],
  ]
  for (const [line, type, key, data] of vectors) {
    it(`${type}: ${line}`, () => {
      const event = clean(formats, line)
      assert.deepEqual([event.type, event.key], [type, key])
      assert.deepEqual(event.data, data)
      assert.deepEqual(Object.keys(event.data), Object.keys(data))
    })
  }

  it('ookrelay: a packet of two segments is two events', () => {
    const found = outcome(formats, 'OK 19 115 113 98 27 51 181 54 0 96 26 1 9 13 7 1')
    assert.equal(found.kind, 'clean')
    assert.deepEqual(
      found.kind === 'clean' && found.events.map(({ part, key, data }) => [part, key, Object.keys(data)]),
      [
        [1, 'S300-3', ['tag', 'temp', 'humi']],
        [2, 'DCF77', ['tag', 'date', 'clock', 'dst']],
      ],
    )
  })

  it('reject what claims to be theirs and is not', () => {
    assert.deepEqual(decoded(formats, 'OK 14 24 210'), ['decode: packet: found 2 bytes, expected 3'])
    assert.deepEqual(decoded(formats, 'OK 19 115 113 98'), [
      'decode: parts: found 3 bytes in part 0, expected 8',
    ])
    assert.deepEqual(decoded(formats, 'OK 20 1 2 3'), ['decode: packet: found 3 bytes, expected 8'])
  })

  it('p1scanner: what its numbers do not fill is not taken, as other sketches may send it', () => {
    for (const line of [`${p1(1, 1, 2, 3, 4, 5, 6, 7, 8, 9)} 1 1`, 'OK 18 129 1 129 1 129 1 129 1 129 1'])
      assert.deepEqual(outcome(formats, line), { kind: 'unknown' }, line)
  })

  it('leave lines of other sketches under their headers unknown', () => {
    for (const line of [
      'OK 14 1 2 3 4 5',
      p1(2, 1, 2, 3, 4, 5, 6, 7, 8, 9),
      'OK 20 1 2 3 4 5 6 7 8 9 10 11',
      'OK 19',
    ]) {
      assert.deepEqual(outcome(formats, line), { kind: 'unknown' }, line)
    }
  })

  it('p1scanner: counters that stand still are left out where only news is wanted; powers never', () => {
    const lines = [p1(1, 10, 20, 30, 40, 1, 5, 0, 0, 100), p1(1, 10, 21, 30, 40, 1, 5, 0, 0, 100)]
    const data = outcomes({ ...p1scanner, onlyNews: true }, lines).map((found) =>
      found.kind === 'clean' ? found.events[0]?.data : found.kind,
    )
    assert.deepEqual(data[1], { use2: 21, usew: 50, genw: 0 })
  })

  it('lightnode: any node, as its id is the user’s choice; no flow has it by itself', () => {
    assert.deepEqual(clean([lightnode], 'OK 7 128').data, { light: 50 })
    assert.equal(clean([lightnode], 'OK 7 128').key, '7')
    assert.deepEqual(outcome(formats, 'OK 7 128'), { kind: 'unknown' })
  })

  it('no format takes a packet of another', () => {
    const all = compileFormats(formats)
    for (const [line, type] of vectors) {
      const takers = formats.filter(
        (each) => compileFormats([each]).decode({ payload: line, source: 's' }).kind !== 'unknown',
      )
      assert.deepEqual(
        takers.map((each) => each.type),
        [type],
        line,
      )
      assert.equal(all.decode({ payload: line, source: 's' }).kind, 'clean')
    }
  })
})
