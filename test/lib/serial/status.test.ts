import assert from 'node:assert/strict'
import type { PortCounts } from '../../../lib/serial/port-interface.ts'
import { SourceError } from '../../../lib/serial/source/source.ts'
import { statusOf } from '../../../lib/serial/status.ts'

const counts: PortCounts = { lines: 2000, empty: 0, long: 0, cutOff: 0, sent: 1234, dropped: 0 }

describe('The status of a port', () => {
  it('is green and counts while connected, yellow once lines were dropped', () => {
    assert.deepEqual(statusOf({ state: { state: 'open' }, counts }), {
      fill: 'green',
      shape: 'dot',
      text: 'connected, 1,234 lines',
    })
    assert.deepEqual(statusOf({ state: { state: 'open' }, counts: { ...counts, dropped: 5 } }), {
      fill: 'yellow',
      shape: 'dot',
      text: 'connected, 1,234 lines, 5 dropped',
    })
  })

  it('is yellow and says what is wrong without an error', () => {
    assert.deepEqual(
      statusOf({ state: { state: 'open' }, counts, trouble: { kind: 'silent', lasts: 300_000 } }),
      {
        fill: 'yellow',
        shape: 'dot',
        text: 'no byte for 5 min (1,234 lines)',
      },
    )
  })

  it('says when the last line came: yellow where that is unusual, or the port calls itself silent', () => {
    const text = 'last line 46 min ago; 1,234 lines'
    const minutes = 46 * 60_000
    const quiet = (isLate: boolean, more: object = {}) =>
      statusOf({ state: { state: 'open' }, counts, quiet: { age: minutes, isLate }, ...more })
    assert.deepEqual(quiet(false), { fill: 'green', shape: 'dot', text })
    assert.deepEqual(quiet(true), { fill: 'yellow', shape: 'dot', text })
    assert.deepEqual(quiet(false, { trouble: { kind: 'silent', lasts: minutes } }), {
      fill: 'yellow',
      shape: 'dot',
      text,
    })
    const speed = quiet(true, { trouble: { kind: 'speed' } })
    assert.equal(speed.text, 'not text: another baud rate? (1,234 lines)')
  })

  it('is blue while the device gives back what it kept', () => {
    const progress = { pages: 34, of: 120 }
    assert.deepEqual(
      statusOf({ state: { state: 'open' }, counts, progress, trouble: { kind: 'silent', lasts: 300_000 } }),
      {
        fill: 'blue',
        shape: 'dot',
        text: 'catching up 34 of 120 pages',
      },
    )
  })

  it('says that the sender is made to wait', () => {
    assert.deepEqual(statusOf({ state: { state: 'open' }, counts, holdsBack: true }), {
      fill: 'yellow',
      shape: 'dot',
      text: '1,234 lines; the sender waits for the journal',
    })
  })

  it('says why it waits and for how long', () => {
    const reason = new SourceError('/dev/ttyUSB0 does not exist', 'does not exist')
    assert.deepEqual(statusOf({ state: { state: 'waiting', reason, retryIn: 3900 }, counts }), {
      fill: 'red',
      shape: 'ring',
      text: 'does not exist, trying again in 4 s',
    })
    assert.equal(
      statusOf({ state: { state: 'waiting', reason, retryIn: 400 }, counts }).text,
      'does not exist, trying again in 1 s',
    )
  })

  it('tells connecting from closed', () => {
    assert.deepEqual(statusOf({ state: { state: 'opening' }, counts }), {
      fill: 'yellow',
      shape: 'ring',
      text: 'connecting …',
    })
    assert.deepEqual(statusOf({ state: { state: 'closed' }, counts }), {
      fill: 'grey',
      shape: 'ring',
      text: 'closed, 1,234 lines',
    })
  })
})
