import assert from 'node:assert/strict'
import { SourceError } from '../../../lib/serial/source/source.ts'
import { type SourceState, Supervisor, stableAfter } from '../../../lib/serial/supervisor.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { FakeSource } from './fake-source.ts'

const missing = () =>
  new SourceError('/dev/fake does not exist: is the collector plugged in?', 'does not exist')
const gone = () => new SourceError('/dev/fake has gone: was the collector unplugged?', 'has gone')

/** @param chance what the random numbers are */
function supervised(chance = 0.5) {
  const source = new FakeSource()
  const clock = new FakeClock()
  const states: string[] = []
  const reports: string[] = []
  const data: string[] = []
  const show = (state: SourceState) =>
    state.state === 'waiting' ? `waiting ${state.reason.short} ${state.retryIn}` : state.state
  const supervisor = new Supervisor(source, clock, () => chance, {
    data: (chunk) => data.push(chunk.toString()),
    disconnected: (isOnPurpose) => data.push(isOnPurpose ? '|' : '!'),
    state: (state) => states.push(show(state)),
    report: (level, text) => reports.push(`${level}: ${text}`),
  })
  return { source, clock, states, reports, data, supervisor }
}

describe('Supervisor', () => {
  it('connects and gives the bytes', async () => {
    const { source, states, data, reports, supervisor } = supervised()
    supervisor.start()
    await settle()
    source.feed('a')
    assert.deepEqual([states, data], [['opening', 'open'], ['a']])
    assert.deepEqual(reports, ['info: connected to /dev/fake'])
  })

  it('opens anew: what was incomplete is cut off, and nothing is said twice', async () => {
    const { source, states, data, reports, supervisor } = supervised()
    supervisor.start()
    await settle()
    source.feed('a')
    supervisor.reopen()
    await settle()
    source.feed('b')
    assert.deepEqual(
      [states, data],
      [
        ['opening', 'open', 'opening', 'open'],
        ['a', '!', 'b'],
      ],
    )
    assert.deepEqual([source.connects, source.closes, reports], [2, 1, ['info: connected to /dev/fake']])
  })

  it('stops in the middle of opening anew', async () => {
    const { source, clock, supervisor } = supervised()
    supervisor.start()
    await settle()
    supervisor.reopen()
    await supervisor.stop()
    assert.deepEqual([source.isOpen, supervisor.state.state, clock.timers], [false, 'closed', 0])
  })

  it('resets what is connected and can be reset', async () => {
    const { source, supervisor } = supervised()
    await assert.rejects(supervisor.reset(), { message: '/dev/fake is not connected' })
    supervisor.start()
    await settle()
    await supervisor.reset()
    assert.equal(source.resets, 1)
  })

  it('tries again with pauses that double up to 30 s, and says it once', async () => {
    const { source, clock, reports, supervisor } = supervised()
    source.failures = Array.from({ length: 9 }, missing)
    supervisor.start()
    await settle()
    const pauses: number[] = []
    while (source.failures.length > 0) {
      pauses.push(clock.next!)
      clock.tick(clock.next!)
      await settle()
    }
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    assert.deepEqual(reports, [
      'warn: /dev/fake does not exist: is the collector plugged in? Trying again by itself.',
    ])
    clock.tick(clock.next!)
    await settle()
    assert.equal(supervisor.state.state, 'open')
    assert.equal(reports.length, 2)
  })

  it('spreads the pauses by chance', async () => {
    const { source, clock, supervisor } = supervised(0)
    source.failures = [missing()]
    supervisor.start()
    await settle()
    assert.equal(clock.next, 375)
  })

  it('says another reason, and the same one again after a connection', async () => {
    const { source, clock, reports, supervisor } = supervised()
    source.failures = [missing(), new SourceError('/dev/fake is in use', 'in use')]
    supervisor.start()
    for (let i = 0; i < 3; i++) {
      await settle()
      clock.tick(1000)
    }
    source.lose(gone())
    source.failures = [missing()]
    clock.tick(4000)
    await settle()
    assert.deepEqual(
      reports.map((text) => text.replace(/ Trying.*/, '')),
      [
        'warn: /dev/fake does not exist: is the collector plugged in?',
        'warn: /dev/fake is in use.',
        'info: connected to /dev/fake again after 2 s',
        'warn: /dev/fake has gone: was the collector unplugged?',
        'warn: /dev/fake does not exist: is the collector plugged in?',
      ],
    )
  })

  it('starts with short pauses again only after a stable connection', async () => {
    const { source, clock, states, supervisor } = supervised()
    supervisor.start()
    await settle()
    for (const lasting of [100, 100, stableAfter]) {
      clock.tick(lasting)
      source.lose(gone())
      clock.tick(clock.next!)
      await settle()
    }
    assert.deepEqual(
      states.filter((state) => state.startsWith('waiting')),
      ['waiting has gone 500', 'waiting has gone 1000', 'waiting has gone 500'],
    )
  })

  it('tells of each end of a connection and whether it is on purpose, so that lines are never joined over it', async () => {
    const { source, clock, data, supervisor } = supervised()
    supervisor.start()
    await settle()
    source.feed('half')
    source.lose(gone())
    clock.tick(500)
    await settle()
    source.feed('new')
    source.unread = 'last'
    await supervisor.stop()
    assert.deepEqual(data, ['half', '!', 'new', 'last', '|'])
  })

  it('does not try again once stopped, and closes what opens meanwhile', async () => {
    const { source, clock, supervisor } = supervised()
    supervisor.start()
    await supervisor.stop()
    await settle()
    assert.deepEqual([source.isOpen, supervisor.state.state, clock.next], [false, 'closed', undefined])
    source.failures = [missing()]
    supervisor.start()
    await settle()
    await supervisor.stop()
    clock.tick(60_000)
    await settle()
    assert.equal(source.connects, 2)
  })

  it('keeps a pause over a reconnection', async () => {
    const { source, clock, supervisor } = supervised()
    supervisor.start()
    await settle()
    supervisor.pause()
    source.lose(gone())
    clock.tick(500)
    await settle()
    assert.equal(source.paused, true)
    supervisor.resume()
    assert.equal(source.paused, false)
  })

  it('writes to the connection, and refuses without one', async () => {
    const { source, supervisor } = supervised()
    await assert.rejects(supervisor.write(Buffer.from('d')), /\/dev\/fake is not connected/)
    supervisor.start()
    await settle()
    await supervisor.write(Buffer.from('d'))
    assert.equal(source.written, 'd')
  })
})
