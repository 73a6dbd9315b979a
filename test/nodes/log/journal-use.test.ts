import assert from 'node:assert/strict'
import { type LogOnJournal, otherUser } from '../../../nodes/log/journal-use.ts'

describe('nodes: who has a journal', () => {
  const log = (id: string, journal: string, isDisabled = false): LogOnJournal => ({ id, journal, isDisabled })
  const logs = [log('a', 'j', true), log('b', 'j'), log('c', 'k'), log('d', 'j')]

  it('is the first log node on it that is not disabled', () => {
    assert.equal(otherUser(logs, 'b', 'j'), undefined)
    assert.equal(otherUser(logs, 'd', 'j')?.id, 'b')
    assert.equal(otherUser(logs, 'c', 'k'), undefined)
  })

  it('is asked with the journal that is chosen in the panel, not the one that the node has', () => {
    assert.equal(otherUser(logs, 'd', 'k')?.id, 'c')
    assert.equal(otherUser(logs, 'd', 'free'), undefined)
  })

  it('does not hold against a disabled log node what stands behind it', () => {
    assert.equal(otherUser(logs, 'a', 'j'), undefined)
  })
})
