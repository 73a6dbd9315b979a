import assert from 'node:assert/strict'
import { accountOf } from '../../../lib/pages/accounts.ts'
import { began, brokerFacts, deliveryState, journalFacts, logState } from './runtime.ts'

const journal = logState().journal

describe('the account of a journal', () => {
  it('is a line of boxes, of which those that are empty and would only worry are left out', () => {
    const account = accountOf(journalFacts(), [brokerFacts()], began)
    assert.deepEqual(
      account.boxes.map(({ name, count, of, since, beside }) => [
        name,
        count,
        of,
        since,
        ...(beside ? ['beside'] : []),
      ]),
      [
        ['received', 1_000, 'events', null],
        ['logged', 1_000, 'events', null],
        ['cleaned', 300, 'lines', began],
        ['rejected', 3, 'lines', began, 'beside'],
        ['unknown', 190, 'lines', began, 'beside'],
        ['left out', 7, 'lines', began, 'beside'],
        ['good', 290, 'events', began],
        ['bad', 10, 'events', began, 'beside'],
        ['published', 297, 'events', began],
        ['for the broker', 3, 'events', began, 'beside'],
        ['done', 990, 'events', null],
        ['under way', 10, 'events', null, 'beside'],
        ['waiting', 0, 'events', null, 'beside'],
      ],
    )
    const { journal: id, name, balanced, missing, says } = account
    assert.deepEqual([id, name, balanced, missing, says], ['j1', 'log', true, 0, 'all accounted for'])
  })

  it('balances with what waits in memory and what is noted, and says how to send that again', () => {
    const delivery = deliveryState({ complete: 900, incomplete: 5, damaged: 2, waiting: 83 })
    const state = logState({ delivery, journal: { ...journal, held: 7 } })
    const { boxes, balanced, missing, says } = accountOf(journalFacts({ state }), [], began)
    const counts = new Map(boxes.map(({ name, count }) => [name, count]))
    assert.deepEqual(
      ['received', 'logged', 'in memory', 'waiting', 'incomplete', 'damaged'].map((name) => counts.get(name)),
      [1_007, 1_000, 7, 83, 5, 2],
    )
    assert.deepEqual([balanced, missing], [true, 0])
    assert.equal(
      says,
      'all accounted for; 5 events incomplete: send them again with fieldlog replay --incomplete; ' +
        '2 events damaged: run fieldlog verify',
    )
  })

  it('says what is missing: an event that no counter has', () => {
    const state = logState({ delivery: deliveryState({ complete: 988 }) })
    const { balanced, missing, says } = accountOf(journalFacts({ state }), [], began)
    assert.deepEqual([balanced, missing], [false, 2])
    assert.equal(says, '2 events more were logged than are accounted for: run fieldlog audit on the journal')
  })

  it('counts as missing what was dropped, before the log and before the broker', () => {
    const state = logState({ journal: { ...journal, dropped: 12 } })
    const lost = accountOf(journalFacts({ state }), [], began)
    assert.deepEqual([lost.balanced, lost.missing], [false, 12])
    assert.match(lost.says, /^12 events could not be logged since the start/)
    const full = accountOf(journalFacts(), [brokerFacts({}, { in: 304, dropped: 4 })], began)
    assert.deepEqual([full.balanced, full.missing], [false, 4])
    assert.match(full.says, /^4 messages could not be kept for the broker/)
  })

  it('says of a session that does not balance', () => {
    const { missing, says } = accountOf(journalFacts(), [brokerFacts({}, { in: 301 })], began)
    assert.equal(missing, 1)
    assert.equal(says, '1 message to the broker not accounted for: run fieldlog audit on the journal')
  })

  it('tells why a journal is not open, and that nothing is lost meanwhile', () => {
    const shut = { delivery: undefined, journal: { ...journal, held: 4 } }
    const opening = accountOf(journalFacts({ state: logState(shut) }), [], began)
    assert.deepEqual(opening.boxes, [
      { name: 'received', count: 4, of: 'events', since: null, beside: false },
    ])
    assert.deepEqual([opening.balanced, opening.missing], [true, 0])
    assert.equal(opening.says, 'the journal is being opened; what comes meanwhile is held in memory')
    const problem = 'journal: cannot open: the disk is full; trying again'
    assert.equal(accountOf(journalFacts({ state: logState({ ...shut, problem }) }), [], began).says, problem)
  })
})
