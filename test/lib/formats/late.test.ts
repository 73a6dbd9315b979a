// A reading that came late (a collector's memory, an import) has no place among those that came in time.
import assert from 'node:assert/strict'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { EventMemory } from '../../../lib/formats/model/memory.ts'
import { format, number } from './helper.ts'
import { longAfter, valuesOf } from './series.ts'

type Sent = string | { late: string; received?: number }

/** The outcomes of lines in order, those that came late among them. */
function outcomes(definition: FormatDefinition, lines: readonly Sent[]) {
  const formats = compileFormats([definition], { memory: new EventMemory() })
  return lines.map((line, i) => {
    const place = { source: 's', id: `e-${i + 1}`, seq: i + 1 }
    if (typeof line === 'string') return formats.decode({ ...place, payload: line, received: longAfter + i })
    const { late, received = longAfter - 60_000 } = line
    return formats.decode({ ...place, payload: late, received, late: true })
  })
}

describe('formats: readings that came late', () => {
  it('have no difference of a counter, and change none', () => {
    const fields = [number('E'), number('delta', { difference: { of: 'E' } })]
    const definition = format({ kind: 'key-values' }, fields)
    const lines = ['E:10', 'E:12', { late: 'E:11' }, 'E:15', { late: 'E:14' }]
    assert.deepEqual(valuesOf(outcomes(definition, lines), 'delta'), [null, 2, null, 3, null])
  })

  it('are shown whole, and take no news from those behind them', () => {
    const fields = [number('E', { newsOf: 'E' })]
    const definition = format({ kind: 'key-values' }, fields, undefined, { onlyNews: true })
    const lines = ['E:10', { late: 'E:9' }, { late: 'E:9' }, 'E:10', 'E:11']
    assert.deepEqual(valuesOf(outcomes(definition, lines), 'E'), [10, 9, 9, 'suppressed', 11])
  })

  it('are no repeats of data that did not change', () => {
    const definition = format({ kind: 'key-values' }, [number('E')], undefined, { drop: { unchanged: 3600 } })
    const lines = ['E:10', { late: 'E:10' }, { late: 'E:11' }, 'E:10', 'E:11']
    assert.deepEqual(valuesOf(outcomes(definition, lines), 'E'), [10, 10, 11, 'suppressed', 11])
  })

  it('are left out where their own time was there already, as a device that sends again does', () => {
    const fields = [number('E'), { name: 't', type: 'time' as const, time: 'ms' as const, hidden: true }]
    const definition = format({ kind: 'key-values' }, fields, undefined, {
      time: 't',
      drop: { sameTime: true },
    })
    const lines = ['E:10,t:1000', { late: 'E:9,t:500' }, { late: 'E:9,t:500' }, { late: 'E:10,t:1000' }]
    assert.deepEqual(valuesOf(outcomes(definition, lines), 'E'), [10, 9, 'suppressed', 'suppressed'])
  })

  it('name no columns for those behind them', () => {
    const definition = format({ kind: 'columns', headers: true, header: ['temp', 'humi'] }, [
      number('temp'),
      number('humi'),
    ])
    const lines = ['humi,temp', '48,21.5', { late: 'temp,humi' }, '49,21.6']
    assert.deepEqual(valuesOf(outcomes(definition, lines), 'temp'), ['suppressed', 21.5, 'suppressed', 21.6])
  })

  it('have a time without a date near the moment that they belong to', () => {
    const fields = [
      number('E'),
      { name: 't', type: 'time' as const, time: 'pattern' as const, pattern: 'HH.mm' },
    ]
    const definition = format({ kind: 'key-values' }, fields)
    const received = Date.UTC(2029, 4, 3, 23, 59)
    const [outcome] = outcomes(definition, [{ late: 'E:1,t:23.58', received }])
    assert.deepEqual(valuesOf([outcome!], 't'), [Date.UTC(2029, 4, 3, 23, 58)])
  })
})
