import assert from 'node:assert/strict'
import { once } from 'node:events'
import { inBackground } from '../../../lib/kit/background.ts'

describe('inBackground', () => {
  it('tells what failed, as an Error', async () => {
    const failed = await new Promise<Error>((resolve) => inBackground(Promise.reject('full'), resolve))
    assert.equal(failed.message, 'full')
  })

  it('warns where nobody wants to know, and the process goes on', async () => {
    const warning = once(process, 'warning')
    inBackground(Promise.reject(new Error('the disk is full')))
    const [{ message }] = (await warning) as [Error]
    assert.equal(message, 'fieldlog: work in the background failed: the disk is full')
  })

  it('says nothing of work that succeeds', async () => {
    const failures: Error[] = []
    const work = Promise.resolve('done')
    inBackground(work, (error) => failures.push(error))
    await work
    assert.deepEqual(failures, [])
  })
})
