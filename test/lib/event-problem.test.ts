import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import type { FieldlogEvent } from '../../lib/event.ts'
import { eventProblem } from '../../lib/event-problem.ts'

const event: FieldlogEvent = {
  id: 'k3x9a7qd-7',
  seq: 7,
  time: 1353196800062,
  received: 1353196800062,
  source: 'ttyUSB0',
  raw: 'OK 12',
  type: 'room',
  data: { temp: 18.2, on: true, note: 'a "quote"', none: null },
  verdict: 'good',
  reasons: [],
  flags: { warm: 1 },
  rules: 'a1b2',
  replayed: false,
}
const cyclic: Record<string, unknown> = { a: 1 }
cyclic.self = cyclic
const judged = 'event.verdict is missing, although the event was judged'

describe('an event that was changed on its way', () => {
  const sound: Array<[string, object]> = [
    ['labelled', {}],
    [
      'logged',
      {
        type: undefined,
        data: undefined,
        verdict: undefined,
        reasons: undefined,
        flags: undefined,
        rules: undefined,
      },
    ],
    [
      'rejected',
      { data: undefined, verdict: 'rejected', reasons: ['decode: x'], flags: undefined, rules: undefined },
    ],
    ['with nested data', { data: { list: [1, { a: 'x' }], none: null } }],
    ['with data of a function node', { data: runInNewContext('({ temp: 1, list: [1, 2], o: {} })') }],
    ['with a field that was taken away', { data: { temp: undefined } }],
    ['with an id of its own', { eventId: 7 }],
    ['late', { late: true }],
  ]
  for (const [name, change] of sound) {
    it(`is sound: ${name}`, () => {
      assert.equal(eventProblem({ ...event, ...change } as FieldlogEvent), undefined)
    })
  }

  const spoilt: Array<[object, string]> = [
    [{ id: undefined }, 'event.id is missing, expected a text'],
    [{ late: false }, 'event.late is false, expected true, or none'],
    [{ seq: '7' }, 'event.seq is "7", expected a whole number'],
    [{ time: Number.NaN }, 'event.time is NaN, expected milliseconds since 1970'],
    [{ time: undefined }, 'event.time is missing, expected milliseconds since 1970'],
    [{ time: new Date(5) }, 'event.time is a Date, expected milliseconds since 1970'],
    [{ time: runInNewContext('new Date(5)') }, 'event.time is a Date, expected milliseconds since 1970'],
    [{ time: '2026-11-21' }, 'event.time is "2026-11-21", expected milliseconds since 1970'],
    [{ time: 1.5 }, 'event.time is 1.5, expected milliseconds since 1970'],
    [{ received: Number.POSITIVE_INFINITY }, 'event.received is Infinity, expected milliseconds since 1970'],
    [{ source: null }, 'event.source is null, expected a text'],
    [{ raw: Buffer.from('OK') }, 'event.raw is a Uint8Array, expected a text'],
    [{ type: 5 }, 'event.type is 5, expected a text'],
    [{ key: ['a'] }, 'event.key is a list, expected a text'],
    [{ eventId: 7n }, 'event.eventId is a BigInt, expected a text or a number'],
    [{ eventId: Number.NaN }, 'event.eventId is NaN, expected a text or a number'],
    [{ data: 5 }, 'event.data is 5, expected an object with the fields'],
    [{ data: [1] }, 'event.data is a list, expected an object with the fields'],
    [{ data: new Map() }, 'event.data is a Map, expected an object with the fields'],
    [{ data: { temp: Number.NaN } }, 'event.data.temp is NaN, expected a value that JSON can hold'],
    [{ data: { temp: -1 / 0 } }, 'event.data.temp is -Infinity, expected a value that JSON can hold'],
    [{ data: { list: [undefined] } }, 'event.data.list[0] is missing, expected a value that JSON can hold'],
    [{ data: { at: new Date(5) } }, 'event.data.at is a Date, expected a value that JSON can hold'],
    [{ data: { list: [1, Number.NaN] } }, 'event.data.list[1] is NaN, expected a value that JSON can hold'],
    [{ data: { n: 5n } }, 'event.data.n is a BigInt, expected a value that JSON can hold'],
    [{ data: { f() {} } }, 'event.data.f is a function, expected a value that JSON can hold'],
    [{ data: { o: { toJSON: () => 5 } } }, 'event.data.o is an object, expected a value that JSON can hold'],
    [{ reasons: 'hot' }, 'event.reasons is "hot", expected a list of texts'],
    [{ reasons: [5] }, 'event.reasons is a list, expected a list of texts'],
    [{ verdict: 'good","x":"' }, 'event.verdict is "good\\",\\"x\\":\\"", expected good, bad or rejected'],
    [{ verdict: null }, 'event.verdict is null, expected good, bad or rejected'],
    [{ verdict: undefined }, judged],
    [{ verdict: undefined, flags: undefined, rules: undefined }, judged],
    [{ cluster: 5 }, 'event.cluster is 5, expected an object'],
    [
      { cluster: { label: 0, distance: Number.NaN, run: 1 } },
      'event.cluster.distance is NaN, expected a value that JSON can hold',
    ],
    [{ unsure: [5] }, 'event.unsure is a list, expected a list of texts'],
  ]
  for (const [change, problem] of spoilt) {
    it(`is spoilt: ${problem}`, () => {
      assert.equal(eventProblem({ ...event, ...change } as FieldlogEvent), problem)
    })
  }

  it('is spoilt where its data contain themselves', () => {
    const problem = eventProblem({ ...event, data: cyclic } as unknown as FieldlogEvent)
    assert.match(problem ?? '', /^event\.data\.self\.self.* contains itself, or is nested deeper than 50$/)
  })
})
