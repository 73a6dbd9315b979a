import assert from 'node:assert/strict'
import { FirstPassword, openFor } from '../../../../lib/appliance/setup/first-password.ts'
import { errorCode } from '../../../../lib/kit/errors.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

/** A choice whose hashes are made when the test says so. */
function begin(keep: (hash: string) => void = () => undefined) {
  const clock = new FakeClock()
  const log: string[] = []
  const hashes: Array<() => void> = []
  const first = new FirstPassword({
    clock,
    hash: (password) => new Promise((resolve) => hashes.push(() => resolve(`hash:${password}`))),
    keep(hash) {
      keep(hash)
      log.push(`kept ${hash}`)
    },
    chosen: ({ user, hash, known }) => log.push(`login ${user} ${hash} ${known}`),
  })
  const choose = (password: string) =>
    first.choose(password).then(
      () => 'chosen',
      (error: unknown) => errorCode(error) ?? 'none',
    )
  return { clock, log, hashes, first, choose }
}

describe('the first password', () => {
  it('is kept, and holds before the one who chose it hears of it', async () => {
    const { log, hashes, first, choose } = begin()
    const answer = choose('open sesame').then((text) => log.push(text))
    assert.equal(first.phase, 'open')
    hashes[0]?.()
    await answer
    assert.deepEqual(log, ['kept hash:open sesame', 'login admin hash:open sesame open sesame', 'chosen'])
    assert.equal(first.phase, 'chosen')
  })

  it('is that of whoever came first, while it is made and for ever after', async () => {
    const { log, hashes, choose } = begin()
    const answers = [choose('first of two'), choose('second of two')]
    assert.equal(await answers[1], 'TAKEN')
    assert.equal(hashes.length, 1)
    hashes[0]?.()
    assert.equal(await answers[0], 'chosen')
    assert.equal(await choose('third of two'), 'TAKEN')
    assert.equal(log[0], 'kept hash:first of two')
  })

  it('can be chosen for an hour after the start', async () => {
    const late = begin()
    late.clock.tick(openFor - 1)
    assert.equal(late.first.phase, 'open')
    late.clock.tick(1)
    assert.equal(late.first.phase, 'closed')
    assert.equal(await late.choose('open sesame'), 'CLOSED')
    assert.equal(late.hashes.length, 0)
  })

  it('must be worth it, and one that is not costs no hash', async () => {
    const { hashes, first, choose } = begin()
    for (const bad of ['', '1234567', 'with\nbreak', 'tab\ttab9', 'x'.repeat(257)]) {
      assert.equal(await choose(bad), 'PASSWORD', bad)
    }
    assert.deepEqual([hashes.length, first.phase], [0, 'open'])
    const good = choose('pässwör')
    assert.equal(await good, 'PASSWORD')
    void choose('pässwört')
    assert.equal(hashes.length, 1)
  })

  it('is open again where it could not be kept', async () => {
    let isFull = true
    const { log, hashes, first, choose } = begin(() => {
      if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    })
    const failed = choose('open sesame')
    hashes[0]?.()
    assert.equal(await failed, 'ENOSPC')
    assert.deepEqual([log, first.phase], [[], 'open'])
    isFull = false
    const second = choose('another one')
    hashes[1]?.()
    assert.equal(await second, 'chosen')
    assert.equal(log.length, 2)
  })
})
