import assert from 'node:assert/strict'
import type { SessionState } from '../../../lib/mqtt/session/session-options.ts'
import { statusOf } from '../../../nodes/mqtt-out/status.ts'
import { englishStatus } from '../english.ts'

const words = englishStatus('fieldlog-mqtt-out')

const now = 1_353_196_800_000
const counts = { in: 0, acknowledged: 0, refused: 0, dropped: 0, repeats: 0 }
const well: SessionState = {
  phase: 'connected',
  problem: undefined,
  diskProblem: undefined,
  waiting: 0,
  oldest: undefined,
  diskBytes: 0,
  refused: 0,
  closedTopics: [],
  closedCount: 0,
  closedBroker: undefined,
}
const shown = (over: Partial<SessionState>) => {
  const { fill, text } = statusOf({ ...well, ...over }, counts, words, 0, now)
  return `${fill} ${text}`
}
const closed = (topic: string, seconds: number) => ({
  topic,
  since: now - seconds * 1_000,
  reason: 'not authorized (code 135)',
  waiting: 1,
})

describe('nodes: mqtt-out, its status', () => {
  it('says which topics wait, since when, and why', () => {
    assert.equal(shown({}), 'green connected')
    assert.equal(
      shown({ closedTopics: [closed('a', 9)], closedCount: 1, waiting: 1 }),
      'yellow connected · a waits: not authorized (code 135)',
    )
    assert.equal(
      shown({ closedTopics: [closed('a', 90), closed('b', 7_200)], closedCount: 30, waiting: 500 }),
      'yellow connected · b and 29 more wait for 2 h: not authorized (code 135) · waiting 500',
    )
  })

  it('says how many stored lines it did not publish', () => {
    assert.deepEqual(statusOf(well, counts, words, 3, now), {
      fill: 'green',
      shape: 'dot',
      text: 'connected · stored lines not published 3',
    })
  })

  it('says that the broker takes nothing, since when, and why', () => {
    const closedBroker = { since: now - 45_000, reason: 'quota exceeded (code 151)' }
    assert.equal(
      shown({ closedTopics: [closed('a', 90)], closedCount: 1, closedBroker, refused: 2 }),
      'red connected · takes nothing for 45 s: quota exceeded (code 151) · refused 2',
    )
  })
})
