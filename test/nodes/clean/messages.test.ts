// The number of an event within its line is the same live, in history, in panels and when relabelling.
import assert from 'node:assert/strict'
import type { EventMessage, FieldlogEvent } from '../../../lib/event.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { cleanEvents, eventsOfReadings } from '../../../lib/predicates/clean-events.ts'
import { cleanMessages } from '../../../nodes/clean/messages.ts'
import { fc } from '../../support/random.ts'

const definition: FormatDefinition = {
  type: 'level',
  decoder: { kind: 'json', each: 'list' },
  fields: [
    { name: 'v', type: 'number' },
    { name: 'k', type: 'string', hidden: true },
  ],
  key: ['k'],
  drop: { unchanged: 3600 },
}

function logged(seq: number, list: unknown): FieldlogEvent {
  const raw = JSON.stringify({ list })
  return {
    id: `k3x9a7qd-${seq}`,
    seq,
    received: seq * 1000,
    time: seq * 1000,
    source: 's',
    raw,
    replayed: false,
  }
}

describe('nodes: the message of a line that is rejected', () => {
  it('says what of it is unsure', () => {
    const msg = () => ({ payload: '1,2,3', event: logged(1, []) }) as unknown as EventMessage
    const reasons = ['decode: columns: found 3, expected 2 columns as in the header']
    const [, rejected] = cleanMessages(msg(), { kind: 'rejected', type: 'csv', reasons, unsure: ['values'] })
    const { type, verdict, unsure } = rejected?.event ?? {}
    assert.deepEqual(
      [type, verdict, rejected?.event.reasons, unsure],
      ['csv', 'rejected', reasons, ['values']],
    )
    const [, certain] = cleanMessages(msg(), { kind: 'rejected', type: 'csv', reasons })
    assert.equal(certain?.event.unsure, undefined)
  })
})

describe('nodes: the messages of a line that gives several events', () => {
  it('have the numbers of the line, whichever of them are left out', () => {
    const formats = compileFormats([definition])
    const ids = [
      [
        { k: 'a', v: 1 },
        { k: 'b', v: 1 },
        { k: 'c', v: 1 },
      ],
      [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
        { k: 'c', v: 1 },
      ],
      [
        { k: 'a', v: 1 },
        { k: 'b', v: 2 },
        { k: 'c', v: 3 },
      ],
      [{ k: 'a', v: 4 }],
    ].map((list, i) => live(logged(i + 1, list), formats).map(({ id }) => id))
    assert.deepEqual(ids, [
      ['k3x9a7qd-1.1', 'k3x9a7qd-1.2', 'k3x9a7qd-1.3'],
      ['k3x9a7qd-2.2'],
      ['k3x9a7qd-3.3'],
      ['k3x9a7qd-4'],
    ])
  })

  it('are those of history and of the panels', () => {
    const item = fc.record({ k: fc.constantFrom('a', 'b', 'c'), v: fc.integer({ min: 0, max: 2 }) })
    fc.assert(
      fc.property(fc.array(fc.array(item, { minLength: 1, maxLength: 5 }), { maxLength: 20 }), (lines) => {
        const events = lines.map((list, i) => logged(i + 1, list))
        const [formats, ofHistory] = [compileFormats([definition]), compileFormats([definition])]
        const wanted = events.flatMap((event) => live(event, formats))
        const past = events.flatMap((event) =>
          cleanEvents(event, ofHistory.decode({ ...event, payload: event.raw })),
        )
        assert.deepEqual(past, wanted)
        const readings = events.map(({ raw, ...rest }) => ({ ...rest, kind: 'L' as const, text: raw }))
        const shown = eventsOfReadings(readings, compileFormats([definition]))
        assert.deepEqual(
          shown.map(({ id, data }) => [id, data]),
          wanted.map(({ id, data }) => [id, data]),
        )
      }),
    )
  })
})

/** The events as the clean node sends them. */
function live(event: FieldlogEvent, formats: ReturnType<typeof compileFormats>): FieldlogEvent[] {
  const msg: EventMessage = { _msgid: event.id, payload: event.raw, topic: event.source, event }
  const [clean] = cleanMessages(msg, formats.decode({ ...event, payload: event.raw }))
  return clean.map((each) => each.event)
}
