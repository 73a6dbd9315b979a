import assert from 'node:assert/strict'
import { readAnswer } from '../../../../lib/serial/sending/answer.ts'
import { harmIn } from '../../../../lib/serial/sending/commands.ts'
import { longestOrder, readOrder } from '../../../../lib/serial/sending/order.ts'
import {
  defaultSendSettings,
  endOf,
  isJeelink,
  startLinesOf,
} from '../../../../lib/serial/sending/settings.ts'
import { line } from './helper.ts'

describe('sending: what a message asks for', () => {
  it('is its text or its bytes; a number is sent as text', () => {
    assert.equal(readOrder({ payload: 'AT' }).data, 'AT')
    assert.equal(readOrder({ payload: 21.5 }).data, '21.5')
    const bytes = Buffer.from([0, 255])
    const { data } = readOrder({ payload: bytes })
    bytes[0] = 1
    assert.deepEqual(data, Buffer.from([0, 255]))
    assert.deepEqual(readOrder({ payload: new Uint8Array([7]) }).data, Buffer.from([7]))
  })

  it('is an error that says what to do, where it can be none', () => {
    const cases: Array<[object, RegExp]> = [
      [{}, /^msg\.payload is missing and cannot be sent: give a string, a number or a Buffer;/],
      [{ payload: null }, /^msg\.payload is null/],
      [{ payload: { a: 1 } }, /^msg\.payload is an object/],
      [{ payload: [1] }, /^msg\.payload is an array/],
      [{ payload: true }, /^msg\.payload is a boolean/],
      [{ payload: 'x'.repeat(longestOrder + 1) }, /^msg\.payload has over 65,536 bytes: send it in parts/],
      [
        { payload: 'a', timeout: 0 },
        /^msg\.timeout is no time limit: give a number of milliseconds from 1 to 600000/,
      ],
      [{ payload: 'a', timeout: 600_001 }, /^msg\.timeout/],
      [{ payload: 'a', timeout: 'soon' }, /^msg\.timeout/],
      [
        { payload: 'a', answer: '(' },
        /^msg\.answer is no regular expression: .* For a plain text give \{text: "…"\}$/,
      ],
      [{ payload: 'a', answer: '(?=a)' }, /looking ahead or behind, \(\?=…\), is not available in RE2/],
      [
        { payload: 'a', answer: '' },
        /^msg\.answer is empty: leave it out, or give "\.\*" for the next line$/,
      ],
      [{ payload: 'a', answer: 'x'.repeat(4_097) }, /^msg\.answer has over 4,096 characters/],
      [{ payload: 'a', answer: 7 }, /^msg\.answer cannot be used/],
      [{ payload: 'a', answer: { text: '' } }, /^msg\.answer cannot be used/],
    ]
    for (const [message, text] of cases)
      assert.throws(
        () => readOrder(message),
        { code: 'SEND_INVALID', message: text },
        JSON.stringify(message),
      )
  })

  it('has 5 seconds for the answer, or what it says', () => {
    const timeouts = [undefined, null, '', 1, '250', 600_000]
    assert.deepEqual(
      timeouts.map((timeout) => readOrder({ payload: 'a', timeout }).timeout),
      [5000, 5000, 5000, 1, 250, 600_000],
    )
  })

  it('is forced, or aborts a replay, only where it says true', () => {
    const flags = (message: object) => {
      const { abort, force } = readOrder({ payload: 'a', ...message })
      return [abort, force]
    }
    assert.deepEqual(flags({}), [false, false])
    assert.deepEqual(flags({ abort: 1, force: 'true' }), [false, false])
    assert.deepEqual(flags({ abort: true, force: true }), [true, true])
  })
})

describe('sending: the answer', () => {
  it('is a line that the pattern finds something in, with its named groups', () => {
    const test = readAnswer('^T=(?<temp>[0-9.]+)(?: H=(?<humi>\\d+))?')!
    assert.deepEqual(test(line('T=21.5 H=40')), { temp: '21.5', humi: '40' })
    assert.deepEqual(test(line('T=21.5')), { temp: '21.5' })
    assert.equal(test(line('t=21.5')), undefined)
    assert.deepEqual(readAnswer(/^t=(?<temp>.*)/i)!(line('T=3')), { temp: '3' })
  })

  it('is a line that contains a text, where that is given', () => {
    const test = readAnswer({ text: 'a.c(' })!
    assert.deepEqual(test(line('xa.c(x')), {})
    assert.equal(test(line('abc(')), undefined)
  })

  it('may be bytes, each the character of its number', () => {
    assert.deepEqual(readAnswer('^\\xff(?<rest>.)$')!(line(Buffer.from([0xff, 0x41]))), { rest: 'A' })
  })

  it('is no line that lacks its end, and none that is very long', () => {
    const test = readAnswer('.*')!
    const cuts = [undefined, 'start', 'end', 'both', 'stray'] as const
    assert.deepEqual(
      cuts.map((cut) => test(line('a', cut && { cut })) !== undefined),
      [true, true, false, false, false],
    )
    assert.equal(test(line('x'.repeat(65_537))), undefined)
  })

  it('is looked for in linear time', () => {
    const test = readAnswer('(a+)+$')!
    const start = performance.now()
    assert.equal(test(line(`${'a'.repeat(30_000)}b`)), undefined)
    assert.ok(performance.now() - start < 2_000)
  })
})

describe('sending: the line end', () => {
  const auto = defaultSendSettings

  it('is the one that is set', () => {
    const set = (sendEnd: 'none' | 'lf' | 'crlf' | 'cr') => endOf({ ...auto, sendEnd }, false, 'lf', 'CR')
    assert.deepEqual([set('none'), set('lf'), set('crlf'), set('cr')], ['', '\n', '\r\n', '\r'])
  })

  it('is else what ends the lines that come: as set, as found, or LF', () => {
    assert.deepEqual(
      [endOf(auto, false, 'lf', undefined), endOf(auto, false, 'crlf', undefined)],
      ['\n', '\r\n'],
    )
    assert.equal(endOf(auto, false, 'cr', undefined), '\r')
    assert.deepEqual([endOf(auto, false, 'auto', 'LF'), endOf(auto, false, 'auto', 'CR LF')], ['\n', '\r\n'])
    assert.equal(endOf(auto, false, 'auto', 'CR'), '\r')
    assert.deepEqual(
      [endOf(auto, false, 'auto', undefined), endOf(auto, false, 'slip', undefined)],
      ['\n', '\n'],
    )
  })

  it('is none for a JeeLink, whose replays end at any byte, unless one is set', () => {
    assert.equal(endOf(auto, true, 'auto', 'CR LF'), '')
    assert.equal(endOf({ ...auto, sendEnd: 'lf' }, true, 'auto', 'CR LF'), '\n')
  })

  it('parts the startup lines, without empty ones', () => {
    const startLines = 'one\r\n\n two \rthree\n  '
    assert.deepEqual(startLinesOf({ ...auto, startLines }), ['one', ' two ', 'three'])
  })
})

describe('sending: commands that harm a JeeLink', () => {
  it('are found as its firmware reads them: numbers, then a letter, whatever blanks there are', () => {
    const cases: Array<[string, string | undefined]> = [
      ['1z', '"1z" powers the collector off'],
      ['0 w', '"0w" wipes the flash memory'],
      ['3,e', '"3,e" erases a block of the flash memory'],
      ['12,\r\n34\nw', '"12,34w" wipes the flash memory'],
      ['1,2r 5 z', '"5z" powers the collector off'],
      ['w', '"w" wipes the flash memory'],
      ['212g', '"212g" changes the group in its settings'],
      ['0,63,0,3,102,49r', undefined],
      ['d', undefined],
      ['v h t 1l 9,8,30s', undefined],
      ['1Z 2W 3E', undefined],
      ['', undefined],
    ]
    for (const [text, harm] of cases) {
      assert.equal(harmIn(text), harm, text)
      assert.equal(harmIn(Buffer.from(text)), harm, text)
    }
    for (const letter of 'ewzibgocqx') assert.notEqual(harmIn(`1${letter}`), undefined, letter)
  })

  it('harm no other device, and a device that may be one only when it has shown it', () => {
    const isOne = (collector: 'auto' | 'jeelink' | 'none') =>
      [false, true].map((isShown) => isJeelink({ ...defaultSendSettings, collector }, isShown))
    assert.deepEqual(isOne('none'), [false, false])
    assert.deepEqual(isOne('auto'), [false, true])
    assert.deepEqual(isOne('jeelink'), [true, true])
  })
})
