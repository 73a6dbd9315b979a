import assert from 'node:assert/strict'
import { Zone } from '../../../../lib/formats/notation/zone.ts'
import { fc } from '../../../support/random.ts'

const zones = [
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Antarctica/Troll',
  'UTC',
]

const clocks = new Map<string, Intl.DateTimeFormat>()

/** What the clocks of a zone show, by Intl alone: as the moment at which UTC's clocks show it. */
function shown(name: string, time: number): number {
  const clock =
    clocks.get(name) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' })
  clocks.set(name, clock)
  return Date.parse(`${clock.format(time).replace(' ', 'T')}Z`) + (time % 1000)
}

describe('formats: time zones', () => {
  const moments: Array<[zone: string, local: string, expected: string[]]> = [
    ['Europe/Berlin', '2026-07-01T12:00:00Z', ['2026-07-01T10:00:00.000Z']],
    ['Europe/Berlin', '2026-12-01T12:00:00Z', ['2026-12-01T11:00:00.000Z']],
    ['Europe/Berlin', '2026-10-25T01:59:59Z', ['2026-10-24T23:59:59.000Z']],
    ['Europe/Berlin', '2026-10-25T02:00:00Z', ['2026-10-25T00:00:00.000Z', '2026-10-25T01:00:00.000Z']],
    ['Europe/Berlin', '2026-10-25T02:59:59Z', ['2026-10-25T00:59:59.000Z', '2026-10-25T01:59:59.000Z']],
    ['Europe/Berlin', '2026-10-25T03:00:00Z', ['2026-10-25T02:00:00.000Z']],
    ['Europe/Berlin', '2026-03-29T01:59:59Z', ['2026-03-29T00:59:59.000Z']],
    ['Europe/Berlin', '2026-03-29T02:00:00Z', []],
    ['Europe/Berlin', '2026-03-29T02:59:59Z', []],
    ['Europe/Berlin', '2026-03-29T03:00:00Z', ['2026-03-29T01:00:00.000Z']],
    ['Australia/Lord_Howe', '2026-04-05T01:45:00Z', ['2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z']],
    ['Pacific/Apia', '2011-12-30T12:00:00Z', []],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', ['2025-12-31T18:15:00.000Z']],
    ['Europe/Berlin', '1850-01-01T00:00:00Z', ['1849-12-31T23:06:32.000Z']],
    ['Europe/Berlin', '2500-07-01T12:00:00Z', ['2500-07-01T10:00:00.000Z']],
  ]
  for (const [zone, local, expected] of moments) {
    it(`${local.slice(0, 19)} in ${zone}`, () => {
      const found = Zone.named(zone).moments(Date.parse(local))
      const list = typeof found === 'object' ? found : found === undefined ? [] : [found]
      assert.deepEqual(
        list.map((time) => new Date(time).toISOString()),
        expected,
      )
    })
  }

  it('tells summer from winter on both halves of the earth', () => {
    const summer = (zone: string, time: string) => Zone.named(zone).isSummer(Date.parse(time))
    assert.equal(summer('Europe/Berlin', '2026-07-01T00:00:00Z'), true)
    assert.equal(summer('Europe/Berlin', '2026-12-01T00:00:00Z'), false)
    assert.equal(summer('Europe/Dublin', '2026-07-01T00:00:00Z'), true)
    assert.equal(summer('America/Santiago', '2026-01-01T00:00:00Z'), true)
    assert.equal(summer('America/Santiago', '2026-07-01T00:00:00Z'), false)
    assert.equal(summer('Asia/Tokyo', '2026-07-01T00:00:00Z'), false)
  })

  it('says which name is none', () => {
    assert.throws(() => Zone.named('Europe/Berln'), /there is no time zone "Europe\/Berln"/)
  })

  it('gives back each moment for what the clocks show then', () => {
    const changes = [0, 1, -1, 3_600_000, -3_600_000, 1_800_000]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.oneof(
          fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2099, 0, 1) }),
          // near the change of Europe's clocks
          fc
            .tuple(fc.constantFrom(...changes), fc.integer({ min: -7200, max: 7200 }))
            .map(([change, seconds]) => Date.UTC(2026, 9, 25, 1) + change + seconds * 1000),
        ),
        (name, time) => {
          const zone = Zone.named(name)
          const local = shown(name, time)
          const found = zone.moments(local)
          const list = typeof found === 'object' ? found : [found]
          assert.ok(list.includes(time), `${name}: ${new Date(time).toISOString()} is not among ${list}`)
          for (const each of list) assert.equal(shown(name, each as number), local)
          assert.equal(zone.offsetAt(time), local - time)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('finds no moment for a time that no clock shows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago'),
        fc.integer({ min: 1980, max: 2037 }),
        fc.integer({ min: 0, max: 366 * 96 }),
        (name, year, quarters) => {
          const local = Date.UTC(year, 0, 1) + quarters * 900_000
          if (Zone.named(name).moments(local) !== undefined) return
          // around every clock's offset there is none that shows it
          for (let offset = -14 * 4; offset <= 14 * 4; offset++) {
            assert.notEqual(shown(name, local - offset * 900_000), local)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
