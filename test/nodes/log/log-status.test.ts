import assert from 'node:assert/strict'
import type { LogState } from '../../../lib/delivery/log-service.ts'
import { logStatus, waitingStatus } from '../../../nodes/log/status.ts'
import { englishStatus } from '../english.ts'

const words = englishStatus('fieldlog-log')

describe('nodes: status of log', () => {
  const state = (more: Partial<LogState>, waiting = 0): LogState =>
    ({
      delivery: { waiting },
      journal: { dropped: 0, lastSeq: 1_204 },
      problem: undefined,
      clockDoubt: undefined,
      ...more,
    }) as unknown as LogState

  it('says how many are logged, and how many wait for the flow', () => {
    assert.deepEqual(logStatus(state({}), words), { fill: 'green', shape: 'dot', text: '1,204 logged' })
    assert.deepEqual(logStatus(state({}, 3), words), {
      fill: 'blue',
      shape: 'dot',
      text: '1,204 logged · 3 to send',
    })
  })

  it('says that the clock is in doubt', () => {
    assert.deepEqual(logStatus(state({ clockDoubt: 'the clock says 2037' }, 3), words), {
      fill: 'yellow',
      shape: 'dot',
      text: '1,204 logged · the clock is in doubt',
    })
  })

  it('says what waits for a journal, and what there was no room for', () => {
    assert.deepEqual(
      [
        { waiting: 0, dropped: 0 },
        { waiting: 1_500, dropped: 2 },
      ].map((line) => waitingStatus('no journal', line, words).text),
      ['no journal', 'no journal · 1,500 waiting · 2 dropped'],
    )
  })
})
