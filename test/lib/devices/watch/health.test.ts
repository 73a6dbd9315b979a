import assert from 'node:assert/strict'
import { compileNames } from '../../../../lib/devices/names.ts'
import type { SeriesReport } from '../../../../lib/devices/watch/device-watch.ts'
import { healthOf } from '../../../../lib/devices/watch/health.ts'

const now = 1795286278515
const day = 86_400_000

function series(key: string, rest: Partial<SeriesReport> = {}): SeriesReport {
  const place = { source: 'usb', type: 'room', key, device: `usb-${key}` }
  const state = {
    isNamed: false,
    isSilent: false,
    count: 1,
    lastHeard: now,
    interval: 60,
    limit: 180,
    data: undefined,
  }
  return { ...place, ...state, ...rest }
}

describe('devices in the health report', () => {
  const kitchen = {
    source: 'usb',
    type: '',
    key: '1',
    name: 'kitchen',
    place: 'north',
    interval: '',
  } as const
  const names = compileNames([kitchen])

  it('are counted, each once, and the silent ones listed', () => {
    const silent = { device: 'kitchen', isNamed: true, isSilent: true }
    const report = healthOf(
      [
        series('2'),
        series('1', { ...silent, lastHeard: now - 500_000 }),
        series('1', { ...silent, type: 'battery', lastHeard: now - 900_000 }),
        series('3', { lastHeard: now - day - 1 }),
        series('4', { isSilent: true, lastHeard: 0, interval: null }),
      ],
      names,
      now,
    )
    assert.deepEqual(report, {
      devices: { watched: 4, named: 1, heard: 2, silent: 2 },
      silent: [
        { device: 'kitchen', place: 'north', lastHeard: now - 500_000, interval: 60 },
        { device: 'usb-4', lastHeard: null, interval: null },
      ],
    })
  })

  it('are a hundred at most in the list, and all in the count', () => {
    const all = Array.from({ length: 300 }, (_, key) => series(String(key), { isSilent: true }))
    const { devices, silent } = healthOf(all, names, now)
    assert.deepEqual([devices.silent, silent.length, silent[0]?.device], [300, 100, 'usb-0'])
  })
})
