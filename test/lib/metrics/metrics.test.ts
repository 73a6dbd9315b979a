import assert from 'node:assert/strict'
import { exposition } from '../../../lib/metrics/exposition.ts'
import { gatewayMetrics } from '../../../lib/metrics/gateway-metrics.ts'
import type { Facts } from '../../../lib/pages/facts.ts'

const facts = {
  gateway: { name: 'pi "4"', version: '1.2.3' },
  journals: [
    {
      name: 'journal',
      state: {
        journal: { events: 7, dropped: 0, held: 1, bytes: 900, syncs: 3, failures: 0, failure: undefined },
        delivery: { complete: 6, failed: 1, incomplete: 0, damaged: 0, waiting: 1 },
      },
      cleaning: { since: 0, clean: 5, rejected: 1, unknown: 1, suppressed: 0, part: 0 },
      labelling: { since: 0, good: 4, bad: 1, held: 0 },
    },
  ],
  brokers: [
    {
      ...{ name: '', address: 'mqtt://10.0.0.5' },
      state: { phase: 'connected', waiting: 2, refused: 0, closedCount: 0, diskBytes: 0 },
      counts: { acknowledged: 5, dropped: 0 },
    },
  ],
  ports: [
    { name: 'usb', address: '/dev/ttyUSB0', state: { state: 'open' }, lines: 9, lastLine: 1795286270000 },
  ],
  silent: [],
} as unknown as Facts

const own = { uptime: 60, memory: 1000, disk: { free: 5e9, total: 3e10 } }

/** Reads the text format, by its specification; throws at what Prometheus would refuse. */
function parse(text: string): Map<string, { type: string; samples: Map<string, number> }> {
  const metrics = new Map<string, { type: string; samples: Map<string, number> }>()
  assert(text.endsWith('\n'))
  let helped = ''
  for (const line of text.trimEnd().split('\n')) {
    const help = /^# HELP ([a-z_]+) (\S.*)$/.exec(line)
    const type = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line)
    const sample = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (\S+)$/.exec(line)
    if (help) {
      assert(!metrics.has(help[1]!), `${help[1]} twice`)
      helped = help[1]!
    } else if (type) {
      assert.equal(type[1], helped)
      assert.equal(type[1]!.endsWith('_total'), type[2] === 'counter', `${type[1]} is a ${type[2]}`)
      metrics.set(type[1]!, { type: type[2]!, samples: new Map() })
    } else {
      assert(sample, line)
      const { samples } = metrics.get(sample[1]!)!
      assert(!samples.has(sample[2] ?? ''), `${line} twice`)
      assert(Number.isFinite(Number(sample[3])), line)
      samples.set(sample[2] ?? '', Number(sample[3]))
    }
  }
  return metrics
}

describe('metrics', () => {
  const metrics = parse(exposition(gatewayMetrics(facts, own)))
  const values = (name: string) => Object.fromEntries(metrics.get(name)?.samples ?? [])

  it('are what Prometheus reads, and about 25', () => {
    assert(metrics.size >= 25 && metrics.size <= 35, String(metrics.size))
  })

  it('have the accounts of ports, journals and brokers', () => {
    assert.deepEqual(values('fieldlog_lines_received_total'), { 'port="usb"': 9 })
    assert.deepEqual(values('fieldlog_port_last_line_timestamp_seconds'), { 'port="usb"': 1795286270 })
    assert.deepEqual(values('fieldlog_journal_events_total'), { 'journal="journal"': 7 })
    assert.deepEqual(values('fieldlog_events_waiting'), { 'journal="journal"': 1 })
    assert.deepEqual(values('fieldlog_events_judged_total'), {
      'journal="journal",verdict="good"': 4,
      'journal="journal",verdict="bad"': 1,
    })
    assert.deepEqual(values('fieldlog_mqtt_messages_waiting'), { 'broker="mqtt://10.0.0.5"': 2 })
    assert.deepEqual(values('fieldlog_info'), { 'gateway="pi \\"4\\"",version="1.2.3"': 1 })
  })

  it('say whose they are where two have one name', () => {
    const ports = ['a', 'b'].map((id) => ({ ...facts.ports[0]!, id }))
    const two = parse(exposition(gatewayMetrics({ ...facts, ports }, own)))
    assert.deepEqual(Object.fromEntries(two.get('fieldlog_lines_received_total')!.samples), {
      'port="usb (a)"': 9,
      'port="usb (b)"': 9,
    })
  })

  it('leave out what nothing is known of', () => {
    const none = { ...facts, journals: [], ports: [], brokers: [] }
    const unknown = { ...own, disk: { free: 0, total: 0 } }
    assert.equal(exposition(gatewayMetrics(none, unknown)).includes('disk'), false)
    assert.deepEqual(
      [...parse(exposition(gatewayMetrics(none, own))).keys()],
      [
        'fieldlog_info',
        'fieldlog_uptime_seconds',
        'fieldlog_resident_memory_bytes',
        'fieldlog_disk_free_bytes',
        'fieldlog_disk_size_bytes',
        'fieldlog_devices_silent',
      ],
    )
  })
})
