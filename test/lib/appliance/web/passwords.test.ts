import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { hashPassword, passwordCheck } from '../../../../lib/appliance/web/passwords.ts'

const bcrypt = createRequire(createRequire(import.meta.url).resolve('node-red')).resolve('bcryptjs')
/** Of `open sesame`, with 10 rounds: as version 1.0.0-alpha.1 kept it. */
const { hashSync } = createRequire(import.meta.url)(bcrypt) as {
  hashSync(text: string, rounds: number): string
}

describe('appliance: passwords', function () {
  this.timeout(20_000)

  it('hashes with a salt, and knows the password again', async () => {
    const hash = hashPassword('pä:ss')
    assert.match(hash, /^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
    assert.notEqual(hash, hashPassword('pä:ss'))
    const check = passwordCheck(hash, bcrypt)
    assert.deepEqual([await check('pä:ss'), await check('pa:ss'), await check('')], [true, false, false])
  })

  it('knows a password by the bcrypt hash of an earlier version', async () => {
    const check = passwordCheck(hashSync('open sesame', 10), bcrypt)
    assert.deepEqual([await check('open sesame'), await check('wrong')], [true, false])
  })

  it('takes a hash that is none for one that no password fits', async () => {
    assert.equal(await passwordCheck('scrypt$16384$8$1$$', bcrypt)(''), false)
    assert.equal(await passwordCheck('nonsense', bcrypt)('nonsense'), false)
  })

  it('leaves the main thread alone', async () => {
    // the least of three: another process may have the processor for a while
    for (const hash of [hashPassword('x'), hashSync('x', 12)]) {
      const check = passwordCheck(hash, bcrypt)
      const longest: number[] = []
      for (let i = 0; i < 3; i++) {
        const delay = monitorEventLoopDelay({ resolution: 1 })
        delay.enable()
        await Promise.all([check('a'), check('b')])
        delay.disable()
        longest.push(delay.max / 1e6)
      }
      assert.ok(Math.min(...longest) < 50, `it was blocked for ${longest.join(', ')} ms`)
    }
  })
})
