import assert from 'node:assert/strict'
import { pauseAfter } from '../../../lib/kit/backoff.ts'
import { Fifo } from '../../../lib/kit/fifo.ts'
import { MemoryRefusedPile } from '../../../lib/mqtt/outbox/refused.ts'
import { Recent } from '../../../lib/mqtt/session/recent.ts'
import { problemOfConnack, problemOfError } from '../../../lib/mqtt/wire/problems.ts'
import { fc } from '../../support/random.ts'
import { testEntry } from './support.ts'

describe('mqtt fifo', () => {
  it('is an array whose shift is cheap', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer() }),
      fc.record({ shift: fc.integer({ min: 1, max: 3000 }) }),
      fc.record({ putBack: fc.array(fc.integer(), { maxLength: 5 }) }),
      fc.record({ fill: fc.integer({ min: 1, max: 3000 }) }),
      fc.constant({ takeAll: true }),
    )
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const fifo = new Fifo<number>()
        let model: number[] = []
        for (const now of steps) {
          if ('push' in now) fifo.push(model[model.push(now.push) - 1]!)
          if ('shift' in now) {
            for (let i = 0; i < now.shift; i++) assert.equal(fifo.shift(), model.shift())
          }
          if ('fill' in now) for (let i = 0; i < now.fill; i++) fifo.push(model[model.push(i) - 1]!)
          if ('putBack' in now) {
            fifo.putBack(now.putBack)
            model = [...now.putBack, ...model]
          }
          if ('takeAll' in now) assert.deepEqual(fifo.takeAll(), model.splice(0))
          assert.equal(fifo.length, model.length)
        }
        assert.deepEqual(fifo.takeAll(), model)
      }),
      { numRuns: 50 },
    )
  })
})

describe('mqtt recent ids', () => {
  it('remembers the last ones, and at most twice as many', () => {
    const limit = 10
    const recent = new Recent(limit)
    for (let n = 0; n < 100; n++) {
      recent.add(`key ${n}`)
      recent.add(`key ${n}`)
      const known = Array.from({ length: n + 1 }, (_, i) => recent.has(`key ${n - i}`))
      assert.ok(known.slice(0, limit).every(Boolean))
      assert.ok(known.slice(2 * limit).every((isKnown) => !isKnown))
    }
    assert.equal(recent.has('key 100'), false)
  })
})

describe('mqtt refused pile in memory', () => {
  it('keeps the newest within its limits', async () => {
    const pile = new MemoryRefusedPile({ maxCount: 3, maxBytes: 10 })
    const add = (id: string, payload: string) => pile.add(testEntry(id, { payload }), 'why')
    for (const id of ['a', 'b', 'c', 'd']) await add(id, 'x')
    const shown = async () => (await pile.list(9)).map(({ entry, reason }) => [entry.id, reason])
    assert.deepEqual(await shown(), [
      ['b', 'why'],
      ['c', 'why'],
      ['d', 'why'],
    ])
    await add('e', 'x'.repeat(9))
    assert.deepEqual(await shown(), [
      ['d', 'why'],
      ['e', 'why'],
    ])
  })
})

describe('mqtt pauses', () => {
  it('grow from half a second to 30 seconds, spread by a quarter', () => {
    const nominal = [1, 2, 3, 4, 5, 6, 7, 8, 99].map((failures) => pauseAfter(failures, 0.5))
    assert.deepEqual(nominal, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000])
    assert.deepEqual(
      [pauseAfter(1, 0), pauseAfter(1, 1), pauseAfter(9, 0), pauseAfter(9, 1)],
      [375, 625, 22500, 30000],
    )
  })
})

describe('mqtt problems', () => {
  it('tell a login from a version from a client id', () => {
    const kinds = [1, 132, 2, 133, 4, 134, 5, 135, 3, 137].map((code) => problemOfConnack(code).kind)
    assert.deepEqual(kinds, [
      'version',
      'version',
      'refused',
      'refused',
      'login',
      'login',
      'login',
      'login',
      'refused',
      'refused',
    ])
  })

  it('say what to look at', () => {
    const named = (code: string) => Object.assign(new Error('x'), { code })
    assert.deepEqual(problemOfError(named('ENOTFOUND'), false), {
      kind: 'unreachable',
      text: 'cannot be reached: its name is not known (ENOTFOUND)',
    })
    assert.equal(problemOfError(named('CERT_HAS_EXPIRED'), false).kind, 'tls')
    assert.equal(problemOfError(named('ECONNRESET'), true).kind, 'lost')
    assert.match(problemOfError(named('EPROTO'), false).text, /^does not agree on TLS .*is this the TLS port/)
  })
})
