import assert from 'node:assert/strict'
import type { Node } from 'node-red'
import { limitErrors } from '../../../nodes/shared/limit-errors.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const coded = (code: string) => Object.assign(new Error(`no room (${code})`), { code })

describe('nodes: errors that come by the thousands', () => {
  function made(isCaught = false) {
    const time = new FakeClock()
    const logged: string[] = []
    const caught: unknown[] = []
    const node = {
      error: (error: unknown) => logged.push(error instanceof Error ? error.message : String(error)),
      _flow: {
        handleError(_node: unknown, error: unknown) {
          caught.push(error)
          return isCaught
        },
      },
    }
    const stop = limitErrors(node as unknown as Node, new Set(['DROPPED', 'OTHER']), time)
    return { time, logged, caught, stop, error: node.error as (error: unknown, message?: object) => void }
  }

  it('are one line a minute each, with the count; and each comes to the nodes that catch errors', async () => {
    const { time, logged, caught, error } = made()
    for (let i = 0; i < 14_385; i++) error(coded('DROPPED'), {})
    error(coded('OTHER'), {})
    assert.deepEqual(logged, ['no room (DROPPED)', 'no room (OTHER)'])
    assert.equal(caught.length, 14_386)
    await time.advance(61_000)
    assert.deepEqual(logged.slice(2), ['14,384 more in the last minute: no room (DROPPED)'])
    error(coded('DROPPED'), {})
    await time.advance(120_000)
    assert.deepEqual(logged.slice(3), ['1 more in the last minute: no room (DROPPED)'])
    error(coded('DROPPED'), {})
    assert.deepEqual(logged.slice(4), ['no room (DROPPED)'])
  })

  it('are not logged where a node catches them, as with every error', async () => {
    const { time, logged, caught, error } = made(true)
    for (let i = 0; i < 5; i++) error(coded('DROPPED'), {})
    await time.advance(61_000)
    assert.deepEqual([logged.length, caught.length], [0, 5])
  })

  it('leaves all other errors alone, and says the rest at the end', () => {
    const { logged, stop, error } = made()
    for (let i = 0; i < 3; i++) error(new Error('other'), {})
    error('a text')
    for (let i = 0; i < 3; i++) error(coded('DROPPED'), {})
    stop()
    assert.deepEqual(logged, [
      'other',
      'other',
      'other',
      'a text',
      'no room (DROPPED)',
      '2 more: no room (DROPPED)',
    ])
  })
})
