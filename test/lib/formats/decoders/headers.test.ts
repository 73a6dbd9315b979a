// Headers that come among the lines of a CSV stream.
import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import type {
  ColumnsDecoder,
  FormatDefinition,
  Recogniser,
} from '../../../../lib/formats/model/definition.ts'
import { EventMemory } from '../../../../lib/formats/model/memory.ts'
import { fc } from '../../../support/random.ts'
import { format, number } from '../helper.ts'
import { outcomes, restored, type SeriesOptions } from '../series.ts'

function csv(rest: Partial<ColumnsDecoder> = {}, takes?: Recogniser): FormatDefinition {
  const definition = format(
    { kind: 'columns', headers: true, ...rest },
    [
      { name: 'at', from: 'time', type: 'time', hidden: true },
      number('temp'),
      number('humi'),
      number('press'),
    ],
    takes,
    { time: 'at' },
  )
  assert.deepEqual(checkDefinition(definition), [])
  return definition
}

/** The data of each line's event with `?` where it is unsure, or what else became of it. */
function read(definition: FormatDefinition, lines: string[], options?: SeriesOptions): unknown[] {
  return outcomes(definition, lines, options).map((outcome) => {
    if (outcome.kind !== 'clean') return outcome.kind === 'unknown' ? 'unknown' : outcome.reasons[0]
    const [event] = outcome.events
    return event?.unsure === undefined ? event?.data : { ...event.data, unsure: event.unsure }
  })
}

const heading = (names: string[]) =>
  `heading: found the columns ${JSON.stringify(names)}, which hold from here on`

describe('formats: headers among the lines of CSV', () => {
  it('set the columns from there on, in any order', () => {
    const lines = [
      '"time","temp","humi"',
      '2026-11-21T18:00:00Z,21.5,48',
      '"time","temp","humi"',
      '2026-11-21T18:02:00Z,21.7,47',
      '"time","humi","temp","press"',
      '2026-11-21T18:03:00Z,46,21.8,1013.2',
      '2026-11-21T18:04:00Z,46,21.9',
      'time,press',
      '2026-11-21T18:05:00Z,1013.3,',
    ]
    assert.deepEqual(read(csv(), lines), [
      heading(['time', 'temp', 'humi']),
      { temp: 21.5, humi: 48 },
      heading(['time', 'temp', 'humi']),
      { temp: 21.7, humi: 47 },
      heading(['time', 'humi', 'temp', 'press']),
      { temp: 21.8, humi: 46, press: 1013.2 },
      'decode: columns: found 3, expected 4 columns as in the header',
      heading(['time', 'press']),
      { press: 1013.3 },
    ])
  })

  it('hold by the definition before the first of them', () => {
    const lines = ['2026-11-21T18:00:00Z,21.5,48', 'time,humi,temp', '2026-11-21T18:00:00Z,48,21.5']
    assert.deepEqual(read(csv({ header: ['time', 'temp', 'humi'] }), lines), [
      { temp: 21.5, humi: 48 },
      heading(['time', 'humi', 'temp']),
      { temp: 21.5, humi: 48 },
    ])
    assert.deepEqual(read(csv(), lines)[0], 'decode: fields: found none of them, expected one at least')
  })

  it('are told from values', () => {
    const definition = csv({ header: ['time', 'temp', 'humi'] })
    const values = ['temp,21,5', 'temp,humi,48', 'temp,temp,humi', 'a,b,c', 'temp,,humi', 'temp,x,y']
    for (const line of values) assert.doesNotMatch(String(read(definition, [line])[0]), /^heading/, line)
  })

  it('may have other columns that no field wants, and a separator at the end', () => {
    const lines = ['node;temp;battery;', 'a7;21.5;2.9;']
    assert.deepEqual(read(csv({ delimiter: ';', header: ['temp', 'node'] }), lines), [
      heading(['node', 'temp', 'battery']),
      { temp: 21.5 },
    ])
  })

  it('behind a prefix', () => {
    const lines = [
      'WX time,temp',
      'WX 2026-11-21T18:00:00Z,21.5',
      'time,humi',
      'WX 2026-11-21T18:00:00Z,21.6',
    ]
    assert.deepEqual(read(csv({}, { prefix: 'WX ' }), lines), [
      heading(['time', 'temp']),
      { temp: 21.5 },
      'unknown',
      { temp: 21.6 },
    ])
  })

  it('a replay of any line gives what the first time gave, also after a restart', () => {
    const line = fc.constantFrom('time,temp,humi', 'time,humi,temp', 'temp,press', '0,1,2', '3,4', '5,6,7')
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), fc.nat(30), (lines, cut) => {
        const definition = csv({ header: ['time', 'temp', 'humi'] })
        const memory = new EventMemory()
        const first = read(definition, lines, { memory })
        assert.deepEqual(read(definition, lines, { memory }), first)
        const at = Math.min(cut, lines.length)
        const early = new EventMemory()
        read(definition, lines.slice(0, at), { memory: early })
        const rest = read(definition, lines.slice(at), { memory: restored(early, at), first: at + 1 })
        assert.deepEqual(rest, first.slice(at))
        // a process that knows nothing of what came before says so
        const blind = read(definition, lines.slice(at), {
          memory: new EventMemory({ isWhole: false }),
          first: at + 1,
        })
        for (const [i, found] of blind.entries()) {
          const isMarked = typeof found === 'object' && found !== null && 'unsure' in found
          const isRejected = typeof found === 'string' && found.startsWith('decode')
          if (!isMarked && !isRejected) assert.deepEqual(found, first[at + i])
        }
      }),
    )
  })

  it('are not forgotten while lines follow them, whatever else is remembered', () => {
    const limits = { ofSeries: 10, events: 20, timesOfSeries: 10, times: 20 }
    const memory = new EventMemory({ limits })
    const definition = csv({ header: ['time', 'temp', 'humi'] })
    const formats = outcomes(definition, ['time,humi,temp'], { memory })
    assert.equal(formats[0]?.kind, 'suppressed')
    for (let seq = 2; seq < 100; seq += 2) {
      // another source's headers
      const place = { id: `e-${seq}`, seq, part: 0, time: 0, received: 0, isLate: false }
      const name = `other ${seq}`
      const series = memory.series(name, place)
      assert.ok(series)
      memory.add(name, series, { id: `e-${seq}`, seq, part: 0 })
      assert.deepEqual(read(definition, ['0,48,21.5'], { memory, first: seq + 1 }), [
        { temp: 21.5, humi: 48 },
      ])
    }
  })

  it('without the option a line that is the header is not taken', () => {
    const definition = format({ kind: 'columns', header: ['temp', 'humi'] }, [number('temp'), number('humi')])
    assert.deepEqual(read(definition, ['temp,humi', '1,2']), ['unknown', { temp: 1, humi: 2 }])
  })
})
