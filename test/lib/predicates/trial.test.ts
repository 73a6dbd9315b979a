import assert from 'node:assert/strict'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { eventsOfReadings } from '../../../lib/predicates/clean-events.ts'
import { tryRules } from '../../../lib/predicates/trial.ts'
import type { RecentReading } from '../../../lib/preview/reading.ts'
import { compilePredicates } from '../../../lib/public/predicates.ts'
import { start } from './helper.ts'

const format: FormatDefinition = {
  type: 'room',
  decoder: { kind: 'key-values' },
  fields: [
    { name: 'temp', type: 'number' },
    { name: 'node', type: 'integer', hidden: true },
  ],
  key: ['node'],
}

const line = (seq: number, text: string): RecentReading => ({
  seq,
  id: `k3x9a7qd-${seq}`,
  kind: 'L',
  source: 's',
  time: start + seq * 1000,
  received: start + seq * 1000,
  text,
})

describe('predicates: trial', () => {
  const readings = [20, 45, 21, 21].map((temp, i) => line(i + 1, `temp:${temp},node:7`))
  const events = eventsOfReadings(
    [...readings, line(5, 'noise'), { ...line(6, ''), bytes: '/wA=' }],
    compileFormats([format]),
  )

  it('makes events of readings as the clean node does', () => {
    assert.equal(events.length, 4)
    assert.deepEqual(events[1], {
      id: 'k3x9a7qd-2',
      seq: 2,
      received: start + 2000,
      time: start + 2000,
      source: 's',
      raw: 'temp:45,node:7',
      replayed: true,
      type: 'room',
      data: { temp: 45 },
      key: '7',
      device: 's-7',
    })
  })

  it('counts verdicts and flags, and keeps the order of the events where one waits', () => {
    const rows = [
      { name: 'spike', field: 'temp', operator: 'spike' as const, values: [15] },
      { name: 'cool', field: 'temp', operator: '<' as const, values: [21], severity: 'suspect' as const },
    ]
    const { good, bad, suspect, rules, judged } = tryRules(compilePredicates(rows, [format]), events)
    assert.deepEqual([good, bad, suspect], [3, 1, 2])
    assert.deepEqual(rules.get('spike'), { 1: 1, 2: 2, 3: 0, 4: 1, 9: 0 })
    assert.deepEqual(rules.get('cool'), { 1: 1, 2: 0, 3: 3, 4: 0, 9: 0 })
    assert.deepEqual(
      judged.map(({ event, result }) => [event.seq, result.verdict]),
      [
        [1, 'good'],
        [2, 'bad'],
        [3, 'good'],
        [4, 'good'],
      ],
    )
  })
})
