import assert from 'node:assert/strict'
import { formatRoute, mostCurves, parseRoute, type Route, timeOf } from '../../../pages/model/route.ts'
import { fc } from '../../support/random.ts'

describe('the addresses of the views', () => {
  it('are read and written', () => {
    const addresses = [
      '#/',
      '#/?find=kit%20chen',
      '#/chart?s=room/kitchen:temp&s=energy/solar:power&from=-7d',
      '#/chart?s=room/kitchen:temp&from=2026-11-28T06:00:00Z&to=2026-11-28T12:00:00Z',
      '#/rejects',
      '#/spans',
      '#/spans?from=-30d',
      '#/clusters',
      '#/gateway',
    ]
    assert.deepEqual(
      addresses.map((address) => formatRoute(parseRoute(address))),
      addresses,
    )
    assert.deepEqual(parseRoute('#/chart?s=room/kitchen:temp'), {
      view: 'chart',
      curves: [{ type: 'room', name: 'kitchen', field: 'temp' }],
      from: '-24h',
      to: 'now',
    })
  })

  it('hold any name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (name) => {
        const curves = [{ type: 'room', name: name.toWellFormed(), field: 'temp' }]
        const route: Route = { view: 'chart', curves, from: '-1h', to: 'now' }
        // a browser ends an address at no other place than this
        const { hash } = new URL(formatRoute(route), 'http://gateway/')
        assert.deepEqual(parseRoute(hash), route)
      }),
    )
  })

  it('show something whatever stands there', () => {
    assert.deepEqual(parseRoute(''), { view: 'readings', find: '' })
    assert.deepEqual(parseRoute('#/what?is=this'), { view: 'readings', find: '' })
    assert.deepEqual(parseRoute('#/chart?s=nothing&s=a/:b&s=/a:b&s=a/b:&from=yesterday&to=-1x'), {
      view: 'chart',
      curves: [],
      from: '-24h',
      to: 'now',
    })
    const many = Array.from({ length: 20 }, (_, index) => `s=room/${index}:temp`).join('&')
    const route = parseRoute(`#/chart?${many}`)
    assert.equal(route.view === 'chart' && route.curves.length, mostCurves)
  })

  it('mean moments: relative, ISO or ms', () => {
    const now = Date.UTC(2026, 10, 28, 12)
    assert.equal(timeOf('now', now), now)
    assert.equal(timeOf('-90m', now), now - 5_400_000)
    assert.equal(timeOf('-1y', now), now - 31_536_000_000)
    assert.equal(timeOf('2026-11-28T06:00:00Z', now), now - 21_600_000)
    assert.equal(timeOf('1353196800062', now), 1_353_196_800_062)
    assert.ok(Number.isNaN(timeOf('yesterday', now)))
  })
})
