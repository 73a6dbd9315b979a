import assert from 'node:assert/strict'
import { configuration } from './banner.ts'
import { Flash } from './flash.ts'
import { geometries } from './geometry.ts'
import { CollectorModel, type CollectorOptions } from './model.ts'
import { crc16 } from './page.ts'
import { essential, finish, replayCommand } from './play.ts'
import { page512, type TranscriptStep, transcript } from './transcript.ts'

/** Lines take far less than a millisecond, so that a byte fits between two of them and no clock shows it. */
const fast: CollectorOptions = { baud: 1e9, bootMs: 0, eraseMs: 0 }

describe('the model of the collector', () => {
  describe('says what the transcript says', () => {
    const flash = new Flash(geometries.mbit16)
    const model = new CollectorModel({ flash, ...fast })
    let bootedAt = 0
    let now = 0

    const does = (step: TranscriptStep): string[] => {
      if (step.does === 'damage') flash.corrupt(step.page)
      if (step.does === 'reset') {
        bootedAt = now
        return essential([...model.reset(now), ...finish(model)])
      }
      if (step.does === 'packet') {
        const [header, ...bytes] = step.ok as [number, ...number[]]
        now = Math.max(now, bootedAt + step.t * 1000)
        return essential([...model.packet(header, bytes, now), ...finish(model)])
      }
      if (step.does === 'replay') {
        now = bootedAt + step.ms
        const before = model.input(Buffer.from(step.command), now)
        const cut = step.cutAfter === undefined ? [] : cutAfter(model, step.cutAfter)
        return essential([...before, ...cut, ...finish(model)])
      }
      return []
    }

    for (const [number, step] of transcript.entries()) {
      it(`step ${number + 1}: ${step.does}`, () => {
        assert.deepEqual(does(step), step.lines)
      })
    }

    it('and has the bytes of its first page', () => {
      const bytes = flash.read(512)
      const unused = 256 - (page512.begins.length + page512.ends.length) / 2
      assert.equal(Buffer.from(bytes).toString('hex'), page512.begins + 'ff'.repeat(unused) + page512.ends)
      assert.equal(crc16(bytes.subarray(0, 254)), page512.crc)
      assert.equal(flash.storedCrc(512), page512.crc)
    })
  })

  it('has the CRC-16 whose published value for 123456789 is 0x4B37', () => {
    assert.equal(crc16(Buffer.from('123456789')), 0x4b37)
  })

  it('says its banner some time after a reset, and receives nothing before', () => {
    const model = new CollectorModel({ flash: new Flash(geometries.mbit4) })
    model.packet(1, [1], 0)
    assert.deepEqual(model.reset(1000), [])
    model.packet(2, [2], 1099)
    const lines = model.advance(1100).map(({ text }) => text)
    assert.deepEqual(lines.slice(0, 3), ['', configuration, 'DF I 1791 0'])
    assert.deepEqual([lines.length, lines.at(-1)], [29, configuration])
    assert.deepEqual(
      model.lost.map(({ header, cause }) => [header, cause]),
      [
        [1, 'off'],
        [2, 'boot'],
      ],
    )
  })

  it('has no flash if it is given none: commands are echoed and that is all', () => {
    const model = new CollectorModel({ help: false })
    model.reset(0)
    const lines = [
      ...model.advance(100),
      ...model.packet(5, [1], 1000),
      ...model.packet(5, [2], 300_000),
      ...model.input(Buffer.from('0,1,0,0,0,1rd'), 300_001),
      ...model.packet(5, [3], 600_000),
    ]
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['', configuration, 'OK 5 1', 'OK 5 2', '> 0,1,0,0,0,1r', '> d', 'OK 5 3'],
    )
    assert.deepEqual([model.onFlash(), model.inMemory(), model.lost], [[], [], []])
  })

  it('acknowledges a packet that asks for it after all else', () => {
    const model = withPages(0)
    assert.deepEqual(texts(model.packet(0x25, [1], 1000)), ['OK 37 1', ' -> ack'])
    assert.deepEqual(texts(model.packet(0xa5, [1], 2000)), ['OK 165 1'])
    assert.deepEqual(texts(model.packet(0x25, [2], 300_000)), [
      'OK 37 2',
      'DF S 512 1 1',
      'DF E 768',
      ' -> ack',
    ])
  })

  it('saves the page that has no room for a packet', () => {
    const model = withPages(0)
    // 4 × 62 = 248 bytes of entries fill a page to the last byte
    for (const second of [1, 2, 3, 4])
      assert.equal(texts(model.packet(7, Array(59).fill(second), second * 1000)).length, 1)
    assert.deepEqual(texts(model.packet(7, [], 5000)).slice(1), ['DF S 512 1 1', 'DF E 768'])
    assert.equal(model.onFlash()[0]?.packets.length, 4)
  })

  it('saves a page whose first entry is 255 s old, not before', () => {
    const model = withPages(0)
    model.packet(7, [1], 1999)
    assert.deepEqual(texts(model.packet(7, [2], 255_999)), ['OK 7 2'])
    assert.deepEqual(texts(model.packet(7, [3], 256_000)).slice(1), ['DF S 512 1 1', 'DF E 768'])
    assert.deepEqual(
      model.onFlash()[0]?.packets.map(({ t }) => t),
      [1, 255],
    )
  })

  it('is deaf while a block is erased, and says so when it is done', () => {
    const model = new CollectorModel({ flash: new Flash(geometries.mbit16), bootMs: 0, help: false })
    model.reset(0)
    model.packet(7, [1], 1000)
    assert.deepEqual(texts(model.packet(7, [2], 300_000)), ['OK 7 2', 'DF S 512 1 1'])
    assert.deepEqual(model.packet(7, [3], 302_999), [])
    assert.deepEqual(texts(model.packet(7, [4], 303_000)), ['DF E 768', 'OK 7 4'])
    assert.deepEqual(model.lost, [{ header: 7, bytes: [3], cause: 'erase' }])
    assert.deepEqual(
      model.inMemory().map(({ bytes }) => bytes),
      [[2], [4]],
    )
  })

  it('begins its seconds anew when its 32-bit counter of milliseconds wraps', () => {
    const model = withPages(0)
    const wrap = 2 ** 32
    model.packet(7, [1], wrap - 10_000)
    model.packet(7, [2], wrap + 10_000)
    assert.deepEqual(texts(model.packet(7, [3], wrap + 400_000)).slice(1), ['DF S 512 1 4294957', 'DF E 768'])
    assert.deepEqual(texts(model.packet(7, [4], wrap + 700_000)).slice(1), ['DF S 513 1 400'])
    const lines = texts(model.input(Buffer.from('255,255,0,0,0,0r'), wrap + 800_123))
    assert.deepEqual(lines.at(-1), 'DF E 513 2 800123')
    assert.deepEqual(lines.slice(2, 5), ['R 1 4294957 7 1', 'R 1 4294977 7 2', 'DF R 512 1 4294957'])
  })

  it('has a clock that may go wrong', () => {
    const model = withPages(0, { rate: 1.5 })
    assert.deepEqual(texts(model.input(Buffer.from('0,0,0,0,0,0r'), 1_000_000)).at(-1), 'DF E 7935 1 1500000')
  })

  it('starts its page, its seconds, and its commands anew at a reset, and takes the next seq', () => {
    const model = withPages(2)
    model.input(Buffer.from('0,1,0,0,0,'), 600_000)
    assert.deepEqual(essential([...model.reset(600_001), ...finish(model)]), ['DF I 513 2'])
    assert.equal(model.lostBy('page at reset'), 1)
    assert.deepEqual(texts(model.input(Buffer.from('9x'), 601_001)), ['> 9x'])
    assert.deepEqual(model.dangerousCommands, ['> 9x'])
    assert.equal(texts(model.input(Buffer.from('255r'), 602_001)).at(-1), 'DF E 513 3 2000')
  })

  it('cuts numbers to 8 bits, and keeps those of earlier commands where some are missing', () => {
    const model = withPages(3)
    assert.deepEqual(texts(model.input(Buffer.from('256,257,512,0,1,9r'), 900_000)).slice(0, 2), [
      '> 0,1,0,0,1,9r',
      'r: page 513 514',
    ])
    assert.deepEqual(texts(model.input(Buffer.from('0,1r'), 900_001)).slice(0, 2), [
      '> 0,1r',
      'r: page 513 514',
    ])
    assert.deepEqual(texts(model.input(Buffer.from('r'), 900_002)).slice(0, 2), ['> r', 'r: page 513 514'])
    assert.equal(model.lostBy('page at replay'), 1)
  })

  it('lists its pages, without losing the one in memory', () => {
    const model = withPages(2)
    const lines = texts(model.input(Buffer.from('d'), 900_000))
    assert.match(lines[1] as string, /^ df# 512 : 1 0 \d+$/)
    assert.match(lines[2] as string, /^ df# 513 : 1 256 \d+$/)
    assert.deepEqual([lines.length, model.inMemory().length, model.lost.length], [3, 1, 0])
  })

  it('ends a list at a byte, which is then read as a command', () => {
    const model = withPages(20, { baud: 57_600 })
    model.input(Buffer.from('d'), 9_000_000)
    const lines = [...model.packet(1, [1], 9_000_030), ...model.input(Buffer.from('v'), 9_000_031)]
    const said = texts([...lines, ...finish(model)])
    assert.equal(model.lostBy('list'), 1)
    assert.deepEqual([said[0], said.at(-1)], ['> d', '> v'])
    assert.ok(said.length > 5 && said.length < 15, said.join('\n'))
  })

  it('ends a replay at a line end that was sent with the command: its first page lies', () => {
    const model = withPages(3)
    assert.deepEqual(essential(model.input(Buffer.from('0,1,0,0,0,0r\r\n'), 900_000)), [
      'r: page 512 514',
      'DF R 513 1 256',
      'DF E 514 2 900000',
    ])
  })

  it('takes the time for a replay that its lines need, hears nothing, and has lost the page in memory', () => {
    const model = withPages(3, { baud: 57_600 })
    const begun = 900_000
    const lines = [
      ...model.input(replayCommand(1, 0), begun),
      ...model.packet(9, [1, 2], begun + 10),
      ...finish(model),
    ]
    assert.deepEqual(essential(lines).slice(0, 3), ['r: page 512 514', 'R 1 256 9 1', 'DF R 513 1 256'])
    const bytes = lines.reduce((sum, { text }) => sum + text.length + 2, 0)
    assert.equal(Math.round((lines.at(-1)?.ends ?? 0) - begun), Math.round((bytes * 10_000) / 57_600))
    const ms = Math.floor(lines.at(-1)?.begins ?? 0)
    assert.equal(lines.at(-1)?.text, `DF E 514 2 ${ms}`)
    assert.deepEqual([model.lostBy('replay'), model.lostBy('page at replay'), model.lost.length], [1, 1, 2])
  })

  it('cuts the line under way at a reset', () => {
    const model = withPages(1, { baud: 9600 })
    model.packet(9, [100, 101, 102], 300_000)
    const [cut, ...rest] = [...model.reset(300_005), ...finish(model)]
    assert.deepEqual(cut, { text: 'OK 9', begins: 300_000, ends: 300_005, cut: true })
    assert.deepEqual(texts(rest).slice(0, 2), ['', configuration])
  })

  it('says of the never written pages of an empty chip that they are corrupt', () => {
    const geometry = { first: 4, limit: 12, block: 4 }
    const model = new CollectorModel({ flash: new Flash(geometry), ...fast })
    model.reset(0)
    finish(model)
    const lines = essential([...model.input(Buffer.from('0,0,0,0,0,0r'), 5000), ...finish(model)])
    const corrupt = [4, 5, 6, 7, 8, 9, 10, 11].map((page) => `DF C? ${page} 12543`)
    assert.deepEqual(lines, ['r: page 0 11', ...corrupt, 'DF E 11 1 5000'])
  })
})

/** A collector of 16 Mbit that has saved so many pages, 256 s apart from second 0 on; one packet is in memory. */
function withPages(count: number, options: CollectorOptions = {}): CollectorModel {
  const model = new CollectorModel({
    flash: new Flash(geometries.mbit16),
    bootMs: 0,
    eraseMs: 0,
    help: false,
    ...options,
  })
  model.reset(0)
  finish(model)
  if (count > 0) for (let page = 0; page <= count; page++) model.packet(9, [page], page * 256_000 + 500)
  finish(model)
  return model
}

/** Sends a byte when that many `R` lines have left. */
function cutAfter(model: CollectorModel, count: number) {
  const lines = []
  while (lines.filter(({ text }) => text.startsWith('R ')).length < count) {
    assert.ok(model.next !== undefined, 'the replay has ended already')
    lines.push(...model.advance(model.next))
  }
  return [...lines, ...model.input([0x0a], lines.at(-1)?.ends ?? 0)]
}

function texts(lines: readonly { text: string }[]): string[] {
  return lines.map(({ text }) => text)
}
