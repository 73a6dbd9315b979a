// What a catch-up must bring, whatever happened. The collector is the model of `support/collector`.
import assert from 'node:assert/strict'
import { geometries } from '../../support/collector/geometry.ts'
import { fc, seeded } from '../../support/random.ts'
import { type Action, act, day, hour, live, minute, packet, settle, untilAsking } from './acts.ts'
import { found } from './found.ts'
import { gaps, House, type HouseOptions, results, startOfTime } from './house.ts'
import { assertComplete, logged } from './outcome.ts'

describe('catching up with a collector', () => {
  it('brings what came while the gateway was away, in its time', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, hour)
    settle(house)
    assertComplete(house)
    const recovered = house.journal.filter(({ kind }) => kind === 'R')
    assert.ok(recovered.length > 1_150, `${recovered.length} recovered`)
  })

  it('asks for nothing where nothing can be missing', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    const { length } = house.requests
    house.stopGateway()
    house.wait(20_000)
    house.startGateway()
    live(house, hour)
    assert.equal(house.requests.length, length)
  })

  it('asks at once where the collector was reset by the opening', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, hour)
    house.startGateway()
    house.resetCollector()
    house.wait(20_000)
    assert.equal(house.gateway!.state.state, 'live')
    assert.ok(house.journal.filter(({ kind }) => kind === 'R').length > 1_000)
    settle(house)
    assertComplete(house)
  })

  it('keeps what is due over restarts that come before it could ask', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, hour)
    // not long enough for the page to be saved
    for (let i = 0; i < 3; i++) {
      house.startGateway()
      live(house, 20_000, 4_000)
      house.stopGateway()
      house.wait(1_000)
    }
    settle(house)
    assertComplete(house)
  })

  it('goes on where an answer was cut, and does not trust its last line', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, 2 * hour)
    house.startGateway()
    untilAsking(house)
    house.wait(3_000)
    house.input('?')
    settle(house)
    assertComplete(house)
    const replays = house.requests.filter((request) => request !== 'd').length
    assert.ok(replays >= 3, `${replays} requests`)
  })

  it('goes on after a power cut in the middle of an answer, and logs nothing twice', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, 3 * hour)
    for (let i = 0; i < 3; i++) {
      house.startGateway()
      untilAsking(house)
      house.wait(4_000)
      house.stopGateway()
      house.wait(2_000)
    }
    settle(house)
    assertComplete(house)
  })

  it('notes how it ended', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, hour)
    settle(house)
    const notice = results(house).at(-1)!
    assert.equal(notice.state, 'ended')
    const { pages, packets, logged: count, duplicates, corrupt, complete, clock } = notice
    assert.deepEqual([corrupt, complete, clock], [[], true, undefined])
    assert.equal(packets, Number(count) + Number(duplicates))
    assert.ok(Number(pages) > 25, `${pages} pages`)
    assert.match(house.reports.at(-1)!, /^caught up with jee: \d+ pages, \d+ packets logged/)
  })

  it('gives the moments of a boot that nobody saw as an estimate', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, hour)
    house.resetCollector()
    live(house, hour)
    house.resetCollector()
    live(house, hour)
    settle(house)
    assertComplete(house)
    const notice = results(house).at(-1)!
    assert.equal(notice.clock, 'estimated')
    assert.ok(Number(notice.notBefore) < Number(notice.notAfter))
  })

  it('says which pages are damaged, and brings the others', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, hour)
    const { page } = house.model.onFlash().at(-5)!
    house.flash.corrupt(page, 20)
    settle(house)
    assertComplete(house)
    assert.deepEqual(results(house).at(-1)!.corrupt, [page])
  })

  it('says what was overwritten', () => {
    const house = new House({ geometry: { first: 32, limit: 64, block: 16 } })
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, 6 * hour, 20_000)
    settle(house)
    assertComplete(house)
    const [gap, ...more] = gaps(house)
    assert.deepEqual(more, [])
    const at = (time: number | null) => (Number(time) - startOfTime) / minute
    // the gateway went after an hour, and the flash holds about two hours
    assert.ok(at(gap!.from) > 50 && at(gap!.from) < 61, `from ${at(gap!.from)}`)
    assert.ok(at(gap!.to) > 4.5 * 60 && at(gap!.to) < 7 * 60, `to ${at(gap!.to)}`)
    const first = house.journal.find((item) => item.kind === 'R')
    assert.equal(first?.kind === 'R' && first.time, gap!.to)
  })

  it('never sends what could erase, power off or set anything', () => {
    const house = new House()
    house.startGateway()
    live(house, hour)
    house.stopGateway()
    live(house, hour)
    settle(house)
    assert.deepEqual(house.model.dangerousCommands, [])
    for (const request of house.requests) assert.match(request, /^(\d+,){5}\d+r$|^d$/)
  })

  it(
    'loses at most 1 % of a day’s packets where the gateway is restarted each hour: those on the air meanwhile',
    seeded(function (randomFor) {
      this.timeout(120_000)
      const random = randomFor(0)
      const house = new House()
      const packetsFor = (ms: number) => {
        for (const end = house.now + ms; house.now < end; house.wait(50 - 3_000 * Math.log(1 - random())))
          packet(house)
      }
      for (let i = 0; i < 24; i++) {
        house.startGateway()
        packetsFor(58 * minute)
        house.stopGateway()
        packetsFor(2 * minute)
      }
      settle(house)
      const had = new Set(logged(house).map(({ text }) => text))
      const missing = house.air.filter(({ text }) => !had.has(text))
      const deaf = new Map(
        house.model.lost.map(({ header, bytes, cause }) => [`OK ${[header, ...bytes].join(' ')}`, cause]),
      )
      const causes = missing.map(({ text }) => deaf.get(text))
      const count = (cause: string) => causes.filter((one) => one === cause).length
      const [replays, lists, erasing] = ['replay', 'list', 'erase'].map(count)
      process.stdout.write(
        `      of ${house.air.length} packets ${replays} were on the air during replays, ${lists} during lists, ${erasing} while a block was erased\n`,
      )
      assert.equal(replays! + lists! + erasing!, missing.length, 'nothing else is lost')
      assert.ok(missing.length <= house.air.length / 100, `${missing.length} of ${house.air.length}`)
    }),
  )

  const spacing = fc.integer({ min: 1_500, max: 120_000 })
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ does: fc.constant('live' as const), count: fc.nat(200), every: spacing }),
    },
    { weight: 2, arbitrary: fc.constant<Action>({ does: 'twins' }) },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('away' as const),
        ms: fc.oneof(fc.integer({ min: 1_000, max: 2 * hour }), fc.integer({ min: 1_000, max: 3 * day })),
        every: fc.integer({ min: 60_000, max: 600_000 }),
        resetAfter: fc.option(fc.integer({ min: 0, max: 3 * day }), { nil: undefined, freq: 5 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Action>({ does: 'reset' }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('corrupt' as const), back: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('cut' as const), after: fc.nat(4_000) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        does: fc.constant('die' as const),
        lines: fc.nat(300),
        ms: fc.integer({ min: 1_000, max: 90_000 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('resetAsking' as const), after: fc.nat(4_000) }) },
  )
  const house: fc.Arbitrary<HouseOptions> = fc.record({
    geometry: fc.constantFrom(
      geometries.mbit4,
      geometries.mbit16,
      { first: 32, limit: 64, block: 16 },
      { first: 48, limit: 144, block: 16 },
    ),
    rate: fc.constantFrom(1, 1 + 17e-6, 1 - 17e-6),
    settings: fc.constant({ longest: 100 * day }),
  })

  function happens(options: HouseOptions, actions: readonly Action[]): void {
    const home = new House(options)
    home.startGateway()
    for (const step of actions) act(home, step)
    settle(home)
    assertComplete(home)
  }

  for (const { what, house: options, actions } of found)
    it(`has every packet once where ${what}`, () => happens(options, actions))

  it('has every packet once that the flash still had, whatever happens', function () {
    this.timeout(900_000)
    const runs = Number(process.env.RUNS ?? 500)
    fc.assert(fc.property(house, fc.array(action, { minLength: 1, maxLength: 8 }), happens), {
      numRuns: runs,
      endOnFailure: true,
    })
  })
})
