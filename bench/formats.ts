// Decoding alone: a `room` line, and a P1 telegram of 30 lines with its CRC, put together line by line. Beside it what a
// function node would do with the same telegram: a regular expression for each line, and the CRC bit by bit.
// CPU of this process, user and system. `node bench/formats.ts [telegrams]`
import { compileFormats } from '../lib/formats/compile.ts'
import { sums } from '../lib/formats/frames/sums.ts'
import { jeelinkFormats } from '../lib/formats/library/jeelink.ts'
import type { FieldDefinition, FormatDefinition } from '../lib/formats/model/definition.ts'

const count = Number(process.argv[2] ?? 20_000)
const rounds = 5

const readings: Array<[name: string, obis: string, unit: string]> = [
  ['energy1', '1-0:1.8.1', 'kWh'],
  ['energy2', '1-0:1.8.2', 'kWh'],
  ['export1', '1-0:2.8.1', 'kWh'],
  ['export2', '1-0:2.8.2', 'kWh'],
  ['power', '1-0:1.7.0', 'kW'],
  ['fed', '1-0:2.7.0', 'kW'],
  ['v1', '1-0:32.7.0', 'V'],
  ['v2', '1-0:52.7.0', 'V'],
  ['v3', '1-0:72.7.0', 'V'],
  ['i1', '1-0:31.7.0', 'A'],
  ['i2', '1-0:51.7.0', 'A'],
  ['i3', '1-0:71.7.0', 'A'],
  ['p1', '1-0:21.7.0', 'kW'],
  ['p2', '1-0:41.7.0', 'kW'],
  ['p3', '1-0:61.7.0', 'kW'],
]

const p1: FormatDefinition = {
  type: 'p1',
  record: { start: '^/', end: '^!' },
  check: { kind: 'crc16-arc', from: '/', to: '!', marks: 'both' },
  decoder: { kind: 'tagged' },
  fields: [
    ...readings.map(([name, from, unit]): FieldDefinition => ({ name, from, type: 'number', unit })),
    { name: 'gas', from: '0-1:24.2.1[1]', type: 'number', unit: 'm3' },
  ],
}

function crcOf(text: string): string {
  const bytes = Buffer.from(text)
  const { add, start, finish } = sums['crc16-arc']
  return finish(add(start, bytes, 0, bytes.length))
    .toString(16)
    .toUpperCase()
    .padStart(4, '0')
}

/** 30 lines. */
function telegram(n: number): string[] {
  const lines = [
    '/ABC5\\2M999',
    '',
    '1-3:0.2.8(50)',
    '0-0:1.0.0(261121120000W)',
    '0-0:96.1.1(4530303030303030303030303030303030)',
    ...readings.map(([, obis, unit]) => `${obis}(${(n % 900) + 100}.${n % 10}*${unit})`),
    '0-0:96.14.0(0002)',
    '0-0:96.7.21(00008)',
    '0-0:96.7.9(00002)',
    '1-0:99.97.0(1)(0-0:96.7.19)(200421120530S)(0000000939*s)',
    '1-0:32.32.0(00001)',
    '0-0:96.13.0()',
    '0-1:24.1.0(003)',
    '0-1:96.1.0(4730303030303030303030303030303030)',
    `0-1:24.2.1(261121115500W)(0${1000 + (n % 1000)}.567*m3)`,
  ]
  return [...lines, `!${crcOf(`${lines.join('\r\n')}\r\n!`)}`]
}

type Work = () => number

function ours(telegrams: string[][]): Work {
  const formats = compileFormats([p1])
  return () => {
    let sum = 0
    let seq = 0
    for (const lines of telegrams) {
      for (const payload of lines) {
        seq++
        for (const { outcome } of formats.take({ payload, source: 's', id: `e-${seq}`, seq, received: 0 })) {
          if (outcome.kind === 'clean') sum += outcome.events[0]?.data.power as number
        }
      }
    }
    return sum
  }
}

function byHand(telegrams: string[][]): Work {
  return () => {
    let sum = 0
    let buffer = ''
    for (const line of telegrams.flat()) {
      buffer += `${line}\r\n`
      if (!line.startsWith('!')) continue
      const end = buffer.indexOf('!') + 1
      let crc = 0
      for (let i = 0; i < end; i++) {
        crc ^= buffer.charCodeAt(i)
        for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
      }
      const data: Record<string, number> = {}
      for (const each of buffer.split('\r\n')) {
        const match = /^(\d+-\d+:\d+\.\d+\.\d+).*\(([\d.]+)(?:\*(\w+))?\)$/.exec(each)
        if (match) data[match[1] as string] = Number.parseFloat(match[2] as string)
      }
      if (crc === Number.parseInt(line.slice(1), 16)) sum += data['1-0:1.7.0'] as number
      buffer = ''
    }
    return sum
  }
}

function rooms(lines: string[]): Work {
  const formats = compileFormats(jeelinkFormats)
  return () => {
    let sum = 0
    let seq = 0
    for (const payload of lines) {
      const outcome = formats.decode({ payload, source: 's', id: `e-${++seq}`, seq, received: 0 })
      if (outcome.kind === 'clean') sum += outcome.events[0]?.data.temp as number
    }
    return sum
  }
}

const telegrams = Array.from({ length: count }, (_, n) => telegram(n))
const lines = Array.from({ length: count * 10 }, (_, n) => `OK 12 ${n % 200} ${100 + (n % 60)} ${n % 250} 0`)
const works: Record<string, { work: Work; pieces: number }> = {
  'a P1 telegram of 30 lines, decoded and checked': { work: ours(telegrams), pieces: count },
  'the same in a function node': { work: byHand(telegrams), pieces: count },
  'a room line': { work: rooms(lines), pieces: lines.length },
}
const best: Record<string, number> = {}
const results: Record<string, number> = {}
for (let round = 0; round < rounds; round++) {
  for (const [name, { work, pieces }] of Object.entries(works)) {
    const before = process.cpuUsage()
    results[name] = work()
    const { user, system } = process.cpuUsage(before)
    best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, (user + system) / pieces)
  }
}
for (const name of Object.keys(works)) {
  process.stdout.write(`${(best[name] as number).toFixed(2).padStart(8)} µs  ${name}\n`)
}
const [own, peer] = Object.values(results)
if (Math.abs((own as number) - (peer as number)) > 1) {
  process.stderr.write('they do not agree on the values\n')
  process.exitCode = 1
}
