// Retained state of the gateway's own: how it is sent, and what becomes of refusals.
import assert from 'node:assert/strict'
import type { Outgoing } from '../../../../lib/mqtt/message/outgoing.ts'
import { Retained } from '../../../../lib/mqtt/session/retained.ts'
import type { BrokerFacts, Connection } from '../../../../lib/mqtt/wire/connection.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const facts: BrokerFacts = {
  ...{ receiveMaximum: 65_535, maximumPacketSize: 200, retainAvailable: true, maximumQoS: 2 },
}

describe('retained state', () => {
  let time: FakeClock
  let board: Retained
  let said: string[]
  let sent: Outgoing[]
  let open: Array<(code: number) => void>
  let areEventsSent: boolean
  let current: BrokerFacts

  beforeEach(() => {
    current = facts
    time = new FakeClock()
    said = []
    sent = []
    open = []
    areEventsSent = true
    board = new Retained({
      clock: time,
      random: () => 0.5,
      areEventsSent: () => areEventsSent,
      changed: () => pump(),
      refused: (what, why) => said.push(`${what}: ${why}`),
      notAvailable: () => said.push('keeps none'),
    })
  })

  const connection = {
    publish: (message: Outgoing, answered: (code: number) => void) => {
      sent.push(message)
      open.push(answered)
    },
  } as unknown as Connection
  function pump() {
    for (const lane of board.messages) if (lane.isReady) lane.send(connection, current)
  }
  const begin = (over: Partial<BrokerFacts> = {}) => {
    current = { ...facts, ...over }
    board.begin(current)
    pump()
  }
  const answer = (code = 0) => open.shift()!(code)
  const topics = () => sent.map(({ topic, payload }) => `${topic}=${payload}`)

  it('of an event waits for the messages of events, a minute at most; other state does not', () => {
    areEventsSent = false
    begin()
    board.put('latest', '1', 'readings', true)
    board.put('state', 'online', 'things')
    assert.deepEqual([topics(), board.waiting], [['state=online'], 2])
    answer()
    board.put('latest', '2', 'readings', true)
    time.tick(59_000)
    pump()
    assert.deepEqual(topics(), ['state=online'])
    areEventsSent = true
    pump()
    assert.deepEqual(topics(), ['state=online', 'latest=2'])
    answer()
    areEventsSent = false
    board.put('latest', '3', 'readings', true)
    time.tick(60_000)
    pump()
    assert.deepEqual(topics().at(-1), 'latest=3')
  })

  it('of an event waits for the events of an outage, too, however long that was', () => {
    areEventsSent = false
    board.put('latest', '1', 'readings', true)
    time.tick(3_600_000)
    begin()
    assert.deepEqual(topics(), [])
    areEventsSent = true
    pump()
    assert.deepEqual(topics(), ['latest=1'])
  })

  it('goes with QoS 1 and the retain flag, four at a time, and 100 a second', () => {
    for (let i = 0; i < 20; i++) board.put(`t/${i}`, 'x', 'things')
    begin()
    assert.deepEqual(sent[0], { topic: 't/0', payload: 'x', retain: true, qos: 1 })
    assert.equal(sent.length, 4)
    time.tick(1_000)
    assert.equal(sent.length, 4)
    for (let i = 0; i < 4; i++) answer()
    assert.equal(sent.length, 8)
    for (let i = 0; i < 4; i++) answer()
    // the burst is used up
    assert.equal(sent.length, 8)
    time.tick(10)
    assert.equal(sent.length, 9)
    assert.equal(board.waiting, 12)
  })

  it('goes at 50,000 characters a second where messages are long', () => {
    board.put('a', 'x'.repeat(5_000), 'things')
    board.put('b', 'x', 'things')
    begin({ maximumPacketSize: 10_000 })
    assert.equal(sent.length, 1)
    // 100 ms, of which a burst takes 30
    time.tick(69)
    assert.equal(sent.length, 1)
    time.tick(1)
    assert.deepEqual([sent.length, sent[1]?.topic], [2, 'b'])
  })

  it('is the newest payload alone, made when it is sent', () => {
    let made = 0
    for (let i = 0; i < 5; i++) {
      board.put('t', () => `${i} of ${++made}`, 'things')
    }
    begin()
    assert.deepEqual(topics(), ['t=4 of 1'])
    board.put('t', 'newer', 'things')
    board.put('t', 'newest', 'things')
    assert.equal(sent.length, 1)
    answer()
    time.tick(20)
    assert.deepEqual(topics(), ['t=4 of 1', 't=newest'])
  })

  it('is sent again on each connection, what was in flight, too', () => {
    board.put('a', '1', 'things')
    board.put('b', '2', 'things')
    begin()
    answer()
    board.end()
    for (const lane of board.messages) lane.ended(undefined)
    time.tick(100)
    begin()
    assert.deepEqual(topics().slice(2).sort(), ['a=1', 'b=2'])
  })

  it('forgets a topic once the broker has, and tells so', () => {
    let gone = 0
    board.put('a', '1', 'things')
    begin()
    answer()
    time.tick(100)
    board.remove('a', 'things', () => gone++)
    assert.deepEqual(topics(), ['a=1', 'a='])
    assert.equal(gone, 0)
    answer()
    assert.equal(gone, 1)
    board.again()
    time.tick(100)
    assert.equal(sent.length, 2)
  })

  it('forgets a topic at once that the broker never had, unless it may be of an earlier process', () => {
    const gone: string[] = []
    const remove = (name: string, isOfEarlier: boolean) =>
      board.remove(name, 'things', () => gone.push(name), isOfEarlier)
    board.put('a', '1', 'things')
    board.put('latest', '1', 'readings', true)
    remove('a', false)
    remove('latest', false)
    remove('never put', false)
    remove('old', true)
    assert.deepEqual([gone, board.waiting], [['a', 'latest', 'never put'], 1])
    board.put('b', '1', 'things')
    begin()
    remove('b', false)
    answer()
    answer()
    time.tick(100)
    answer()
    assert.deepEqual(topics(), ['old=', 'b=1', 'b='])
    assert.deepEqual(gone.slice(3), ['old', 'b'])
  })

  it('keeps a topic that is put again before the broker has forgotten it', () => {
    board.put('a', '1', 'things')
    begin()
    answer()
    time.tick(100)
    board.remove('a', 'things', () => assert.fail('it is there'))
    board.put('a', '2', 'things')
    answer()
    time.tick(100)
    assert.deepEqual(topics(), ['a=1', 'a=', 'a=2'])
  })

  it('tries a refused topic again after 10 s, 20 s …, says it once for each kind, and goes on with others', () => {
    board.put('a', '1', 'things')
    board.put('b', '1', 'things')
    board.put('c', '1', 'others')
    begin()
    answer(135)
    answer(135)
    answer()
    assert.deepEqual(said, ['things (a): not authorized (code 135)'])
    time.tick(9_000)
    assert.equal(sent.length, 3)
    time.tick(1_100)
    assert.deepEqual(topics().slice(3), ['a=1', 'b=1'])
    answer(135)
    answer()
    time.tick(19_000)
    assert.equal(sent.length, 5)
    time.tick(1_100)
    assert.deepEqual(topics().slice(5), ['a=1'])
    answer()
    assert.equal(said.length, 1)
    assert.equal(board.waiting, 0)
  })

  it('backs off from a topic on which the connection ends three times', () => {
    board.put('a', '1', 'things')
    for (let i = 0; i < 3; i++) {
      time.tick(100)
      begin()
      board.end()
      for (const lane of board.messages) lane.ended('it closed the connection on it')
    }
    time.tick(100)
    begin()
    assert.equal(sent.length, 3)
    assert.equal(said.length, 1)
    time.tick(11_000)
    assert.equal(sent.length, 4)
  })

  it('does not send what is larger than the broker takes, and says so', () => {
    board.put('a', 'x'.repeat(300), 'things')
    begin()
    assert.deepEqual(sent, [])
    assert.deepEqual(said, ['things (a): packet too large (code 149)'])
  })

  it('does not wait for one that is too large to be sent, however long it is', () => {
    board.put('a', 'x'.repeat(300_000), 'things')
    board.put('b', '1', 'things')
    begin()
    assert.deepEqual(topics(), ['b=1'])
  })

  it('sends nothing to a broker that keeps nothing, and says so once', () => {
    begin({ retainAvailable: false })
    assert.deepEqual(said, [])
    board.put('a', '1', 'things')
    board.put('b', '1', 'things')
    assert.deepEqual([sent, said], [[], ['keeps none']])
  })
})
