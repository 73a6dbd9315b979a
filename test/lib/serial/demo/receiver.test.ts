import assert from 'node:assert/strict'
import type { Clock } from '../../../../lib/kit/clock.ts'
import { Chip } from '../../../../lib/serial/demo/chip.ts'
import { Receiver } from '../../../../lib/serial/demo/receiver.ts'
import { page512, type TranscriptStep, transcript } from '../../../support/collector/transcript.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const begin = Date.parse('2026-11-21T12:00:00Z')

/** A device whose wall clock is moved by hand: what it says takes no time. */
function device() {
  const timers = new FakeClock()
  const time = { now: begin }
  const clock: Clock = {
    wall: () => time.now,
    monotonic: () => timers.monotonic(),
    after: (ms, run) => timers.after(ms, run),
  }
  const chip = new Chip()
  const lines: string[] = []
  const receiver = new Receiver(chip, clock, {
    say: (line) => lines.push(line),
    settled: () => undefined,
    deafUntilNow: () => undefined,
  })
  return { chip, time, lines, receiver, goOn: () => timers.tick(timers.next ?? 0) }
}

/** Without the banner and the echoes, which the transcript leaves out. */
const essential = (lines: string[]) => lines.filter((line) => /^(OK|R|r:|DF) /.test(line))

describe("The demo collector's firmware", () => {
  describe('says what the transcript says', () => {
    const { chip, time, lines, receiver, goOn } = device()
    let booted = begin

    function run(step: TranscriptStep): void {
      if (step.does === 'reset') {
        booted = time.now
        receiver.reset(booted)
      } else if (step.does === 'packet') {
        const [header = 0, ...bytes] = step.ok
        time.now = Math.max(time.now, booted + step.t * 1000)
        receiver.packet(header, bytes, booted + step.t * 1000)
      } else if (step.does === 'replay') {
        time.now = booted + step.ms
        replay(step.command, step.cutAfter)
      } else damage(chip, step.page)
    }

    function replay(command: string, cutAfter = Number.POSITIVE_INFINITY): void {
      const from = lines.length
      receiver.input(command)
      while (receiver.isDeaf) {
        if (lines.slice(from).filter((line) => line.startsWith('R ')).length >= cutAfter) receiver.input('x')
        else goOn()
      }
    }

    for (const [number, step] of transcript.entries()) {
      it(`step ${number + 1}: ${step.does}`, () => {
        const from = lines.length
        run(step)
        assert.deepEqual(essential(lines.slice(from)), step.lines)
      })
    }

    it('and has the bytes of its first page', () => {
      const unused = 256 - (page512.begins.length + page512.ends.length) / 2
      const expected = page512.begins + 'ff'.repeat(unused) + page512.ends
      assert.equal(Buffer.from(chip.read(512)).toString('hex'), expected)
    })
  })

  it('tells of a saved page behind its packet, and acknowledges last', () => {
    const { lines, receiver } = device()
    receiver.reset(begin)
    receiver.packet(2, [1, 2, 3], begin + 1000)
    lines.length = 0
    receiver.packet(34, [4, 5, 6], begin + 256_000)
    assert.deepEqual(lines, ['OK 34 4 5 6', 'DF S 512 1 1', 'DF E 768', ' -> ack'])
  })

  it('gives no acknowledgement to one, and shows 20 bytes of noise', () => {
    const { lines, receiver } = device()
    receiver.packet(0xa2, [1], begin)
    receiver.noise(Array.from({ length: 22 }, (_, i) => i))
    assert.deepEqual(lines, ['OK 162 1', ' ? 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19'])
  })

  it('fills a page with 248 bytes, or 255 seconds, whichever is first', () => {
    const { lines, receiver } = device()
    receiver.reset(begin)
    // 31 entries of 8 bytes; the next one has no room
    for (let i = 0; i < 32; i++) receiver.packet(3, [1, 2, 3, 4, i], begin + i * 1000)
    const saved = () => lines.filter((line) => line.startsWith('DF S '))
    assert.deepEqual(saved(), ['DF S 512 1 0'])
    receiver.packet(3, [1], begin + (31 + 254) * 1000)
    assert.deepEqual(saved().length, 1)
    receiver.packet(3, [1], begin + (31 + 255) * 1000)
    assert.deepEqual(saved()[1], 'DF S 513 1 31')
  })

  it('cuts numbers to eight bits, and keeps those that are not given', () => {
    const { lines, receiver, goOn } = device()
    receiver.reset(begin)
    for (const t of [1, 300, 600, 900]) receiver.packet(3, [1], begin + t * 1000)
    const answer = (command: string) => {
      const from = lines.length
      receiver.input(command)
      while (receiver.isDeaf) goOn()
      return lines.slice(from, from + 2)
    }
    assert.deepEqual(answer('256,1,0,0,1,44r'), ['> 0,1,0,0,1,44r', 'r: page 513 514'])
    assert.deepEqual(answer('0r'), ['> 0r', 'r: page 513 514'])
    assert.deepEqual(answer('r'), ['> r', 'r: page 513 514'])
  })

  it('lets a line end behind the command cut the replay: its page has its end all the same', () => {
    const { lines, receiver } = device()
    receiver.reset(begin)
    for (const t of [1, 300, 600]) receiver.packet(3, [1], begin + t * 1000)
    lines.length = 0
    receiver.input('0,1,0,0,0,1r\n')
    assert.deepEqual(lines, ['> 0,1,0,0,0,1r', 'r: page 512 513', 'DF R 513 1 300', 'DF E 513 2 0'])
  })

  it('forgets the page that it was filling when it replays', () => {
    const { lines, receiver, goOn } = device()
    receiver.reset(begin)
    for (const t of [1, 300, 600]) receiver.packet(3, [1], begin + t * 1000)
    receiver.input('0,1,0,0,0,1r')
    while (receiver.isDeaf) goOn()
    lines.length = 0
    receiver.packet(3, [1], begin + 900_000)
    receiver.packet(3, [1], begin + 1_200_000)
    // the packet of 600 s is gone, and the seq has gone up
    assert.deepEqual(lines, ['OK 3 1', 'OK 3 1', 'DF S 514 2 900'])
  })

  it('lists its markers, and any byte ends that', () => {
    const { lines, receiver, goOn } = device()
    receiver.reset(begin)
    for (let t = 0; t < 12; t++) receiver.packet(3, [1], begin + t * 300_000)
    const from = lines.length
    receiver.input('d')
    while (receiver.isDeaf) goOn()
    const list = lines.slice(from + 1)
    assert.equal(list.length, 11)
    for (const line of list) assert.match(line, /^ df# \d+ : 1 \d+ \d+$/)
    receiver.input('d\n')
    assert.deepEqual(lines.slice(from + 12), ['> d', list[0]])
  })

  it('goes on at the first page of its log, with the next seq', () => {
    const { lines, receiver, time } = device()
    receiver.reset(begin)
    for (let t = 0; t <= 7425; t++) receiver.packet(3, [1], begin + t * 300_000)
    const saved = lines.filter((line) => line.startsWith('DF S '))
    assert.deepEqual(saved.slice(-2), ['DF S 7935 1 2226900', 'DF S 512 2 2227200'])
    time.now = begin + 1
    receiver.reset(time.now)
    assert.equal(lines.at(-1), 'DF I 512 3')
  })
})

function damage(chip: Chip, page: number): void {
  const bytes = Uint8Array.from(chip.read(page))
  bytes[0]! ^= 1
  chip.write(page, bytes)
}
