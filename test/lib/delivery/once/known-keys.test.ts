import assert from 'node:assert/strict'
import { KnownKeys } from '../../../../lib/delivery/once/known-keys.ts'

const once = (key: string, part = 0, of = 1, digest = 'd') => ({ key, part, of, digest })

describe('delivery: keys that are known', () => {
  it('tell for each event of a key whether it is in the journal', () => {
    const keys = new KnownKeys()
    assert.equal(keys.stateOf(once('a')), 'new')
    assert.deepEqual([keys.add(once('a', 0, 3)), keys.add(once('a', 2, 3))], [true, false])
    assert.deepEqual(
      [0, 1, 2].map((part) => keys.stateOf(once('a', part, 3))),
      ['stored', 'new', 'stored'],
    )
    keys.add(once('a', 1, 3))
    assert.deepEqual(keys.stored, [['a', 'd', 3, 0]])
  })

  it('tell other data, and another number of events, from a repeat', () => {
    const keys = new KnownKeys()
    keys.add(once('a', 0, 2))
    assert.equal(keys.stateOf(once('a', 1, 2, 'other')), 'other')
    assert.equal(keys.stateOf(once('a', 0, 1)), 'other')
  })

  it('are the latest ones', () => {
    const keys = new KnownKeys(3)
    for (const key of ['a', 'b', 'c', 'd']) keys.add(once(key))
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((key) => keys.stateOf(once(key))),
      ['new', 'stored', 'stored', 'stored'],
    )
  })

  it('come back from what was stored, with what has come since behind it', () => {
    const [earlier, keys] = [new KnownKeys(3), new KnownKeys(3)]
    earlier.restore([
      ['a', 'd', 1, 0],
      ['b', 'd', 3, [0, 1]],
      ['c', 'd', 1, 0],
    ])
    keys.add(once('b', 2, 3))
    keys.add(once('x'))
    keys.addEarlier(earlier)
    assert.deepEqual(keys.stored, [
      ['b', 'd', 3, 0],
      ['c', 'd', 1, 0],
      ['x', 'd', 1, 0],
    ])
  })

  it('are held by one at a time, all of them or none', async () => {
    const keys = new KnownKeys()
    const order: string[] = []
    const work = async (name: string, ...names: string[]) => {
      const release = await keys.hold(new Set(names))
      order.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      order.push(`${name} ends`)
      release()
    }
    await Promise.all([work('one', 'a', 'b'), work('two', 'b', 'c'), work('three', 'd')])
    assert.deepEqual(
      order.filter((step) => !step.startsWith('three')),
      ['one begins', 'one ends', 'two begins', 'two ends'],
    )
    assert.equal(order.indexOf('three begins') < order.indexOf('one ends'), true)
  })
})
