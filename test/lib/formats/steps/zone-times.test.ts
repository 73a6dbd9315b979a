// Device times in a time zone: local times, their hours that come twice or never, times without a date.
import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import type { FieldDefinition, FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import { EventMemory } from '../../../../lib/formats/model/memory.ts'
import { fc } from '../../../support/random.ts'
import { format, text } from '../helper.ts'
import { longAfter, outcomes, restored, type SeriesOptions, timeOf } from '../series.ts'

function timed(field: Partial<FieldDefinition>, rest: Partial<FormatDefinition> = {}): FormatDefinition {
  const definition = format(
    { kind: 'columns', delimiter: ';' },
    [
      { name: 'at', from: 0, type: 'time', hidden: true, ...field },
      text('v', { from: 1 }),
      text('k', { from: 2, hidden: true }),
    ],
    undefined,
    { time: 'at', key: ['k'], ...rest },
  )
  assert.deepEqual(checkDefinition(definition), [])
  return definition
}

function times(definition: FormatDefinition, texts: string[], options: SeriesOptions = {}): string[] {
  return outcomes(
    definition,
    texts.map((each) => (each.includes(';') ? each : `${each};x`)),
    options,
  ).map(timeOf)
}

const german = { time: 'pattern', pattern: 'DD.MM.YYYY HH:mm:ss', zone: 'Europe/Berlin' } as const

describe('formats: times of a time zone', () => {
  const cases: Array<[field: Partial<FieldDefinition>, found: string, expected: string]> = [
    [german, '01.07.2026 12:00:00', '2026-07-01T10:00:00.000Z'],
    [german, '01.12.2026 12:00:00', '2026-12-01T11:00:00.000Z'],
    [german, '30.02.2026 12:00:00', 'none'],
    [
      german,
      '29.03.2026 02:30:00',
      'zone: at: found 2026-03-29 02:30:00, which clocks in Europe/Berlin never show, expected a time that exists',
    ],
    [german, '29.03.2026 03:00:00', '2026-03-29T01:00:00.000Z'],
    [{ zone: 'Europe/Amsterdam' }, '2022-12-14 08:38:11', '2022-12-14T07:38:11.000Z'],
    [{ zone: 'Europe/Amsterdam' }, '2022-12-14T08:38:11Z', '2022-12-14T08:38:11.000Z'],
    [{ zone: 'Europe/Amsterdam' }, '2022-12-14T08:38:11-05:00', '2022-12-14T13:38:11.000Z'],
    [{ zone: 'Europe/Amsterdam' }, '20220714083811', '2022-07-14T06:38:11.000Z'],
    [{ zone: 'Europe/Amsterdam' }, '1671003491', '2022-12-14T07:38:11.000Z'],
    [{ zone: 'Europe/Amsterdam', time: 'iso' }, '2022-07-14', '2022-07-13T22:00:00.000Z'],
    [{ time: 'pattern', pattern: 'DDMMYY HHmmss' }, '130998 115507', '1998-09-13T11:55:07.000Z'],
    [{ time: 'pattern', pattern: 'YY/MM/DD' }, '26/11/21', '2026-11-21T00:00:00.000Z'],
  ]
  for (const [field, found, expected] of cases) {
    it(`${found} by ${JSON.stringify(field)}`, () =>
      assert.deepEqual(times(timed(field), [found]), [expected]))
  }

  it("the zone may be the format's, and a field may have its own", () => {
    const ofFormat = timed({}, { zone: 'Asia/Kathmandu' })
    assert.deepEqual(times(ofFormat, ['2026-01-01 05:45:00']), ['2026-01-01T00:00:00.000Z'])
    const own = timed({ zone: 'UTC' }, { zone: 'Asia/Kathmandu' })
    assert.deepEqual(times(own, ['2026-01-01 05:45:00']), ['2026-01-01T05:45:00.000Z'])
  })

  it('a computed time is one of the zone, too', () => {
    const definition = timed(
      { computed: "v + ' ' + k", from: undefined as never },
      { zone: 'Europe/Berlin', key: [] },
    )
    delete definition.fields[0]?.from
    assert.deepEqual(times(definition, ['0;2026-07-01;12:00:00']), ['2026-07-01T10:00:00.000Z'])
  })

  describe('the hour that comes twice', () => {
    it('is told apart by order', () => {
      const lines = [
        '25.10.2026 01:30:00',
        '25.10.2026 02:30:00',
        '25.10.2026 02:30:00',
        '25.10.2026 03:30:00',
      ]
      assert.deepEqual(times(timed(german), lines), [
        '2026-10-24T23:30:00.000Z',
        '2026-10-25T00:30:00.000Z',
        '2026-10-25T01:30:00.000Z',
        '2026-10-25T02:30:00.000Z',
      ])
    })

    it('in steps of minutes: the first pass, then the second', () => {
      const minutes = (hour: string, list: string[]) =>
        list.map((minute) => `25.10.2026 ${hour}:${minute}:00`)
      const lines = [
        ...minutes('01', ['55']),
        ...minutes('02', ['00', '20', '40', '59', '00', '20', '40', '59']),
        ...minutes('03', ['00']),
      ]
      const found = times(timed(german), lines)
      assert.deepEqual(
        found.map((time) => time.slice(11, 16)),
        ['23:55', '00:00', '00:20', '00:40', '00:59', '01:00', '01:20', '01:40', '01:59', '02:00'],
      )
    })

    it('by the time of receipt where it is near to one of them, whatever the order says', () => {
      const first = Date.UTC(2026, 9, 25, 0, 30)
      const twice = ['25.10.2026 02:30:00', '25.10.2026 02:30:00']
      // the device repeats itself within seconds
      const repeated = times(timed(german), twice, { received: (seq) => first + seq * 1000 })
      assert.deepEqual(repeated, ['2026-10-25T00:30:00.000Z', '2026-10-25T00:30:00.000Z'])
      // the first pass was not heard
      const second = times(timed(german), twice.slice(1), { received: () => first + 3_600_000 })
      assert.deepEqual(second, ['2026-10-25T01:30:00.000Z'])
    })

    it('is unsure where nothing tells: the first pass', () => {
      assert.deepEqual(times(timed(german), ['25.10.2026 02:30:00']), ['2026-10-25T00:30:00.000Z ?'])
      // time went back: the second pass
      const back = ['25.10.2026 04:00:00', '25.10.2026 02:30:00']
      assert.deepEqual(times(timed(german), back)[1], '2026-10-25T01:30:00.000Z ?')
    })

    it('each source and key has its own order', () => {
      const lines = [
        '25.10.2026 01:30:00;x;a',
        '25.10.2026 01:30:00;x;b',
        '25.10.2026 02:30:00;x;a',
        '25.10.2026 02:30:00;x;b',
      ]
      assert.deepEqual(times(timed(german), lines).slice(2), [
        '2026-10-25T00:30:00.000Z',
        '2026-10-25T00:30:00.000Z',
      ])
    })

    it('a replay and a restart in the middle give the same', () => {
      const lines = [
        '25.10.2026 01:30:00',
        '25.10.2026 02:30:00',
        '25.10.2026 02:30:00',
        '25.10.2026 03:30:00',
      ]
      const memory = new EventMemory()
      const first = times(timed(german), lines, { memory })
      assert.deepEqual(times(timed(german), lines, { memory }), first)
      const early = new EventMemory()
      times(timed(german), lines.slice(0, 2), { memory: early })
      const later = times(timed(german), lines.slice(2), { memory: restored(early, 2), first: 3 })
      assert.deepEqual(later, first.slice(2))
    })
  })

  describe('the letter of summer and winter time', () => {
    const p1 = { time: 'pattern', pattern: 'YYMMDDHHmmssSW', zone: 'Europe/Amsterdam' } as const
    const letters: Array<[found: string, expected: string]> = [
      ['260701120000S', '2026-07-01T10:00:00.000Z'],
      ['261201120000W', '2026-12-01T11:00:00.000Z'],
      ['261025023000S', '2026-10-25T00:30:00.000Z'],
      ['261025023000W', '2026-10-25T01:30:00.000Z'],
      ['261201120000X', 'none'],
      [
        '261201120000S',
        'zone: at: found 2026-12-01 12:00:00, which clocks in Europe/Amsterdam never show in summer, expected a time that exists',
      ],
    ]
    for (const [found, expected] of letters) {
      it(found, () => assert.deepEqual(times(timed(p1), [found]), [expected]))
    }
  })

  describe('without a date', () => {
    const clock = { time: 'pattern', pattern: 'HH:mm:ss' } as const
    const near: Array<[field: Partial<FieldDefinition>, received: string, found: string, expected: string]> =
      [
        [clock, '2026-11-21T12:00:05Z', '12:00:00', '2026-11-21T12:00:00.000Z'],
        [clock, '2026-11-22T00:00:01Z', '23:59:59', '2026-11-21T23:59:59.000Z'],
        [clock, '2026-11-21T23:59:59Z', '00:00:01', '2026-11-22T00:00:01.000Z'],
        [clock, '2026-01-01T00:00:01Z', '23:59:59', '2025-12-31T23:59:59.000Z'],
        [{ ...clock, zone: 'Europe/Berlin' }, '2026-07-01T22:00:05Z', '00:00:00', '2026-07-01T22:00:00.000Z'],
        [{ ...clock, zone: 'Europe/Berlin' }, '2026-10-25T01:31:00Z', '02:30:00', '2026-10-25T01:30:00.000Z'],
        [{ ...clock, zone: 'Europe/Berlin' }, '2026-10-25T00:31:00Z', '02:30:00', '2026-10-25T00:30:00.000Z'],
        [
          { ...clock, zone: 'Europe/Berlin' },
          '2026-03-29T01:30:00Z',
          '02:30:00',
          'zone: at: found 2026-03-29 02:30:00, which clocks in Europe/Berlin never show, expected a time that exists',
        ],
        [
          { time: 'pattern', pattern: 'HHmmss.SSS' },
          '2026-11-21T12:00:05Z',
          '115959.250',
          '2026-11-21T11:59:59.250Z',
        ],
        [
          { time: 'pattern', pattern: 'HH:mmZ' },
          '2026-11-21T12:00:05Z',
          '13:00+01:00',
          '2026-11-21T12:00:00.000Z',
        ],
        [
          { time: 'pattern', pattern: 'MM-DD HH:mm' },
          '2026-01-01T00:10:00Z',
          '12-31 23:59',
          '2025-12-31T23:59:00.000Z',
        ],
        [
          { time: 'pattern', pattern: 'MM-DD HH:mm' },
          '2026-03-01T00:10:00Z',
          '02-28 23:59',
          '2026-02-28T23:59:00.000Z',
        ],
      ]
    for (const [field, received, found, expected] of near) {
      it(`${found} received at ${received}${field.zone === undefined ? '' : ` in ${field.zone}`}`, () => {
        assert.deepEqual(times(timed(field), [found], { received: () => Date.parse(received) }), [expected])
      })
    }
  })

  it('what the clocks of a zone show gives back the moment', () => {
    const shown = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    })
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1981, 0, 1), max: Date.UTC(2037, 0, 1) }),
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (start, steps, isLive) => {
          let time = Math.floor(start / 1000) * 1000
          const moments = [time]
          for (const step of steps) {
            time += step * 1000
            moments.push(time)
          }
          const found = times(
            timed({}, { zone: 'Europe/Berlin' }),
            moments.map((moment) => shown.format(moment)),
            { received: (seq) => (isLive ? (moments[seq - 1] as number) + 900 : longAfter * 2) },
          )
          for (const [i, moment] of moments.entries()) {
            if (found[i]?.endsWith('?')) continue
            const isDue = isLive || moment - (moments[i - 1] ?? moment) < 3_600_000
            if (isDue) assert.equal(found[i], new Date(moment).toISOString())
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('in the autumn of every year, minute by minute and in one go', () => {
    const shown = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    })
    for (let year = 1996; year < 2030; year++) {
      const sunday = 31 - new Date(Date.UTC(year, 9, 31)).getUTCDay()
      const moments = Array.from({ length: 60 }, (_, i) => Date.UTC(year, 9, sunday, 0, i * 3 - 30))
      const found = times(
        timed({}, { zone: 'Europe/Berlin' }),
        moments.map((moment) => shown.format(moment)),
      )
      assert.deepEqual(
        found,
        moments.map((moment) => new Date(moment).toISOString()),
      )
    }
  })
})
