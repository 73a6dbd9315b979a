import assert from 'node:assert/strict'
import { etagOf } from '../../../../lib/history/query/etag.ts'

const now = Date.UTC(2026, 10, 28, 12)

describe('the ETag of an answer', () => {
  it('is that of what is sent, where the range is closed', () => {
    const closed = { from: '2026-11-01', to: String(now) }
    const tag = etagOf(closed, now, '{"n":1}')
    assert.match(tag ?? '', /^"[\w-]{27}"$/)
    assert.equal(etagOf(closed, now + 5_000, '{"n":1}'), tag)
    // a late reading came
    assert.notEqual(etagOf(closed, now, '{"n":2}'), tag)
  })

  it('is none where the range moves with the clock, or has not ended', () => {
    const open = [
      {},
      { from: '0' },
      { from: '0', to: 'now' },
      { from: '-24h', to: '2026-11-01' },
      { from: '0', to: '-1h' },
      { from: '0', to: '2026-11-29' },
      { from: 'x', to: '2026-11-01' },
      { from: ['0'], to: {} },
    ]
    for (const query of open) assert.equal(etagOf(query, now, ''), undefined, JSON.stringify(query))
  })
})
