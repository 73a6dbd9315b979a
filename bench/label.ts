// What judging costs: CPU per event, user and system, of this process. Beside our rules the same job by Node-RED's own
// nodes stands in bench/clean.ts. `node bench/bench.ts label`.
import type { FieldlogEvent } from '../lib/event.ts'
import { compileFormats } from '../lib/formats/compile.ts'
import { jeelinkFormats, room } from '../lib/formats/library/jeelink.ts'
import { compilePredicates } from '../lib/predicates/judge/compile.ts'
import { Draft } from '../lib/predicates/judge/draft.ts'
import type { Labeller } from '../lib/predicates/judge/labeller.ts'
import type { PredicateRow } from '../lib/predicates/model/row.ts'

type Row = Partial<PredicateRow>

const rounds = 5
const perRound = 400_000
const series = 1_000

const ten: Row[] = [
  { field: 'temp', operator: 'is outside', values: [-50, 50] },
  { field: 'temp', operator: 'is at least', values: [60] },
  { field: 'temp', operator: 'is', values: [85] },
  { field: 'humi', operator: 'is below', values: [0] },
  { field: 'humi', operator: 'is above', values: [100] },
  { field: 'light', operator: 'is outside', values: [0, 100] },
  { field: 'lobat', operator: 'is none of', values: [0, 1] },
  { field: 'moved', operator: 'is none of', values: [0, 1] },
  { field: 'temp', operator: 'is not of type', values: ['number'] },
  { field: 'humi', operator: 'has no value' },
]
const stateful: Row[] = [
  { field: 'temp', operator: 'rate of change', values: [5] },
  { field: 'temp', operator: 'spike', values: [5] },
  { field: 'humi', operator: 'flat line', values: ['1 h'], settings: { tolerance: 0.5 } },
  { field: 'temp', operator: 'outlier', values: [10], settings: { window: 25 } },
  { field: '', operator: 'gap in time', values: ['10 min'] },
]
const expression: Row[] = [{ operator: 'expression', not: true, values: ['temp < 40.0 && humi >= 0.0'] }]

const formats = compileFormats([room])
const lines = Array.from({ length: 1000 }, (_, i) => {
  const temp = 180 + Math.round(20 * Math.sin(i / 40))
  return `OK ${[2, 4, 5, 6, 10][i % 5]} ${i % 256} ${(40 + (i % 9)) * 2} ${temp & 255} ${temp >> 8}`
})

let time = Date.UTC(2026, 10, 21)
let seq = 0

/** Judges room lines of a thousand series; the CPU in µs an event. */
function measure(labeller: Labeller | undefined): number {
  const begin = process.cpuUsage()
  for (let i = 0; i < perRound; i++) {
    const outcome = formats.decode({ payload: lines[i % lines.length], source: 'bench' })
    if (outcome.kind !== 'clean') throw new Error('a line was not taken')
    const { type, data } = outcome.events[0]!
    seq++
    time += 10
    const event: FieldlogEvent = { ...base, id: `k3x9a7qd-${seq}`, seq, received: time, time, type, data }
    event.key = keys[seq % series]!
    labeller?.push(new Draft(event))
  }
  const { user, system } = process.cpuUsage(begin)
  return (user + system) / perRound
}

const base = { source: 'bench', raw: '', replayed: false }
const keys = Array.from({ length: series }, (_, i) => String(i))
const candidates: Array<[name: string, labeller: Labeller | undefined]> = [
  ['decoding alone', undefined],
  ['decoding, 10 predicates', labelled(ten)],
  ['decoding, 10 predicates and a CEL row', labelled([...ten, ...expression])],
  [`decoding, 5 stateful rows, ${series} series`, labelled(stateful)],
]

const costs = new Map<string, number>()
for (let round = 0; round < rounds; round++) {
  for (const [name, labeller] of candidates) {
    const cost = measure(labeller)
    costs.set(name, Math.min(costs.get(name) ?? Number.POSITIVE_INFINITY, cost))
  }
}
for (const [name] of candidates)
  process.stdout.write(`${name.padEnd(46)} ${costs.get(name)?.toFixed(2)} µs of CPU\n`)
const [, plain, cel] = candidates.map(([name]) => costs.get(name) as number)
process.stdout.write(
  `the CEL row alone${' '.repeat(29)} ${((cel as number) - (plain as number)).toFixed(2)} µs of CPU\n`,
)

function labelled(rows: Row[]): Labeller {
  const bad = rows.map((row): Row => ({ says: 'bad', ...row }))
  const labeller = compilePredicates(bad, jeelinkFormats, { formatRanges: false })
  if (labeller.problems.length > 0) throw new Error(JSON.stringify(labeller.problems))
  return labeller
}
