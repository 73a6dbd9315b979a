import assert from 'node:assert/strict'
import { LoginGate } from '../../../../lib/appliance/web/login-gate.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'

/** A gate whose checks end when the test says so, or at once. */
function setUp({ known, held = false }: { known?: string; held?: boolean } = {}) {
  const clock = new FakeClock()
  const lines: string[] = []
  const checks: Array<{ password: string; end: () => void }> = []
  const gate = new LoginGate({
    user: 'admin',
    known,
    clock,
    log: (text) => lines.push(text),
    check: async (password) => {
      await new Promise<void>((end) => {
        checks.push({ password, end })
        if (!held) end()
      })
      return password === 'right'
    },
  })
  const ask = (password: string, address = '10.0.0.1', user = 'admin') =>
    gate.ask(address, { user, password })
  return { gate, clock, lines, checks, ask }
}

describe('appliance: LoginGate', () => {
  it('knows a password that was right once without another look', async () => {
    const { ask, checks } = setUp()
    assert.equal(await ask('right'), 'right')
    assert.equal(await ask('right', '10.0.0.2'), 'right')
    assert.equal(checks.length, 1)
    assert.equal(await ask('right', '10.0.0.1', 'root'), 'wrong')
  })

  it('lets the known password in from an address that guesses', async () => {
    const { ask, checks } = setUp({ known: 'right' })
    assert.equal(await ask('x'), 'wrong')
    assert.deepEqual(await ask('y'), { wait: 1 })
    assert.equal(await ask('right'), 'right')
    assert.equal(checks.length, 1)
  })

  it('doubles the pause with each wrong password, up to a minute, and looks at nothing in it', async () => {
    const { ask, checks, clock } = setUp()
    const waits: number[] = []
    for (let i = 0; i < 11; i++) {
      assert.equal(await ask(`wrong ${i}`), 'wrong')
      const answer = await ask('right')
      assert.ok(typeof answer === 'object')
      waits.push(answer.wait)
      clock.tick(answer.wait * 1000)
    }
    assert.deepEqual(waits, [1, 1, 1, 2, 4, 8, 16, 32, 60, 60, 60])
    assert.equal(checks.length, 11)
    assert.equal(await ask('right'), 'right')
  })

  it('counts a user that there is not like a wrong password', async () => {
    const { ask, checks } = setUp()
    assert.equal(await ask('right', '10.0.0.1', 'root'), 'wrong')
    assert.deepEqual(await ask('right'), { wait: 1 })
    assert.equal(checks.length, 0)
  })

  it('makes no other address wait', async () => {
    const { ask } = setUp()
    await ask('x')
    assert.deepEqual(await ask('y'), { wait: 1 })
    assert.equal(await ask('y', '10.0.0.2'), 'wrong')
  })

  it('starts anew with an address that was quiet for a quarter of an hour', async () => {
    const { ask, clock } = setUp()
    for (let i = 0; i < 9; i++) {
      await ask(`wrong ${i}`)
      clock.tick(60_000)
    }
    clock.tick(15 * 60_000 + 1)
    await ask('wrong')
    assert.deepEqual(await ask('wrong'), { wait: 1 })
  })

  it('checks one at a time, lets sixteen wait, and sends the others away', async () => {
    const { ask, checks } = setUp({ held: true })
    const answers = Array.from({ length: 400 }, (_, i) => ask(`wrong ${i}`, `10.0.${i >> 8}.${i & 255}`))
    await settle()
    for (let done = 0; done < 17; done++) {
      assert.equal(checks.length, done + 1)
      checks[done]?.end()
      await settle()
    }
    const all = await Promise.all(answers)
    assert.equal(all.filter((answer) => answer === 'wrong').length, 17)
    assert.equal(all.filter((answer) => typeof answer === 'object').length, 383)
    assert.equal(checks.length, 17)
  })

  it('checks once what a page asks for many times with one password', async () => {
    const { ask, checks } = setUp({ held: true })
    const answers = Array.from({ length: 20 }, () => ask('right'))
    const guess = ask('another')
    await settle()
    checks[0]?.end()
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(['right']))
    assert.deepEqual(await guess, { wait: 1 })
    assert.equal(checks.length, 1)
  })

  it('writes one line a minute', async () => {
    const { ask, lines, clock } = setUp()
    for (let i = 0; i < 100; i++) await ask(`wrong ${i}`)
    assert.deepEqual(lines, ['1 wrong login; the last from 10.0.0.1'])
    clock.tick(60_000)
    assert.deepEqual(lines.splice(0), [
      '1 wrong login; the last from 10.0.0.1',
      '0 wrong logins, and 99 attempts not looked at; the last from 10.0.0.1',
    ])
    for (let i = 0; i < 10; i++) {
      await ask(`wrong ${i}`, '10.0.0.2')
      clock.tick(5_000)
    }
    assert.deepEqual(lines, [])
    clock.tick(10_000)
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /^\d+ wrong logins.*; the last from 10\.0\.0\.2$/)
    clock.tick(600_000)
    assert.equal(lines.length, 1)
    assert.equal(clock.timers, 0)
  })
})
