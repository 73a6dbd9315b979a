import assert from 'node:assert/strict'
import { agreement, type Identity, type JournalView } from '../../../../lib/delivery/progress/agreement.ts'

/** A journal as a list of the epochs of its entries, from `first` on. */
function journal(epochs: string, first = 1): JournalView & { lastSeq: number; looks: number } {
  const view = {
    lastSeq: first + epochs.length - 1,
    looks: 0,
    oldest: async () => ({ epoch: epochs[0], seq: first }),
    async epochFrom(seq: number) {
      view.looks++
      for (let at = Math.max(0, seq - first); at < epochs.length; at++) {
        if (epochs[at] !== ' ') return epochs[at]
      }
      return undefined
    },
  }
  return view
}

const known = (...starts: Array<[number, string]>): Identity => ({ journal: 'a', epochs: starts })

describe('delivery: agreement of a checkpoint with a journal', () => {
  const agreed = (identity: Identity, view: ReturnType<typeof journal>, top: number) =>
    agreement(identity, view, top, view.lastSeq)

  it('is whole where the entry that it speaks of is there', async () => {
    assert.equal(await agreed(known([1, 'a'], [4, 'b']), journal('aaabbbbccc'), 6), 6)
    assert.equal(await agreed(known([1, 'a']), journal('aaa'), 3), 3)
  })

  it('ends where an older copy does, and where other entries follow it', async () => {
    assert.equal(await agreed(known([1, 'a'], [4, 'b']), journal('aaabb'), 8), 5)
    assert.equal(await agreed(known([1, 'a'], [4, 'b']), journal('aaabbxxxxx'), 8), 5)
    assert.equal(await agreed(known([1, 'a'], [4, 'b']), journal('aaaxxxxxxx'), 8), 3)
    assert.equal(await agreed(known([1, 'a'], [4, 'b']), journal('aaxxxxxxxx'), 8), 2)
  })

  it('is found by a few looks in a long run', async () => {
    const view = journal('a'.repeat(70_001) + 'x'.repeat(60_000))
    assert.equal(await agreed(known([1, 'a']), view, 120_000), 70_001)
    assert.ok(view.looks < 25, `${view.looks} looks`)
  })

  it('is none with another journal', async () => {
    assert.equal(await agreed(known([1, 'a']), journal('xxxx'), 3), 0)
    assert.equal(await agreed(known([5, 'b']), journal('xxxxxxxx', 4), 8), 0)
  })

  it('takes what went with retention, and what cannot be read, for what it was', async () => {
    assert.equal(await agreed(known([1, 'a']), journal('bb', 11), 10), 10)
    assert.equal(await agreed(known([1, 'a'], [10, 'b']), journal('bb', 11), 10), 10)
    assert.equal(await agreed(known([1, 'a']), journal('aaa  '), 5), 5)
  })

  it('takes a file of an earlier version at its word', async () => {
    assert.equal(await agreed({}, journal('xxx'), 9), 9)
  })
})
