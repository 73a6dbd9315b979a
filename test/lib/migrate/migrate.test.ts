import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { currentVersion, migrate, versionedTypes } from '../../../lib/migrate/migrate.ts'
import { addMissing } from '../../../lib/migrate/migration.ts'

const root = join(import.meta.dirname, '../../..')

/** Each type as its first flows held it, and what it is today. */
const firstForms: Record<string, { before: object; after: object }> = {
  'fieldlog-port': {
    before: { path: '/dev/ttyUSB0', baudRate: 57600 },
    after: {
      path: '/dev/ttyUSB0',
      baudRate: 57600,
      framing: 'auto',
      delimiter: ';',
      frameStart: '\\x02',
      frameEnd: '\\x03',
      frameAfter: 0,
      keepMarks: true,
      frameSize: 12,
      frameSync: '',
      lengthOffset: 2,
      lengthSize: 2,
      lengthOrder: 'big',
      lengthCounts: 'rest',
      lengthExtra: 0,
      silence: 100,
      framePattern: '[\\r\\n]+',
      sourceName: '',
      opening: 'keep',
      silentAfter: 0,
      whenSilent: 'tell',
      sendEnd: 'auto',
      startLines: '',
      collector: 'none',
      catchUpGap: 60,
      catchUpDays: 7,
      catchUpFirst: true,
      catchUpRequest: '',
      catchUpReplayed: '',
      catchUpEnd: '',
      catchUpNumber: '',
      catchUpLimit: 10,
      nameIsSource: true,
      version: 4,
    },
  },
  'fieldlog-journal': {
    before: { directory: 'journal', bufferSize: 100, flushInterval: 1, reserve: 64, maxHeld: 64 },
    after: {
      directory: 'journal',
      bufferSize: 100,
      flushInterval: 1,
      reserve: 64,
      maxHeld: 64,
      archiveAfter: 2,
      retentionDays: 0,
      retentionSize: 0,
      entryLimit: 16,
      version: 2,
    },
  },
  'fieldlog-devices': { before: { devices: [] }, after: { devices: [], version: 1 } },
  'fieldlog-format': {
    before: { definition: { type: 'room', decoder: { kind: 'packet' }, fields: [] } },
    after: {
      definition: { type: 'room', decoder: { kind: 'packet' }, fields: [] },
      sample: '',
      version: 1,
    },
  },
  'fieldlog-serial-in': { before: { port: 'p' }, after: { port: 'p', version: 1 } },
  'fieldlog-log': {
    before: { journal: 'j', window: 1000, quietTime: 1, timeLimit: 300 },
    after: { journal: 'j', window: 1000, quietTime: 1, timeLimit: 300, version: 1 },
  },
  'fieldlog-clean': { before: { formats: ['f'] }, after: { formats: ['f'], match: 'first', version: 1 } },
  'fieldlog-label': {
    before: { predicates: [{ field: 'temp', operator: '>=', values: [15] }], formatRanges: true },
    after: {
      predicates: [{ says: 'bad', name: 'temp >= 15', field: 'temp', operator: 'is below', values: [15] }],
      formatRanges: true,
      version: 2,
    },
  },
  'fieldlog-cluster': { before: { fields: 'a, b' }, after: { fields: 'a, b', version: 1 } },
  'fieldlog-events': { before: { queue: true }, after: { queue: true, version: 1 } },
  'fieldlog-events-in': { before: { events: 'e' }, after: { events: 'e', version: 1 } },
  'fieldlog-timing': { before: { hold: 2 }, after: { hold: 2, version: 1 } },
  'fieldlog-store': { before: { keepRaw: 30 }, after: { keepRaw: 30, version: 1 } },
  'fieldlog-query': { before: { series: 'room/a' }, after: { series: 'room/a', version: 1 } },
  'fieldlog-http-body': { before: { source: 'http' }, after: { source: 'http', version: 1 } },
  'fieldlog-mqtt-out': {
    before: { name: 'good', broker: 'b', topic: '', gateway: '', qos: 2, retain: true },
    after: {
      name: 'good',
      broker: 'b',
      topic: 'fieldlog/{gateway}/{verdict}/{type}/{source}',
      gateway: '',
      qos: 2,
      retain: true,
      lateTopic: '',
      payload: 'event',
      expiry: '',
      order: 'strict',
      pace: 0,
      maxSize: 1000,
      keep: 'oldest',
      played: false,
      reportInterval: 5,
      nodeId: '',
      firmware: '',
      location: '',
      compressed: false,
      latest: 'off',
      homeassistant: 'off',
      homeassistantPrefix: 'homeassistant',
      homeassistantTypes: '',
      version: 5,
    },
  },
}

describe('migrations', () => {
  it('know every node of the package', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      'node-red': { nodes: Record<string, string> }
    }
    const types = Object.keys(manifest['node-red'].nodes).map((name) => `fieldlog-${name}`)
    assert.deepEqual([...versionedTypes].sort(), types.sort())
    assert.deepEqual(Object.keys(firstForms).sort(), types.sort())
  })

  for (const [type, { before, after }] of Object.entries(firstForms)) {
    it(`bring a ${type} of the first flows into today's form, and leave the given one alone`, () => {
      const given = structuredClone(before)
      assert.deepEqual(migrate(type, given), after)
      assert.deepEqual(given, before)
      assert.equal(currentVersion(type), (after as { version: number }).version)
    })

    it(`leave a ${type} of today alone`, () => {
      assert.equal(migrate(type, after), after)
    })
  }

  it('leave what an old node says, in place of the value that it ran by', () => {
    const old = { topic: 'my/{type}', order: 'live-first', keep: 'newest' }
    const { topic, order, keep } = migrate('fieldlog-mqtt-out', old)
    assert.deepEqual([topic, order, keep], ['my/{type}', 'live-first', 'newest'])
  })

  it('leave the topic that an empty one stood for to nodes of each version that ran by it', () => {
    for (const old of [{}, { topic: '' }, { topic: '  ', version: 1 }]) {
      const { topic, version } = migrate('fieldlog-mqtt-out', old as { topic?: string; version?: number })
      assert.deepEqual([topic, version], ['fieldlog/{gateway}/{verdict}/{type}/{source}', 5])
    }
    assert.equal(migrate('fieldlog-mqtt-out', { topic: '', version: 2 }).topic, '')
    assert.equal(migrate('fieldlog-mqtt-out', { topic: '', version: 3 }).topic, '')
  })

  it('leave a node of a newer version alone, and types that are not ours', () => {
    const newer = { version: 99, topic: '' }
    assert.equal(migrate('fieldlog-mqtt-out', newer), newer)
    const core = { broker: 'localhost' }
    assert.equal(migrate('mqtt-broker', core), core)
    assert.equal(migrate('toString', core), core)
    assert.equal(currentVersion('mqtt-broker'), 0)
  })

  it('take what is no version for none', () => {
    for (const version of ['1', null, undefined, {}]) {
      assert.deepEqual(migrate('fieldlog-serial-in', { port: 'p', version }), { port: 'p', version: 1 })
    }
  })

  it('add only what is missing: an empty text, false and null are values', () => {
    const step = addMissing({ a: 1, b: 2, c: 3, d: 4 })
    assert.deepEqual(step({ a: '', b: false, c: null, e: 5 }), { a: '', b: false, c: null, d: 4, e: 5 })
  })
})
