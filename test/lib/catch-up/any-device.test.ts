// Catching up with a device that is no collector: a request and patterns, as the user sets them.
import assert from 'node:assert/strict'
import { AnyDevice } from '../../../lib/catch-up/any-device.ts'
import { AnyDeviceMemory } from '../../../lib/catch-up/any-device-memory.ts'
import {
  type AnyDeviceSettings,
  anyDeviceDefaults,
  anyDeviceProblems,
  requestText,
} from '../../../lib/catch-up/any-device-settings.ts'
import type { Given } from '../../../lib/catch-up/events.ts'
import type { Observed } from '../../../lib/catch-up/memory.ts'
import type { AnyDeviceNotice } from '../../../lib/catch-up/notice.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { fc } from '../../support/random.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')
/** A logger that numbers its lines: `#17 21.5`, and says of old ones when they were. */
const logger: AnyDeviceSettings = {
  ...anyDeviceDefaults,
  request: 'SINCE {seq} {time}\\r\\n',
  replayed: '^H (?<time>\\S+) (?<text>.*)$',
  end: '^END',
  number: '^#(?<seq>\\d+)',
}

interface Logged {
  text: string
  received: number
  time?: number
  notice?: AnyDeviceNotice
}

/** A gateway with its journal, of which starts know no more than is in it. */
class Gateway {
  readonly clock = new FakeClock(noon)
  readonly journal: Logged[] = []
  readonly sent: string[] = []
  readonly reports: string[] = []
  readonly settings: AnyDeviceSettings
  /** entries that are still written before it is killed */
  lifetime = Number.POSITIVE_INFINITY
  device: AnyDevice<Observed>

  constructor(settings: Partial<AnyDeviceSettings> = {}) {
    this.settings = { ...logger, ...settings }
    this.device = this.start()
  }

  start(): AnyDevice<Observed> {
    this.clock.forget()
    this.lifetime = Number.POSITIVE_INFINITY
    const memory = new AnyDeviceMemory(this.settings)
    for (const { notice, ...entry } of this.journal) {
      if (notice) memory.noted(notice)
      memory.observe(entry)
    }
    this.device = new AnyDevice('dl', this.settings, this.clock, {
      give: (given) => this.#log(given),
      send: async (text) => {
        this.sent.push(text)
      },
      changed: () => undefined,
      report: (_level, text) => this.reports.push(text),
    })
    this.device.connected()
    this.device.start(memory)
    return this.device
  }

  says(...texts: string[]): void {
    for (const text of texts) this.device.line({ text, received: this.clock.wall() })
  }

  get texts(): string[] {
    return this.journal.map(({ text, time }) =>
      time === undefined ? text : `${text} @${(time - noon) / 1000}`,
    )
  }

  get notices(): AnyDeviceNotice[] {
    return this.journal.flatMap(({ notice }) => (notice ? [notice] : []))
  }

  #log({ line, recovered, notice }: Given<Observed>): void {
    if (this.lifetime-- <= 0) return
    this.journal.push({
      text: recovered?.text ?? String(line.text),
      received: line.received,
      ...(recovered && { time: recovered.time }),
      ...(notice?.kind === 'catchup' && 'since' in notice && { notice }),
    })
  }
}

const at = (second: number) => String(noon / 1000 + second)

/** A gateway that logged two lines, was away for five minutes, and has just asked. */
function asking(settings: Partial<AnyDeviceSettings> = {}): Gateway {
  const gateway = new Gateway(settings)
  gateway.says('#17 21.5', 'hello')
  gateway.clock.tick(300_000)
  gateway.start()
  gateway.clock.tick(2_000)
  return gateway
}

describe('catching up with any other device', () => {
  it('asks with what was logged last, and logs the answer in its times', () => {
    const gateway = asking()
    assert.deepEqual(gateway.sent, [`SINCE 17 ${at(0)}\r\n`])
    assert.equal(gateway.device.isAsking, true)
    gateway.says(`H ${at(60)} #18 21.6`, '#21 22.0', `H ${at(120)} #19 21.7`, 'END 2')
    assert.deepEqual(gateway.texts.slice(2), ['#18 21.6 @60', '#21 22.0', '#19 21.7 @120', 'END 2'])
    assert.deepEqual([gateway.device.state, gateway.device.isAsking], [{ state: 'live' }, false])
    const [due, ended] = gateway.notices
    assert.deepEqual(due, { kind: 'catchup', source: 'dl', state: 'due', since: noon, number: '17' })
    const { state, lines, logged, duplicates, from, to, complete } = ended!
    assert.deepEqual([state, lines, logged, duplicates, complete], ['ended', 2, 2, 0, true])
    assert.deepEqual([from, to], [noon + 60_000, noon + 120_000])
    assert.deepEqual(gateway.reports, ['caught up with dl: 2 lines, 2 logged, 0 were logged before'])
  })

  it('asks for nothing where the pause was short, or where it knows nothing and the user does not want it', () => {
    const gateway = new Gateway()
    gateway.clock.tick(10_000)
    gateway.says('#1 1')
    gateway.clock.tick(50_000)
    gateway.start()
    gateway.clock.tick(60_000)
    assert.deepEqual([gateway.sent, gateway.device.state], [[], { state: 'live' }])
  })

  it('asks at the first time for as much as it may, where the user wants it', () => {
    const gateway = new Gateway({
      firstTime: true,
      request: '{days} {isotime} {seq}',
      longest: 2 * 86_400_000,
    })
    gateway.clock.tick(2_000)
    assert.deepEqual(gateway.sent, ['2 2026-11-19T12:00:02Z 0'])
  })

  it('leaves out what was logged, each line once', () => {
    const gateway = asking()
    gateway.says(`H ${at(0)} #17 21.5`, `H ${at(1)} hello`, `H ${at(1)} hello`, 'END')
    assert.deepEqual(gateway.texts.slice(2), ['hello @1', 'END'])
    assert.deepEqual(gateway.notices.at(-1)!.duplicates, 2)
  })

  it('understands ages, seconds, milliseconds and times of day with and without a zone', () => {
    const gateway = asking({ replayed: '^H (?:age (?<age>\\d+)|(?<time>[^ ]+)) (?<text>.*)$' })
    gateway.says(
      'H age 90 a',
      `H ${noon + 5} b`,
      'H 2026-11-21T12:00:30 c',
      'H 2026-11-21T14:01:00.5+02:00 d',
      'END',
    )
    // it is 302 s past noon
    assert.deepEqual(gateway.texts.slice(2, 6), ['a @212', 'b @0.005', 'c @30', 'd @60.5'])
  })

  it('logs a line as it came where its moment cannot be, and says how many', () => {
    const gateway = asking()
    gateway.says('H 12 a', 'H soon b', `H ${at(90_000)} c`, 'END')
    assert.deepEqual(gateway.texts.slice(2), ['H 12 a', 'H soon b', `H ${at(90_000)} c`, 'END'])
    assert.equal(gateway.notices.at(-1)!.unplaced, 3)
  })

  it('ends at its time limit where no pattern tells the end', () => {
    const gateway = asking({ end: '', timeLimit: 4_000 })
    gateway.says(`H ${at(60)} #18 21.6`)
    gateway.clock.tick(3_900)
    gateway.says(`H ${at(61)} #19 21.6`)
    gateway.clock.tick(3_900)
    assert.equal(gateway.device.isAsking, true)
    gateway.clock.tick(200)
    assert.equal(gateway.device.state.state, 'live')
    gateway.says('#20 1')
    assert.equal(gateway.notices.at(-1)!.state, 'ended')
  })

  it('is asked five times where it does not answer, live lines or not, and then at the next connection', () => {
    const gateway = asking({ timeLimit: 10_000 })
    const times: number[] = []
    for (let second = 0, { length } = gateway.sent; second < 600; second++) {
      gateway.clock.tick(1_000)
      gateway.says('#30 1')
      if (gateway.sent.length > length) times.push(second + 1)
      length = gateway.sent.length
    }
    assert.deepEqual(times, [15, 55, 185, 315])
    assert.match(gateway.reports.at(-1)!, /^dl could not be asked for all .* there is no answer, 5 times/)
    assert.deepEqual([gateway.notices.at(-1)!.state, gateway.notices.at(-1)!.complete], ['due', false])
    gateway.device.disconnected()
    gateway.device.connected()
    gateway.clock.tick(2_000)
    // since the pause, though lines were logged meanwhile
    assert.equal(gateway.sent.at(-1), `SINCE 17 ${at(0)}\r\n`)
  })

  it('is asked again where the answer stops, or something else was sent meanwhile; nothing is logged twice', () => {
    const gateway = asking()
    gateway.says(`H ${at(60)} #18 21.6`)
    gateway.clock.tick(15_000)
    assert.equal(gateway.sent.length, 2)
    gateway.says(`H ${at(60)} #18 21.6`)
    gateway.device.sent()
    gateway.says('END')
    gateway.clock.tick(30_000)
    assert.equal(gateway.sent.length, 3)
    gateway.says(`H ${at(60)} #18 21.6`, `H ${at(90)} #19 21.6`, 'END')
    assert.deepEqual(gateway.texts.slice(2), ['#18 21.6 @60', 'END', '#19 21.6 @90', 'END'])
    assert.equal(gateway.device.state.state, 'live')
  })

  it('loses nothing and logs nothing twice, wherever the gateway is killed in an answer', () => {
    const readings = fc.array(fc.record({ second: fc.integer({ min: 1, max: 290 }), value: fc.nat(3) }), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(readings, fc.array(fc.nat(30), { maxLength: 4 }), (kept, kills) => {
        const answer = kept
          .map(({ second, value }, index) => `H ${at(second)} #${18 + index} ${value}`)
          .concat('END')
        const gateway = asking()
        for (const lines of kills) {
          gateway.lifetime = lines
          gateway.says(...answer)
          gateway.clock.tick(5_000)
          gateway.start()
          gateway.clock.tick(2_000)
        }
        gateway.says(...answer)
        const recovered = gateway.texts.filter((text) => text.includes('@')).sort()
        assert.deepEqual(
          recovered,
          kept.map(({ second, value }, index) => `#${18 + index} ${value} @${second}`).sort(),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('says what is wrong with a setting', () => {
    const problems = anyDeviceProblems({
      ...logger,
      request: '',
      replayed: '(?<time>.)',
      end: '(',
      number: 'x',
      missing: 0,
    })
    assert.deepEqual(Object.keys(problems).sort(), ['end', 'missing', 'number', 'replayed', 'request'])
    assert.equal(problems.replayed, 'must have a group (?<text>…), and (?<time>…) or (?<age>…)')
    assert.deepEqual(anyDeviceProblems(logger), {})
    assert.match(anyDeviceProblems({ ...logger, end: '(?=x)' }).end!, /not available in RE2/)
  })

  it('is not held up by any pattern', () => {
    const gateway = asking({ replayed: '^H (?<time>(a+)+) (?<text>(b|bb)*)$' })
    const begun = performance.now()
    for (let i = 0; i < 20; i++)
      gateway.says(`H ${'a'.repeat(2_000)}! ${'b'.repeat(2_000)}c`, 'a'.repeat(1_000_000))
    const took = performance.now() - begun
    assert.ok(took < 5_000, `${took} ms`)
    assert.equal(gateway.texts.length, 42)
  })

  it('sends what stands in no braces as it is', () => {
    assert.equal(requestText('{x} {seq}\\t$1 {time}\\n', 5_999, 100_000, '7'), '{x} 7\t$1 5\n')
  })
})
