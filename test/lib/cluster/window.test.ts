import assert from 'node:assert/strict'
import { fieldNames, fieldsProblem } from '../../../lib/cluster/fields.ts'
import { rowOf } from '../../../lib/cluster/find/points.ts'
import { averageName } from '../../../lib/cluster/summary.ts'
import { PointWindow } from '../../../lib/cluster/window.ts'
import { fc } from '../../support/random.ts'

describe('lib: the window of points', () => {
  it('holds the last ones, whatever its limits were', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ resize: fc.integer({ min: 1, max: 2_500 }) }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_500 }), fc.array(step, { maxLength: 8 }), (first, steps) => {
        const window = new PointWindow(2, first)
        let limit = first
        let model: number[][] = []
        let next = 0
        for (const each of steps) {
          if ('resize' in each) {
            limit = each.resize
            window.resize(limit)
          } else {
            for (let i = 0; i < each.add; i++, next++) {
              window.add([next, -next])
              model.push([next, 0 - next])
            }
          }
          model = model.slice(-limit)
          const points = window.points()
          assert.equal(window.count, model.length)
          assert.deepEqual(
            Array.from({ length: points.count }, (_, i) => rowOf(points, i).map((value) => value + 0)),
            model,
          )
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('lib: the fields of clusters', () => {
  it('are names with commas between them', () => {
    assert.deepEqual(fieldNames(' power_active, line_current ,,peak1'), [
      'power_active',
      'line_current',
      'peak1',
    ])
    assert.equal(fieldsProblem('a, b'), undefined)
    assert.equal(fieldsProblem('a')?.text, 'fields: found 1, expected 2 to 16 names with commas between them')
    assert.equal(
      fieldsProblem(Array.from({ length: 17 }, (_, i) => `f${i}`).join())?.text,
      'fields: found 17, expected 2 to 16 names with commas between them',
    )
    assert.equal(fieldsProblem('a, b, a')?.text, 'fields: a is named twice')
  })

  it('have averages by the names that the energy sensors’ clients know', () => {
    assert.deepEqual(
      [
        ['power_active', 'W'],
        ['power_reactive', 'var'],
        ['power_apparent', 'VA'],
        ['line_current', 'A'],
        ['line_voltage', 'V'],
        ['temp', '°C'],
        ['count', ''],
      ].map(([field, unit]) => averageName(field!, unit!)),
      [
        'avg_power_active_w',
        'avg_power_reactive_var',
        'avg_power_apparent_va',
        'avg_line_current_a',
        'avg_line_voltage_v',
        'avg_temp_c',
        'avg_count',
      ],
    )
  })
})
