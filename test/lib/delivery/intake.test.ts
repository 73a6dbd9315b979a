import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import { entryOf, type LoggableMessage, sourceOf } from '../../../lib/delivery/intake.ts'
import { messageOf } from '../../../lib/delivery/send/message.ts'
import type { Entry } from '../../../lib/journal/format/entry.ts'

const now = Date.UTC(2026, 10, 21, 12)
const day = 86_400_000
const entry = (message: LoggableMessage) => entryOf({ source: 's', ...message }, now, '')

describe('delivery: entryOf', () => {
  it('takes strings and bytes as lines, without one line end, escaped', () => {
    for (const [payload, text] of [
      ['OK 1 2', 'OK 1 2'],
      ['', ''],
      ['a\r\n', 'a'],
      ['a\n', 'a'],
      ['a\r', 'a\\x0d'],
      ['a\n\n', 'a\\x0a'],
      ['tab\there', 'tab\\x09here'],
      [' spaces ', ' spaces '],
      ['C:\\x', 'C:\\x5cx'],
      [Buffer.from([0x61, 0xff, 0x0d, 0x0a]), 'a\\xff'],
      [Buffer.from('café\n'), 'café'],
      [new Uint8Array([0x62, 0x0d]), 'b\\x0d'],
    ] as const) {
      assert.deepEqual(entry({ payload }), { kind: 'L', received: now, source: 's', text }, String(payload))
    }
  })

  it('takes a frame of a port as it is, with its mark, and any other mark for none', () => {
    const line = { kind: 'L', received: now, source: 's' }
    assert.deepEqual(entry({ payload: 'a\r\n', framed: {} }), { ...line, text: 'a\\x0d\\x0a' })
    assert.deepEqual(entry({ payload: Buffer.from([0xff, 0x0a]), framed: { cut: 'end' } }), {
      ...line,
      text: '\\xff\\x0a',
      cut: 'end',
    })
    assert.deepEqual(entry({ payload: 'a', framed: { cut: 'middle' } }), { ...line, text: 'a' })
    assert.deepEqual(entry({ payload: 'a\n', framed: 'start' }), { ...line, text: 'a' })
  })

  it('takes any other JSON value as a structured event, exactly; a Date is its text', () => {
    for (const payload of [
      0,
      -1.5,
      true,
      null,
      [],
      {},
      [1, 'a\nb', null],
      { eventId: 7, data: { rpm: 1400 } },
    ]) {
      assert.deepEqual(entry({ payload }), {
        kind: 'E',
        received: now,
        source: 's',
        text: JSON.stringify(payload),
      })
    }
    assert.equal(entry({ payload: { at: new Date(0) } }).text, '{"at":"1970-01-01T00:00:00.000Z"}')
  })

  it('refuses what is nested too deep for JSON.stringify, and says so', () => {
    let payload: unknown = 1
    for (let level = 0; level < 100_000; level++) payload = [payload]
    assert.throws(() => entryOf({ payload }, 0, 'log'), { code: 'ENTRY_TOO_DEEP' })
  })

  it('refuses what JSON cannot hold, and says what', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    for (const [payload, reason] of [
      [Number.NaN, /it is NaN/],
      [{ volts: Number.POSITIVE_INFINITY }, /volts is Infinity/],
      [{ list: [1, () => 0] }, /1 is a function/],
      [{ id: 5n }, /id is a bigint/],
      [{ s: Symbol('x') }, /s is a symbol/],
      [{ by: new Map([['a', 1]]) }, /by is a Map/],
      [{ of: [new Set([1])] }, /0 is a Set/],
      [new Error('no connection'), /it is an Error/],
      [{ like: /a/ }, /like is a RegExp/],
      [{ later: Promise.resolve(1) }, /later is a Promise/],
      [{ at: new Date(Number.NaN) }, /at is a Date that is no time/],
      // as in a function node
      [runInNewContext('({ by: new Map() })'), /by is a Map/],
      [loop, /circular/],
      [undefined, /no payload/],
    ] as const) {
      assert.throws(() => entry({ payload }), { name: 'TypeError', message: reason })
    }
  })

  it('takes the time of receipt within a day of now, and the own time of a line from a memory', () => {
    for (const [received, expected] of [
      [now - 5, now - 5],
      [now - day, now - day],
      [now + day, now + day],
      [now - day - 1, now],
      [now + day + 1, now],
      [now - 0.5, now],
      ['1', now],
      [undefined, now],
    ] as const) {
      assert.equal(entry({ payload: 'x', received }).received, expected, String(received))
    }
    const time = Date.UTC(1999, 0, 1)
    assert.deepEqual(entry({ payload: 'x', time }), {
      kind: 'R',
      received: now,
      time,
      source: 's',
      text: 'x',
    })
    for (const wrong of [-1, 1.5, 253_402_300_800_000, '5', Number.NaN]) {
      assert.equal(entry({ payload: 'x', time: wrong }).kind, 'L', String(wrong))
    }
    assert.equal(entry({ payload: {}, time }).kind, 'E')
  })

  it('takes the source from the message: its source, its topic, the fallback, else log', () => {
    assert.equal(sourceOf({ source: 'a', topic: 'b' }, 'c'), 'a')
    assert.equal(sourceOf({ source: '', topic: 'b' }, 'c'), 'b')
    assert.equal(sourceOf({ source: 7, topic: null }, 'c'), 'c')
    assert.equal(sourceOf({}, ''), 'log')
  })

  it('writes a source in the characters that the journal allows', () => {
    assert.equal(sourceOf({ source: 'tcp:10.0.0.5:2000' }, ''), 'tcp:10.0.0.5:2000')
    assert.equal(sourceOf({ source: 'a b/c\nü' }, ''), 'a_b_c__')
  })

  it('cuts a source that is too long', () => {
    assert.equal(sourceOf({ source: 'x'.repeat(300) }, '').length, 255)
  })
})

describe('delivery: messageOf', () => {
  const line: Entry = {
    kind: 'L',
    seq: 7,
    epoch: 'k3x9a7qd',
    received: now,
    time: now,
    source: 'pump',
    text: 'a\\x0ab',
  }

  it('says when an entry came, and the moment that it belongs to', () => {
    const { event } = messageOf({ ...line, kind: 'R', time: now - 60_000 }, { replayed: true })
    assert.deepEqual([event.received, event.time], [now, now - 60_000])
  })

  it('marks what belongs to another moment as late, and nothing else', () => {
    const lateOf = (entry: Partial<Entry>) => messageOf({ ...line, ...entry }, { replayed: false }).event.late
    assert.equal(lateOf({ kind: 'R', time: now - 60_000 }), true)
    // nobody knows when it came
    assert.equal(lateOf({ kind: 'R' }), true)
    assert.equal(lateOf({ kind: 'E', text: '1', time: now - 1 }), true)
    assert.equal('late' in messageOf(line, { replayed: false }).event, false)
    assert.equal(lateOf({ kind: 'E', text: '1' }), undefined)
  })

  it('gives the line as text, or as bytes where it is no valid text, or the JSON value', () => {
    assert.equal(messageOf(line, { replayed: false }).payload, 'a\nb')
    assert.deepEqual(
      messageOf({ ...line, text: 'a\\xff' }, { replayed: false }).payload,
      Buffer.from([0x61, 0xff]),
    )
    assert.deepEqual(messageOf({ ...line, kind: 'E', text: '[1,{}]' }, { replayed: false }).payload, [1, {}])
  })

  it('carries the event, and of the original what it does not set itself', () => {
    assert.deepEqual(messageOf(line, { replayed: false, properties: { colour: 'red' } }), {
      _msgid: 'k3x9a7qd-7',
      payload: 'a\nb',
      topic: 'pump',
      event: {
        id: 'k3x9a7qd-7',
        seq: 7,
        received: now,
        time: now,
        source: 'pump',
        raw: 'a\\x0ab',
        replayed: false,
      },
      colour: 'red',
    })
  })

  it('names the one sink it is for', () => {
    assert.equal(messageOf(line, { replayed: true, for: 'store' }).event.for, 'store')
    assert.equal('for' in messageOf(line, { replayed: true }).event, false)
  })
})
