import assert from 'node:assert/strict'
import { asError, errorCode, withCode } from '../../../lib/kit/errors.ts'

describe('kit: errors', () => {
  it('give their codes, if they are texts', () => {
    assert.equal(errorCode(withCode('JOURNAL_CLOSED', new Error('it is closed'))), 'JOURNAL_CLOSED')
    assert.equal(errorCode(Object.assign(new Error('x'), { code: 5 })), undefined)
    for (const thrown of [new Error('ENOSPC'), 'ENOSPC', null, undefined, 5]) {
      assert.equal(errorCode(thrown), undefined)
    }
  })

  it('stay what they are when they get a code', () => {
    const error = new RangeError('no such range')
    const coded = withCode('REPLAY_RANGE', error)
    assert.equal(coded, error)
    assert.ok(coded instanceof RangeError)
    assert.deepEqual([coded.code, coded.message], ['REPLAY_RANGE', 'no such range'])
  })

  it('are made of whatever was thrown', () => {
    const error = new Error('x')
    assert.equal(asError(error), error)
    assert.equal(asError('words').message, 'words')
  })
})
