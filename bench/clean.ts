// Decoding a `room` line and judging it by 10 predicates: our formats and predicates, the same written for core's
// function and switch nodes, and a JSONata expression; in turn, in one run. CPU of this process, user and system.
// `node bench/clean.ts [readings]`
import { createRequire } from 'node:module'
import vm from 'node:vm'
import type { FieldlogEvent } from '../lib/event.ts'
import { compileFormats } from '../lib/formats/compile.ts'
import { jeelinkFormats } from '../lib/formats/library/jeelink.ts'
import { compilePredicates } from '../lib/predicates/judge/compile.ts'
import type { PredicateRow } from '../lib/predicates/model/row.ts'

const count = Number(process.argv[2] ?? 100_000)
const rounds = 5
const require = createRequire(import.meta.url)
const nodeRed = createRequire(require.resolve('node-red'))

/** Judges so many readings; gives how many were bad, which must be the same for all. */
type Judge = (lines: readonly string[]) => number | Promise<number>

const bounds: Array<[field: string, least: number, most: number]> = [
  ['light', 0, 100],
  ['humi', 0, 100],
  ['temp', -50, 50],
  ['lobat', 0, 1],
  ['moved', 0, 1],
  ['light', 0, 90],
  ['humi', 20, 95],
  ['temp', -20, 40],
  ['temp', -30, 45],
  ['humi', 10, 99],
]

const ours: Judge = (() => {
  const formats = compileFormats(jeelinkFormats)
  const rows = bounds.map(
    ([field, least, most], i): Partial<PredicateRow> => ({
      name: `rule ${i}`,
      field,
      says: 'bad',
      operator: 'is outside',
      values: [least, most],
    }),
  )
  const labeller = compilePredicates(rows, jeelinkFormats, { formatRanges: false })
  return (lines) => {
    let bad = 0
    for (const [i, line] of lines.entries()) {
      const outcome = formats.decode({ payload: line, source: 'ttyUSB0', id: `e-${i}`, seq: i, received: i })
      if (outcome.kind !== 'clean') continue
      const { type, data, key } = outcome.events[0]!
      const event: FieldlogEvent = { ...eventOf(i, line), type, data }
      if (key !== undefined) event.key = key
      if (labeller.label(event).verdict === 'bad') bad++
    }
    return bad
  }
})()

function eventOf(seq: number, raw: string): FieldlogEvent {
  return { id: `e-${seq}`, seq, received: seq, time: seq, source: 'ttyUSB0', raw, replayed: false }
}

/** The code of a function node, run as core runs it: a script in a context of its own, `msg` a global of it. */
const functionCode = `
  const [, header, ...bytes] = msg.payload.split(' ').map(Number)
  const nodes = [2, 4, 5, 6, 10, 11, 12, 13, 23, 24]
  if (!nodes.includes(header & 31) || bytes.length !== 4) return null
  const word = bytes[2] | (bytes[3] << 8)
  msg.payload = {
    light: Math.round(bytes[0] * 100 / 255), moved: bytes[1] & 1, humi: bytes[1] >> 1,
    temp: ((word << 22) >> 22) / 10, lobat: (word >> 10) & 1,
  }
  return msg`

const coreNodes: Judge = (() => {
  const util = nodeRed('@node-red/util').util as {
    getMessageProperty(msg: object, property: string): unknown
  }
  const sandbox: { msg: unknown; results: unknown } = { msg: undefined, results: undefined }
  const context = vm.createContext(sandbox)
  const script = new vm.Script(`results = (function (msg) {${functionCode}})(msg)`)
  return (lines) => {
    let bad = 0
    for (const payload of lines) {
      sandbox.msg = { _msgid: 'm', topic: 'ttyUSB0', payload }
      script.runInContext(context)
      const msg = sandbox.results as object | null
      if (msg === null) continue
      // a switch node for each rule: its property, looked up in the message, "is between"
      for (const [field, least, most] of bounds) {
        const value = util.getMessageProperty(msg, `payload.${field}`) as number
        if (value >= least && value <= most) continue
        bad++
        break
      }
    }
    return bad
  }
})()

const expression = `(
  $parts := $map($split(payload, ' '), function ($part) { $part = 'OK' ? 0 : $number($part) });
  $word := $parts[4] + 256 * ($parts[5] % 4);
  $data := {
    'light': $round($parts[2] * 100 / 255), 'moved': $parts[3] % 2, 'humi': $floor($parts[3] / 2),
    'temp': ($word > 511 ? $word - 1024 : $word) / 10, 'lobat': $floor($parts[5] / 4) % 2
  };
  ${bounds.map(([field, least, most]) => `$data.${field} >= ${least} and $data.${field} <= ${most}`).join(' and ')}
)`

const jsonata: Judge = (() => {
  const compile = nodeRed('jsonata') as (text: string) => { evaluate(input: object): Promise<unknown> }
  const compiled = compile(expression)
  return async (lines) => {
    let bad = 0
    for (const payload of lines) if ((await compiled.evaluate({ payload })) === false) bad++
    return bad
  }
})()

/** Readings of a day, one in 20 with an implausible temperature. */
function sample(size: number): string[] {
  return Array.from({ length: size }, (_, i) => {
    const word = i % 20 === 0 ? 480 : 150 + (i % 100)
    return `OK 12 ${i % 200} ${100 + (i % 60)} ${word & 255} ${word >> 8}`
  })
}

async function measure(judge: Judge, lines: readonly string[]): Promise<{ cpu: number; bad: number }> {
  const before = process.cpuUsage()
  const bad = await judge(lines)
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / lines.length, bad }
}

const judges: Record<string, { judge: Judge; lines: string[] }> = {
  'fieldlog formats and predicates': { judge: ours, lines: sample(count) },
  'function node and 10 switch nodes': { judge: coreNodes, lines: sample(count) },
  'a JSONata expression': { judge: jsonata, lines: sample(Math.max(1, Math.floor(count / 10))) },
}
const best: Record<string, number> = {}
const share: Record<string, number> = {}
for (let round = 0; round < rounds; round++) {
  for (const [name, { judge, lines }] of Object.entries(judges)) {
    const { cpu, bad } = await measure(judge, lines)
    best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, cpu)
    share[name] = bad / lines.length
  }
}
for (const name of Object.keys(judges)) {
  const cpu = (best[name] as number).toFixed(2).padStart(8)
  process.stdout.write(`${cpu} µs  ${name} (${((share[name] as number) * 100).toFixed(1)} % bad)\n`)
}
process.stdout.write('core: the work of the nodes alone, without the messages between them\n')
if (new Set(Object.values(share)).size > 1) {
  process.stderr.write('they do not agree on what is bad\n')
  process.exitCode = 1
}
