import assert from 'node:assert/strict'
import { axisOf } from '../../../nodes/cluster/panel/axis.ts'
import { completions } from '../../../nodes/cluster/panel/completions.ts'
import { clusterStatus } from '../../../nodes/cluster/status.ts'
import { fc } from '../../support/random.ts'
import { englishStatus } from '../english.ts'

const words = englishStatus('fieldlog-cluster')

const field = (name: string, unit = '') => ({ name, unit, types: ['energy'], kind: 'number' as const })

describe('nodes: cluster panel', () => {
  it('puts round numbers at the axes', () => {
    const texts = (values: number[]) => {
      const axis = axisOf(values)
      return axis.ticks.map((tick) => axis.text(tick))
    }
    assert.deepEqual(texts([1_466, 2_888]), ['1500', '2000', '2500'])
    assert.deepEqual(texts([-0.31, 0.52]), ['-0.2', '0.0', '0.2', '0.4'])
    assert.deepEqual(texts([230.08]), ['150', '200', '250', '300', '350'])
    assert.deepEqual(texts([0, 0]), ['-0.4', '-0.2', '0.0', '0.2', '0.4'])
    assert.deepEqual(texts([]), ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'])
    assert.deepEqual(texts([0, 4e9]), ['0.00e+0', '1.00e+9', '2.00e+9', '3.00e+9', '4.00e+9'])
  })

  it('has every value on its axis, and some ticks, whatever the values are', () => {
    const value = fc.double({ min: -1e100, max: 1e100, noNaN: true })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const axis = axisOf(values)
        assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 10, axis.ticks.join())
        for (const each of [...values, ...axis.ticks]) {
          const place = axis.place(each)
          assert.ok(place >= 0 && place <= 1, `${each} is at ${place}`)
        }
      }),
    )
  })

  it('completes the last name of the list', () => {
    const fields = [field('power_active', 'W'), field('power_reactive', 'var'), field('hz')]
    assert.deepEqual(completions(fields, 'hz, act'), [
      { value: 'hz, power_active', label: 'power_active (W)' },
      { value: 'hz, power_reactive', label: 'power_reactive (var)' },
    ])
    assert.deepEqual(
      completions(fields, 'power_active,').map(({ value }) => value),
      ['power_active, power_reactive', 'power_active, hz'],
    )
    assert.deepEqual(completions(fields, 'power_active, hz'), [])
  })

  it('says under the node how far it is', () => {
    assert.deepEqual(clusterStatus(undefined, undefined, words), {
      fill: 'yellow',
      shape: 'ring',
      text: 'no fields',
    })
    const none = { points: 420, isRunning: false, summary: undefined }
    assert.deepEqual(clusterStatus(none, undefined, words), {
      fill: 'grey',
      shape: 'ring',
      text: 'no run yet · events 420',
    })
    assert.deepEqual(clusterStatus({ ...none, isRunning: true }, 'out of memory', words), {
      fill: 'yellow',
      shape: 'ring',
      text: 'no run yet · events 420 · running · out of memory',
    })
  })
})
