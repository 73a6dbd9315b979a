import assert from 'node:assert/strict'
import { Chip } from '../../../../lib/serial/demo/chip.ts'
import { DemoCollector } from '../../../../lib/serial/demo/collector.ts'
import { foreignNodes, roomNodes } from '../../../../lib/serial/demo/stations.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

async function connected(seed = 1, chip = new Chip(), clock = new FakeClock()) {
  const lines: string[] = []
  const collector = new DemoCollector({ clock, seed, chip })
  await collector.connect((line) => lines.push(line))
  /** The lines of the next `ms`. */
  const during = (ms: number): string[] => {
    const from = lines.length
    clock.tick(ms)
    return lines.slice(from)
  }
  return { clock, chip, lines, collector, during }
}

/** Node id and bytes of an `OK` line. */
function packet(line: string): { node: number; bytes: number[] } {
  const [, header = 0, ...bytes] = line.split(' ').map(Number)
  return { node: header & 31, bytes }
}

const packets = (lines: string[]) => lines.filter((line) => line.startsWith('OK ')).map(packet)

function roomTemperature(bytes: number[]): number {
  const raw = (bytes[2]! | (bytes[3]! << 8)) & 0x3ff
  return (raw >= 512 ? raw - 1024 : raw) / 10
}

describe('The demo collector', () => {
  it('starts with its banner and an empty flash', async () => {
    const { during } = await connected()
    assert.deepEqual(during(500), ['', '[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1', 'DF I 7935 0'])
  })

  it('shows good, bad, rejected and unknown lines in its first seconds', async () => {
    const lines = await (await connected()).during(10_000)
    const heard = packets(lines)
    assert.ok(lines.includes('OK 12 1 118 182 0'))
    assert.ok(heard.some(({ node, bytes }) => node === 5 && roomTemperature(bytes) === 51.1))
    assert.ok(heard.some(({ node, bytes }) => node === 11 && bytes.length === 3))
    for (const node of [3, 7, 9, 14, 15])
      assert.ok(
        heard.some((one) => one.node === node),
        `node ${node}`,
      )
    assert.ok(lines.some((line) => line.startsWith(' ? ')))
  })

  it('then sends one to two lines a second, of every kind', async () => {
    const { during } = await connected()
    during(10_000)
    const lines = during(3_600_000)
    assert.ok(lines.length > 3600 && lines.length < 7200, `${lines.length} lines in an hour`)
    const nodes = new Set(packets(lines).map(({ node }) => node))
    assert.deepEqual(nodes, new Set([...roomNodes, ...foreignNodes, 3, 9, 14, 15, 19]))
    const kinds = ['OK ', ' ? ', 'DF S ', ' -> ack']
    for (const kind of kinds)
      assert.ok(
        lines.some((line) => line.startsWith(kind)),
        kind,
      )
    assert.ok(lines.includes(' -> ack') && lines.some((line) => line.startsWith('OK 34 ')))
  })

  it('sends mostly plausible readings, a few bad ones, a few too short ones', async () => {
    const { during } = await connected()
    during(10_000)
    const heard = packets(during(3_600_000))
    const rooms = heard.filter(({ node }) => roomNodes.includes(node))
    const whole = rooms.filter(({ bytes }) => bytes.length === 4)
    const hot = whole.filter(({ bytes }) => roomTemperature(bytes) > 50)
    assert.ok(hot.length > 0 && hot.length < whole.length / 10)
    const short = heard.filter(({ node, bytes }) => node !== 14 && node !== 7 && bytes.length === 3)
    assert.ok(short.length > 0 && short.length < heard.length / 20)
    for (const { bytes } of whole) {
      const temp = roomTemperature(bytes)
      assert.ok((temp > 10 && temp < 26) || temp > 50, `${temp} °C`)
      assert.ok(bytes[1]! >> 1 >= 30 && bytes[1]! >> 1 <= 80)
    }
  })

  it('follows the day: warmer in the afternoon, solar power only by day, counters that go up', async () => {
    const { clock, during } = await connected()
    const noon = packets(during(3_600_000))
    clock.tick(11 * 3_600_000)
    const night = packets(during(3_600_000))
    const acw = (heard: typeof noon) =>
      heard
        .filter(({ node, bytes }) => node === 15 && bytes.length === 14)
        .map(({ bytes }) => bytes[4]! | (bytes[5]! << 8))
    assert.ok(Math.max(...acw(noon)) > 2000)
    assert.equal(Math.max(...acw(night)), 0)
    const mean = (heard: typeof noon) => {
      const values = heard
        .filter(({ node, bytes }) => node === 10 && bytes.length === 4)
        .map(({ bytes }) => roomTemperature(bytes))
        .filter((temp) => temp < 50)
      return values.reduce((sum, value) => sum + value, 0) / values.length
    }
    assert.ok(mean(noon) > mean(night) + 1)
    // after the fixed first lines, counter 2 (310 W and more) has moved on between packets
    const counters = noon.filter(({ node, bytes }) => node === 9 && bytes.length === 12).slice(1)
    const steps = counters.slice(1).map(({ bytes }, i) => {
      const before = counters[i]!.bytes
      return ((bytes[4]! | (bytes[5]! << 8)) - (before[4]! | (before[5]! << 8)) + 65_536) % 65_536
    })
    assert.ok(Math.max(...steps) <= 3 && steps.some((step) => step > 0))
  })

  it('is the same for the same seed and clock, another for another seed', async () => {
    const lines = async (seed: number) => (await connected(seed)).during(60_000)
    assert.deepEqual(await lines(1), await lines(1))
    assert.notDeepEqual(await lines(1), await lines(2))
  })

  it('saves its packets with its own seconds, and tells of each page', async () => {
    const { during } = await connected()
    const saved = during(1_200_000).filter((line) => line.startsWith('DF S '))
    const seconds = saved.map((line) => Number(line.split(' ')[4]))
    assert.ok(saved.length > 5)
    assert.equal(seconds[0], 0)
    for (let i = 1; i < seconds.length; i++) assert.ok(seconds[i]! > seconds[i - 1]! && seconds[i]! <= 1200)
    assert.equal(saved[0], 'DF S 512 1 0')
  })
})

describe('The demo collector, asked for a replay', () => {
  async function withPages() {
    const made = await connected()
    const live = made.during(600_000)
    return { ...made, live, saved: live.filter((line) => line.startsWith('DF S ')) }
  }

  function request(line: string): string {
    const [, , , seq = 0, time = 0] = line.split(' ').map(Number)
    return `${[seq >> 8, seq & 255, 0, (time >> 16) & 255, (time >> 8) & 255, time & 255]}r`
  }

  it('sends every packet that was saved after the marker', async () => {
    const { collector, during, live, saved } = await withPages()
    const marker = saved[1]!
    const asked = request(marker)
    collector.input(asked)
    const answer = during(20_000)
    const [, , page, seq] = marker.split(' ')
    const last = saved.at(-1)!.split(' ')
    const end = answer.findIndex((line) => line.startsWith('DF E '))
    const replayed = answer.slice(0, end).filter((line) => line.startsWith('R '))
    // the first saved packet after the marker's page, up to the last page's end, in the live order
    const sent = live.filter((line) => line.startsWith('OK ')).map((line) => line.slice(3))
    const stored = replayed.map((line) => line.split(' ').slice(3).join(' '))
    assert.ok(stored.length > 50)
    // a packet may be as one before it: all of them together are there once
    const places = sent.filter((_, at) => stored.every((packet, i) => sent[at + i] === packet))
    assert.equal(places.length, 1)
    const ends = answer.slice(0, end).filter((line) => line.startsWith('DF R '))
    assert.deepEqual(
      ends,
      saved.slice(2).map((line) => line.replace('DF S', 'DF R')),
    )
    assert.match(answer[end]!, new RegExp(`^DF E ${last[2]} 2 \\d+$`))
    assert.ok(Number(page) > 0 && seq === '1')
  })

  it('echoes the request and names the pages first', async () => {
    const { collector, lines, saved } = await withPages()
    const from = lines.length
    collector.input(request(saved[0]!))
    const [, , page] = saved[0]!.split(' ')
    const last = saved.at(-1)!.split(' ')[2]
    assert.deepEqual(lines.slice(from, from + 2), ['> 0,1,0,0,0,0r', `r: page ${page} ${last}`])
  })

  it('stops at any input, and goes on live', async () => {
    const { collector, lines, during, saved } = await withPages()
    collector.input(request(saved[0]!))
    during(100)
    const from = lines.length
    collector.input('x')
    assert.match(lines[from]!, /^DF R \d+ 1 \d+$/)
    assert.match(lines[from + 1]!, /^DF E \d+ 2 \d+$/)
    const after = during(60_000)
    assert.ok(after.every((line) => !line.startsWith('R ')))
    assert.ok(packets(after).length > 30)
  })

  it('hears nothing while it replays', async () => {
    const { collector, during, saved } = await withPages()
    collector.input(request(saved[0]!))
    const answer = during(30_000)
    const end = answer.findIndex((line) => line.startsWith('DF E '))
    assert.ok(end > 0 && answer.slice(0, end).every((line) => /^(R|DF R) /.test(line)))
    assert.ok(packets(answer.slice(end)).length > 10)
  })

  it('replays what it heard while nobody was connected', async () => {
    const { clock, lines, collector, during, saved } = await withPages()
    collector.disconnect()
    const from = lines.length
    clock.tick(900_000)
    assert.equal(lines.length, from)
    await collector.connect((line) => lines.push(line))
    // it was not reset: no banner, and its clock goes on
    assert.ok(during(400).every((line) => line.startsWith('OK ')))
    collector.input(request(saved.at(-1)!))
    const times = during(60_000)
      .filter((line) => line.startsWith('R 1 '))
      .map((line) => Number(line.split(' ')[2]))
    // it had been connected for 600 s
    assert.ok(times.length > 300 && times[0]! > 500 && times.at(-1)! > 1400)
  })

  it('dumps its markers, and never erases', async () => {
    const { collector, lines, during } = await withPages()
    const dump = () => {
      const from = lines.length
      collector.input('d')
      return [...lines.slice(from + 1), ...during(1000)].filter((line) => line.startsWith(' df# '))
    }
    const before = dump()
    assert.ok(before.length > 5)
    for (const line of before) assert.match(line, /^ df# \d+ : \d+ \d+ \d+$/)
    collector.input('1ew')
    assert.deepEqual(dump().slice(0, before.length), before)
    assert.ok(during(10_000).every((line) => !/^(DF W|DF E|erased)/.test(line)))
  })

  it('is switched on again when the computer slept: its clock begins at 0', async () => {
    const { clock, during } = await withPages()
    clock.step(86_400_000)
    const lines = during(10_000)
    assert.ok(lines.length < 40)
    const [boot] = lines.filter((line) => line.startsWith('DF I '))
    assert.match(boot!, /^DF I 5\d\d 2$/)
  })
})

describe('The demo collector, over a restart of the gateway', () => {
  const ok = (lines: string[]) => lines.filter((line) => line.startsWith('OK '))

  /** All packets of the pages that are saved behind a marker, as `<device second> <header> <bytes>`. */
  async function replayed(
    { collector, during }: Awaited<ReturnType<typeof connected>>,
    command: string,
  ): Promise<string[]> {
    collector.input(command)
    return during(60_000)
      .filter((line) => line.startsWith('R '))
      .map((line) => line.split(' ').slice(2).join(' '))
  }

  it('has in its flash what was on the air meanwhile, each packet once, and does not start again', async () => {
    // one gateway that runs all the time, and one that is away for a minute
    const whole = await connected()
    const first = await connected()
    const before = first.during(40_000)
    first.collector.disconnect()
    first.clock.tick(60_000)
    const second = await connected(1, first.chip, first.clock)
    const after = second.during(140_000)
    const all = whole.during(240_000)
    assert.deepEqual(before, all.slice(0, before.length))
    assert.deepEqual(ok(after), ok(all).slice(-ok(after).length))
    assert.equal(
      after.some((line) => /^(DF I|\[)/.test(line)),
      false,
    )
    // the same pages: those that were saved while nobody listened, too
    assert.ok(ok(before).length + ok(after).length < ok(all).length - 30)
    const inFlash = await replayed(second, '255,255,0,0,0,0r')
    assert.deepEqual(inFlash, await replayed(whole, '255,255,0,0,0,0r'))
    assert.deepEqual(
      inFlash.map((line) => line.split(' ').slice(1).join(' ')),
      ok(all)
        .slice(0, inFlash.length)
        .map((line) => line.slice(3)),
    )
  })

  it('goes on with its seq after a replay, and does not hear again what it missed', async () => {
    const first = await connected()
    first.during(120_000)
    await replayed(first, '0,1,0,0,0,0r')
    const saved = first.during(60_000).filter((line) => line.startsWith('DF S '))
    assert.match(saved[0]!, /^DF S \d+ 2 \d+$/)
    first.collector.disconnect()
    first.clock.tick(60_000)
    const second = await connected(1, first.chip, first.clock)
    const later = second.during(60_000).filter((line) => line.startsWith('DF S '))
    const [, , lastPage] = saved.at(-1)!.split(' ').map(Number)
    const [, , page, seq] = later[0]!.split(' ').map(Number)
    assert.ok(page! > lastPage! + 1 && seq === 2, later[0])
  })

  it('hears a day at most, and begins anew where the clock is before its own', async () => {
    const first = await connected()
    first.during(60_000)
    first.collector.disconnect()
    first.clock.tick(40 * 86_400_000)
    const second = await connected(1, first.chip, first.clock)
    second.during(60_000)
    second.collector.input('d')
    const pages = second.during(30_000).filter((line) => line.startsWith(' df# ')).length
    assert.ok(pages > 3500 && pages < 4500, `${pages} pages`)
    second.collector.disconnect()
    const third = await connected(1, first.chip, new FakeClock('2026-01-01T00:00:00Z'))
    assert.match(third.during(400)[2]!, /^DF I \d+ 2$/)
  }).timeout(20_000)
})
