import assert from 'node:assert/strict'
import { type Link, LinkedList } from '../../../lib/kit/linked-list.ts'
import { fc } from '../../support/random.ts'

describe('linked list', () => {
  it('does as a Set that keeps the order of adding', () => {
    const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.nat(30), fc.constant('clear' as const)))
    fc.assert(
      fc.property(steps, (all) => {
        const list = new LinkedList<number>()
        const model = new Set<number>()
        const links: Array<Link<number>> = []
        for (const step of all) {
          if (step === 'add') {
            model.add(links.length)
            links.push(list.push(links.length))
          } else if (step === 'clear') {
            list.clear()
            model.clear()
          } else if (step < links.length) {
            assert.equal(list.remove(links[step]!), model.delete(step))
          }
          assert.deepEqual([...list], [...model])
          assert.deepEqual([list.size, list.first], [model.size, [...model][0]])
        }
      }),
    )
  })

  it('lets an iteration remove what it has just been given', () => {
    const list = new LinkedList<number>()
    const links = [1, 2, 3, 4].map((item) => list.push(item))
    const seen: number[] = []
    for (const item of list) {
      seen.push(item)
      list.remove(links[item - 1]!)
    }
    assert.deepEqual([seen, [...list]], [[1, 2, 3, 4], []])
  })

  it('leaves nothing in a removed link that leads to others', () => {
    const list = new LinkedList<number>()
    const [one, two] = [list.push(1), list.push(2), list.push(3)] as const
    list.remove(two)
    assert.deepEqual([two.previous, two.next], [undefined, undefined])
    list.clear()
    assert.deepEqual([one.previous, one.next], [undefined, undefined])
  })
})
