// What holds for the model whatever happens to it. The log is small here, so that it wraps many times.
import assert from 'node:assert/strict'
import { fc } from '../random.ts'
import { Flash, type StoredPage } from './flash.ts'
import { geometries } from './geometry.ts'
import { CollectorModel } from './model.ts'
import { crc16, entriesOf } from './page.ts'
import { essential, finish, replayCommand } from './play.ts'
import type { Printed } from './schedule.ts'

const geometry = { first: 4, limit: 20, block: 4 }

type Action =
  | { does: 'packet'; gap: number; size: number }
  | { does: 'reset' }
  | { does: 'replay'; seq: number; t: number }

/** Packets are a second apart or more, so that no two pages of one seq have the same t. */
const packet = fc.record({
  does: fc.constant('packet' as const),
  gap: fc.integer({ min: 1000, max: 200_000 }),
  size: fc.integer({ min: 0, max: 60 }),
})
const replay = fc.record({
  does: fc.constant('replay' as const),
  seq: fc.integer({ min: 0, max: 8 }),
  t: fc.integer({ min: 0, max: 5000 }),
})
const session = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: packet },
    { weight: 1, arbitrary: fc.constant<Action>({ does: 'reset' }) },
    { weight: 1, arbitrary: replay },
  ),
  { minLength: 20, maxLength: 150, size: 'max' },
)

interface Played {
  model: CollectorModel
  flash: Flash
  lines: string[]
  /** number of packets sent; each begins with its number in two bytes */
  sent: number
  now: number
}

/** A session at a baud rate; everything that a step says is said before the next one begins. */
function play(actions: readonly Action[], baud = Number.POSITIVE_INFINITY): Played {
  const flash = new Flash(geometry)
  const model = new CollectorModel({ flash, baud, help: false })
  const printed: Printed[] = [...model.reset(0), ...finish(model)]
  let sent = 0
  let now = 1000
  for (const action of actions) {
    if (action.does === 'packet') {
      now += action.gap
      printed.push(...model.packet(5, [sent >> 8, sent & 255, ...Array(action.size).fill(sent & 255)], now))
      sent++
    }
    if (action.does === 'reset') printed.push(...model.reset(now))
    if (action.does === 'replay') printed.push(...model.input(replayCommand(action.seq, action.t), now))
    printed.push(...finish(model))
    now = Math.max(now, printed.at(-1)?.ends ?? 0)
  }
  return { model, flash, lines: essential(printed), sent, now: now + 10_000 }
}

const numberOf = ({ bytes }: { bytes: readonly number[] }) => (bytes[0]! << 8) | bytes[1]!

/** The lines with which a replay gives a page. */
const linesOf = ({ page, seq, t, packets }: StoredPage) => [
  ...packets.map((each) => `R ${[seq, each.t, each.header, ...each.bytes].join(' ')}`),
  `DF R ${page} ${seq} ${t}`,
]

/**
 * The pages of a replay without a marker: from the log's first one to the last, each with its lines. What stands behind
 * the last does not come. Where the last is in the log's last block, the first block is erased, and said to be corrupt.
 */
function fromFirstPage(stored: readonly StoredPage[]): [page: number, lines: string[]][] {
  const length = stored.at(-1)!.page + 1 - geometry.first
  return Array.from({ length }, (_, place) => {
    const page = geometry.first + place
    const written = stored.find((each) => each.page === page)
    return [page, written ? linesOf(written) : [`DF C? ${page} 12543`]]
  })
}

/** What a command that is sent now makes it say, from `r:` to the one before `DF E`. */
function replayed(played: Played, seq: number, t: number): string[] {
  const { model } = played
  const printed = [...model.input(replayCommand(seq, t), played.now), ...finish(model)]
  played.now = Math.max(played.now, printed.at(-1)?.ends ?? 0)
  const lines = essential(printed)
  assert.match(lines.at(-1) ?? '', /^DF E \d+ \d+ \d+$/)
  return lines.slice(0, -1)
}

describe('whatever happens to the model of the collector', () => {
  it('each packet is on the flash, in memory, or lost for a reason that is known: once', () => {
    fc.assert(
      fc.property(session, (actions) => {
        const { model, sent } = play(actions)
        const stored = model.onFlash().flatMap(({ packets }) => packets.map(numberOf))
        const all = [...stored, ...model.inMemory().map(numberOf), ...model.lost.map(numberOf)]
        assert.deepEqual(
          all.sort((a, b) => a - b),
          Array.from({ length: sent }, (_, number) => number),
        )
      }),
    )
  })

  it('pages follow each other around the log, and seq goes up at its end, at a reset and after a replay', () => {
    fc.assert(
      fc.property(session, (actions) => {
        let [page, seq] = [geometry.limit - 1, 0]
        for (const line of play(actions).lines) {
          const [kind, first = 0, second = 0] = line.split(/ (?=\d)/).map(Number) as [
            number,
            number?,
            number?,
          ]
          assert.ok(Number.isNaN(kind))
          if (line.startsWith('DF S')) {
            page = page + 1 === geometry.limit ? geometry.first : page + 1
            if (page === geometry.first) seq++
            assert.deepEqual([first, second], [page, seq], line)
          }
          // a reset forgets the replays since the last page
          if (line.startsWith('DF I')) {
            assert.equal(first, page, line)
            assert.ok(second <= seq + 1, line)
            seq = second
          }
          if (/^DF E \d+ \d+ \d+$/.test(line)) assert.deepEqual([first, second], [page, ++seq], line)
        }
      }),
    )
  })

  it('the crc over a page is 0, and its entries are at most 254 s apart', () => {
    fc.assert(
      fc.property(session, (actions) => {
        const { model, flash } = play(actions)
        for (const { page } of model.onFlash()) {
          const bytes = flash.read(page)
          assert.equal(crc16(bytes), 0)
          const offsets = entriesOf(bytes).map(({ offset }) => offset)
          assert.deepEqual(
            offsets,
            [...offsets].sort((a, b) => a - b),
          )
          assert.ok(offsets[0] === 0 && offsets.at(-1)! <= 254, `${offsets}`)
        }
      }),
    )
  })

  it('the flash has the newest pages, and at least all but two blocks of them', () => {
    fc.assert(
      fc.property(session, (actions) => {
        const { model, lines } = play(actions)
        const saved = lines.flatMap((line) => /^DF S (.*)/.exec(line)?.[1] ?? [])
        const stored = model.onFlash().map(({ page, seq, t }) => `${page} ${seq} ${t}`)
        assert.deepEqual(stored, saved.slice(-stored.length || saved.length))
        const most = geometry.limit - geometry.first - 2 * geometry.block
        assert.ok(stored.length >= Math.min(saved.length, most), `${stored.length} of ${saved.length}`)
      }),
    )
  })

  it('a replay from a marker that was seen gives the pages after it, up to the last, and nothing else', () => {
    fc.assert(
      fc.property(session, fc.nat(), (actions, choice) => {
        const played = play(actions)
        const stored = played.model.onFlash()
        const at = stored.length > 0 ? choice % stored.length : 0
        const marker = stored[at]
        if (!marker) return
        assert.deepEqual(replayed(played, marker.seq, marker.t), [
          `r: page ${marker.page} ${stored.at(-1)!.page}`,
          ...stored.slice(at + 1).flatMap(linesOf),
        ])
      }),
    )
  })

  it('a made-up marker is taken for a page by the rule', () => {
    fc.assert(
      fc.property(session, fc.nat(12), fc.integer({ min: -1, max: 20_000 }), (actions, seq, t) => {
        const played = play(actions)
        const stored = played.model.onFlash()
        if (stored.length === 0) return
        const begin = takenFor(stored, seq, t)
        const last = stored.at(-1)!.page
        const expected = begin
          ? stored.slice(stored.indexOf(begin) + 1).flatMap(linesOf)
          : fromFirstPage(stored).flatMap(([, lines]) => lines)
        assert.deepEqual(replayed(played, seq, t), [`r: page ${begin?.page ?? 0} ${last}`, ...expected])
      }),
    )
  })

  it('corrupt pages are named with the crc over all of them, and all others come', () => {
    fc.assert(
      fc.property(session, fc.array(fc.nat(15)), fc.nat(247), (actions, choices, at) => {
        const played = play(actions)
        const stored = played.model.onFlash()
        const corrupt = new Set(choices.flatMap((choice) => stored[choice]?.page ?? []))
        for (const page of corrupt) played.flash.corrupt(page, at, 0x10)
        if (stored.length === 0) return
        const expected = fromFirstPage(stored).flatMap(([page, lines]) =>
          corrupt.has(page) ? [`DF C? ${page} ${crc16(played.flash.read(page))}`] : lines,
        )
        assert.deepEqual(replayed(played, 0xffff, 0).slice(1), expected)
      }),
    )
  })

  it('a replay that a byte cuts has given all pages but the last it names, and the next one gives the rest', () => {
    fc.assert(
      fc.property(session, fc.double({ min: 0, max: 1, noNaN: true }), (actions, place) => {
        const played = play(actions, 57_600)
        const { model } = played
        const stored = model.onFlash()
        const marker = stored[0]
        if (!marker) return
        const expected = stored.slice(1).flatMap(linesOf)
        // two bytes of framing a line; echo, `r:` and `DF E` take some 60 bytes more
        const bytes = expected.reduce((sum, line) => sum + line.length + 2, 60)
        const cutAt = played.now + (place * bytes * 10_000) / 57_600
        const printed = [
          ...model.input(replayCommand(marker.seq, marker.t), played.now),
          ...model.input([0x20], cutAt),
          ...finish(model),
        ]
        played.now = Math.max(cutAt, printed.at(-1)!.ends)
        const lines = essential(printed).slice(1, -1)
        const whole = lines.slice(
          0,
          lines.findLastIndex((line, index) => isEnd(line) && index < lines.length - 1) + 1,
        )
        assert.deepEqual(whole, expected.slice(0, whole.length))

        const resume =
          whole.length > 0 ? whole.at(-1)!.split(' ').slice(3).map(Number) : [marker.seq, marker.t]
        const rest = replayed(played, resume[0]!, resume[1]!).slice(1)
        assert.deepEqual([...whole, ...rest], expected)
      }),
    )
  })
})

describe('the log of a whole chip', () => {
  for (const [name, chip] of Object.entries(geometries)) {
    it(`wraps at the end of ${name}: on with its first page, the next seq, and the block after it erased`, () => {
      const flash = new Flash(chip)
      const model = new CollectorModel({ flash, eraseMs: 0, help: false })
      model.reset(0)
      finish(model)
      const size = chip.limit - chip.first
      const lines = Array.from({ length: size + 2 }, (_, page) =>
        model.packet(5, [page & 255], 1000 + page * 255_000),
      ).flat()
      const flashLines = essential(lines).filter((line) => !line.startsWith('OK'))
      const lastBlock = chip.limit - chip.block
      const erased = flashLines.filter((line) => line.startsWith('DF E')).slice(-3)
      assert.deepEqual(erased, [`DF E ${lastBlock}`, `DF E ${chip.first}`, `DF E ${chip.first + chip.block}`])
      assert.deepEqual(flashLines.slice(-3), [
        `DF S ${chip.limit - 1} 1 ${1 + (size - 1) * 255}`,
        `DF S ${chip.first} 2 ${1 + size * 255}`,
        `DF E ${chip.first + chip.block}`,
      ])
      assert.equal(model.onFlash().length, size - 2 * chip.block + 1)
      assert.equal(model.lostBy('erased'), 2 * chip.block)
    })
  }
})

const isEnd = (line: string) => line.startsWith('DF R')

/** The rule in plain loops: the lowest seq that is high enough, its last page that is not later, or its first page. */
function takenFor(stored: readonly StoredPage[], seq: number, t: number): StoredPage | undefined {
  let lowest = Number.POSITIVE_INFINITY
  for (const page of stored) if (page.seq >= seq && page.seq < lowest) lowest = page.seq
  let first: StoredPage | undefined
  let last: StoredPage | undefined
  for (const page of stored) {
    if (page.seq !== lowest) continue
    first ??= page
    if (page.t <= t) last = page
  }
  return last ?? first
}
