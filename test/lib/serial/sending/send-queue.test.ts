import assert from 'node:assert/strict'
import { withCode } from '../../../../lib/kit/errors.ts'
import { mostWaiting } from '../../../../lib/serial/sending/send-queue.ts'
import { mostTrialLines, sendAndHear } from '../../../../lib/serial/sending/trial.ts'
import { settle } from '../../../support/fake-clock.ts'
import { errorOf, line, madeQueue, order } from './helper.ts'

describe('SendQueue: one at a time', () => {
  it('adds the line end to a text, and sends bytes as they are', async () => {
    const { queue, port, send, ends } = madeQueue()
    queue.opened()
    send('AT')
    send(Buffer.from('raw'))
    await settle()
    assert.deepEqual(port.written, ['AT\n', 'raw'])
    assert.deepEqual(ends, ['AT: taken', 'raw: taken'])
  })

  it('sends the next one when the system has taken the bytes', async () => {
    const { queue, port, send, ends } = madeQueue()
    port.isSlow = true
    queue.opened()
    send('1')
    send('2')
    await settle()
    assert.deepEqual([port.written, ends], [['1\n'], []])
    port.pending[0]!.taken()
    await settle()
    assert.deepEqual([port.written, ends], [['1\n', '2\n'], ['1: taken']])
  })

  it('waits for the answer before it sends the next one', async () => {
    const { queue, port, send, ends, hear } = madeQueue()
    queue.opened()
    send('T?', { answer: '^T=' })
    send('H?', { answer: '=' })
    await settle()
    hear('H=7')
    await settle()
    assert.deepEqual([port.written, ends], [['T?\n'], []])
    hear('T=21')
    await settle()
    assert.deepEqual([port.written, ends], [['T?\n', 'H?\n'], ['T?: T=21']])
    hear('T=22')
    await settle()
    assert.deepEqual(ends, ['T?: T=21', 'H?: T=22'])
  })

  it('gives the named groups of the answer', async () => {
    const { queue } = madeQueue()
    queue.opened()
    const answered = queue.send(order('T?', { answer: 'T=(?<temp>.*)' }))
    await settle()
    queue.heard(line('T=21'))
    assert.deepEqual(await answered, { line: { payload: 'T=21' }, groups: { temp: '21' } })
  })

  it('takes no line for the answer that came before the system had taken the bytes', async () => {
    const { queue, port, send, ends, hear, clock } = madeQueue()
    port.isSlow = true
    queue.opened()
    send('T?', { answer: 'T=' })
    await settle()
    hear('T=1')
    await clock.advance(21)
    port.pending[0]!.taken()
    await settle()
    assert.deepEqual(ends, [])
    hear('T=2')
    await settle()
    assert.deepEqual(ends, ['T?: T=2'])
  })

  it('takes one all the same that came a moment before: the system may say so late', async () => {
    const { queue, port, send, ends, hear, clock } = madeQueue()
    port.isSlow = true
    queue.opened()
    send('T?', { answer: 'T=' })
    await settle()
    hear('T=1')
    hear('T=2')
    await clock.advance(20)
    port.pending[0]!.taken()
    await settle()
    assert.deepEqual(ends, ['T?: T=1'])
  })

  it('fails a message without an answer in time, and goes on', async () => {
    const { queue, port, send, ends, clock, hear } = madeQueue()
    queue.opened()
    const first = errorOf(queue.send(order('T?', { answer: 'T=', timeout: 300 })))
    send('H?')
    await clock.advance(299)
    assert.deepEqual(port.written, ['T?\n'])
    await clock.advance(1)
    hear('T=1')
    const { code, message } = await first
    assert.equal(code, 'SEND_UNANSWERED')
    assert.equal(
      message,
      '/dev/fake: no answer came within 300 ms; check msg.answer and the line end that the port sends, or give a longer msg.timeout',
    )
    assert.deepEqual([port.written, ends], [['T?\n', 'H?\n'], ['H?: taken']])
    assert.equal(clock.timers, 0)
  })

  it(`lets ${mostWaiting} wait, and fails what comes beyond`, async () => {
    const { queue, port, ends, send } = madeQueue()
    port.isSlow = true
    queue.opened()
    for (let i = 0; i <= mostWaiting; i++) send(i)
    assert.equal(queue.waiting, mostWaiting)
    const { code, message } = await errorOf(queue.send(order('more')))
    assert.equal(code, 'SEND_FULL')
    assert.match(message, /^\/dev\/fake: 100 messages wait already to be sent; send fewer,/)
    port.isSlow = false
    port.pending[0]!.taken()
    await settle()
    assert.deepEqual([port.written.length, ends.length], [101, 101])
  })

  it('refuses to send nothing', async () => {
    const { queue } = madeQueue({ sendEnd: 'none' })
    assert.equal((await errorOf(queue.send(order('')))).code, 'SEND_INVALID')
    assert.equal((await errorOf(queue.send(order(Buffer.alloc(0))))).code, 'SEND_INVALID')
  })
})

describe('SendQueue: connections', () => {
  it('keeps what waits for a connection 30 seconds, and fails it then', async () => {
    const { queue, port, send, ends, clock } = madeQueue()
    send('1')
    await clock.advance(10_000)
    send('2')
    await clock.advance(19_999)
    assert.deepEqual(ends, [])
    await clock.advance(1)
    assert.deepEqual(ends, ['1: SEND_EXPIRED'])
    queue.opened()
    await settle()
    assert.deepEqual([port.written, ends], [['2\n'], ['1: SEND_EXPIRED', '2: taken']])
    assert.equal(clock.timers, 0)
  })

  for (const [doing, isTaken, text] of [
    ['being sent', false, 'while it was sent'],
    ['waiting for its answer', true, 'before the answer came'],
  ] as const) {
    it(`fails what was ${doing} when the connection is lost, and sends the rest over the next one`, async () => {
      const { queue, port, send, ends } = madeQueue()
      port.isSlow = !isTaken
      queue.opened()
      const first = errorOf(queue.send(order('1', { answer: '.' })))
      send('2')
      await settle()
      queue.lost()
      const { code, message } = await first
      assert.equal(code, 'SEND_BROKEN')
      assert.equal(message, `/dev/fake: the connection was lost ${text}; send the message again`)
      port.isSlow = false
      queue.opened()
      await settle()
      assert.deepEqual([port.written, ends], [['1\n', '2\n'], ['2: taken']])
      // what the old connection says late is of no interest
      port.pending[0]?.fails(new Error('gone'))
      await settle()
      assert.deepEqual(ends, ['2: taken'])
    })
  }

  it('keeps what could not be given to the system at all, in front of the others', async () => {
    const { queue, port, send, ends } = madeQueue()
    port.isSlow = true
    queue.opened()
    send('1')
    send('2')
    await settle()
    port.pending[0]!.fails(withCode('PORT_NOT_OPEN', new Error('not connected')))
    await settle()
    queue.lost()
    assert.deepEqual(ends, [])
    port.isSlow = false
    queue.opened()
    await settle()
    assert.deepEqual(port.written, ['1\n', '1\n', '2\n'])
    assert.deepEqual(ends, ['1: taken', '2: taken'])
  })

  it('fails what the system does not take, says its reason, and goes on', async () => {
    const { queue, port, send, ends } = madeQueue()
    port.isSlow = true
    queue.opened()
    const first = errorOf(queue.send(order('1')))
    send('2')
    port.pending[0]!.fails(new Error('input/output error'))
    assert.equal(
      (await first).message,
      '/dev/fake: the system did not take the bytes (input/output error); see the status of the port, and send the message again',
    )
    await settle()
    port.pending[0]!.taken()
    await settle()
    assert.deepEqual(ends, ['2: taken'])
  })

  it('fails what hangs in the system, and sends nothing else before it has let go', async () => {
    const { queue, port, send, ends, clock } = madeQueue()
    port.isSlow = true
    queue.opened()
    send('1')
    send('2')
    // 2 bytes
    await clock.advance(30_080)
    assert.deepEqual([port.written, ends], [['1\n'], ['1: SEND_BROKEN']])
    await clock.advance(29_999)
    send('3')
    await clock.advance(1)
    assert.deepEqual(ends, ['1: SEND_BROKEN', '2: SEND_EXPIRED'])
    port.pending[0]!.taken()
    await settle()
    port.pending[0]!.taken()
    await settle()
    assert.deepEqual(ends, ['1: SEND_BROKEN', '2: SEND_EXPIRED', '3: taken'])
    assert.equal(clock.timers, 0)
  })

  it('ends the messages of a sender that goes, and no others', async () => {
    const { queue, port, send, ends } = madeQueue()
    const [one, other] = [{}, {}]
    port.isSlow = true
    queue.opened()
    send('1', { answer: '.' }, one)
    send('2', {}, other)
    send('3', {}, one)
    await settle()
    assert.equal(queue.leave(one), 2)
    await settle()
    assert.deepEqual(ends, ['1: SEND_CLOSED', '3: SEND_CLOSED'])
    assert.deepEqual(port.written, ['1\n'])
    port.pending[0]!.taken()
    await settle()
    port.pending[0]!.taken()
    await settle()
    assert.deepEqual(ends, ['1: SEND_CLOSED', '3: SEND_CLOSED', '2: taken'])
  })

  it('fails everything when it is closed, and what comes later', async () => {
    const { queue, send, ends, clock } = madeQueue({ startLines: 'hello' })
    queue.opened()
    send('1')
    queue.close('the gateway stops')
    send('2')
    await settle()
    assert.deepEqual(ends, ['1: SEND_CLOSED', '2: SEND_CLOSED'])
    const { message } = await errorOf(queue.send(order('3')))
    assert.equal(message, '/dev/fake: the gateway stops; nothing more is sent')
    assert.equal(clock.timers, 0)
  })
})

describe('SendQueue: refusals', () => {
  it('sends nothing while a replay runs, unless the message aborts it', async () => {
    const { queue, port, send, ends } = madeQueue()
    queue.opened()
    port.isBusy = 'a replay of the collector runs'
    const { code, message } = await errorOf(queue.send(order('d')))
    assert.equal(code, 'SEND_REFUSED')
    assert.equal(
      message,
      '/dev/fake: a replay of the collector runs; send it again afterwards, or set msg.abort to true to end that',
    )
    send('d', { abort: true })
    await settle()
    assert.deepEqual([port.written, ends], [['d\n'], ['d: taken']])
  })

  it('asks again when a message has its turn', async () => {
    const { queue, port, send, ends } = madeQueue()
    send('1')
    port.isBusy = 'a replay of the collector runs'
    queue.opened()
    await settle()
    assert.deepEqual([port.written, ends], [[], ['1: SEND_REFUSED']])
  })

  it('sends what harms a JeeLink only where it is forced', async () => {
    const { queue, port, send, ends } = madeQueue({ collector: 'jeelink' })
    queue.opened()
    const { code, message } = await errorOf(queue.send(order('0 w')))
    assert.equal(code, 'SEND_REFUSED')
    assert.equal(message, '/dev/fake: "0w" wipes the flash memory; it is sent only where msg.force is true')
    send(Buffer.from('1z'))
    send('212g')
    send('1z', { force: true })
    send('d')
    await settle()
    assert.deepEqual(port.written, ['1z', 'd'])
    assert.deepEqual(ends.sort(), ['1z: SEND_REFUSED', '1z: taken', '212g: SEND_REFUSED', 'd: taken'])
  })
})

describe('SendQueue: startup lines', () => {
  const settings = { startLines: 'one\ntwo' }

  it('are sent behind the first line that comes, before all that waits', async () => {
    const { queue, port, send, hear, clock } = madeQueue(settings)
    send('mine')
    queue.opened()
    await clock.advance(1_999)
    assert.deepEqual(port.written, [])
    hear('[RF12demo.12]')
    await settle()
    assert.deepEqual(port.written, ['one\n', 'two\n', 'mine\n'])
    assert.equal(clock.timers, 0)
  })

  it('are sent after 2 seconds where none comes, and after each connection', async () => {
    const { queue, port, clock } = madeQueue(settings)
    queue.opened()
    await clock.advance(2_000)
    queue.lost()
    queue.opened()
    await clock.advance(1_000)
    queue.lost()
    queue.opened()
    await clock.advance(2_000)
    assert.deepEqual(port.written, ['one\n', 'two\n', 'one\n', 'two\n'])
  })

  it('wait for the end of a replay; what aborts it goes before them', async () => {
    const { queue, port, send, ends, clock } = madeQueue(settings)
    port.isBusy = 'a replay of the collector runs'
    queue.opened()
    await clock.advance(5_000)
    send('x', { abort: true })
    await settle()
    assert.deepEqual([port.written, ends], [['x\n'], ['x: taken']])
    port.isBusy = undefined
    await clock.advance(1_000)
    assert.deepEqual(port.written, ['x\n', 'one\n', 'two\n'])
    assert.equal(clock.timers, 0)
  })

  it('are refused as anything else, which is said', async () => {
    const { queue, port, clock } = madeQueue({ startLines: '1z\n1v', collector: 'jeelink' })
    queue.opened()
    await clock.advance(2_000)
    assert.deepEqual(port.written, ['1v'])
    assert.deepEqual(port.failures, [
      'startup line "1z": /dev/fake: "1z" powers the collector off; it is sent only where msg.force is true',
    ])
  })

  it('that could not be given to the system are not sent twice over the next connection', async () => {
    const { queue, port, clock } = madeQueue(settings)
    port.isSlow = true
    queue.opened()
    await clock.advance(2_000)
    port.pending[0]!.fails(withCode('PORT_NOT_OPEN', new Error('not connected')))
    await settle()
    queue.lost()
    port.isSlow = false
    queue.opened()
    await clock.advance(2_000)
    assert.deepEqual(port.written, ['one\n', 'one\n', 'two\n'])
  })
})

describe('sendAndHear', () => {
  it('gives the lines of the next three seconds, and lets others wait so long', async () => {
    const { queue, port, send, clock, hear } = madeQueue()
    queue.opened()
    const lines = sendAndHear(queue, 'v')
    send('next')
    await clock.advance(100)
    hear('> 0v')
    await clock.advance(2_899)
    hear('[RF12demo.12]')
    assert.deepEqual(port.written, ['v\n'])
    await clock.advance(1)
    hear('late')
    assert.deepEqual(await lines, [{ payload: '> 0v' }, { payload: '[RF12demo.12]' }])
    assert.deepEqual(port.written, ['v\n', 'next\n'])
  })

  it('ends early where very many come', async () => {
    const { queue, hear } = madeQueue()
    queue.opened()
    const lines = sendAndHear(queue, 'd')
    await settle()
    for (let i = 0; i <= mostTrialLines; i++) hear(String(i))
    assert.equal((await lines).length, mostTrialLines)
  })

  it('fails as any other message does', async () => {
    const { queue } = madeQueue({ collector: 'jeelink' })
    queue.opened()
    assert.equal((await errorOf(sendAndHear(queue, '1w'))).code, 'SEND_REFUSED')
  })
})
