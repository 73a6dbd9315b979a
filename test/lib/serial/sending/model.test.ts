// The queue against a small model of it, over random messages, answers, failures, disconnections and deploys.
import assert from 'node:assert/strict'
import { withCode } from '../../../../lib/kit/errors.ts'
import { connectionLimit } from '../../../../lib/serial/sending/send-queue.ts'
import { settle } from '../../../support/fake-clock.ts'
import { fc } from '../../../support/random.ts'
import { madeQueue } from './helper.ts'

const timeout = 5_000

type Step =
  | { do: 'send'; asks: boolean; sender: number }
  | { do: 'hear' }
  | { do: 'take' }
  | { do: 'fail' }
  | { do: 'notOpen' }
  | { do: 'lose' }
  | { do: 'open' }
  | { do: 'deploy'; sender: number }
  | { do: 'wait'; ms: number }

interface Asked {
  id: number
  asks: boolean
  sender: number
  /** when it waits no longer */
  limit?: number
}

interface InFlight extends Asked {
  isTaken: boolean
  hasEnded: boolean
  isStuck: boolean
  deadline: number
  early: Array<{ heard: number; at: number }>
}

/** What the queue ought to do, without promises and timers. */
class Model {
  now = 0
  isOpen = false
  waiting: Asked[] = []
  flight: InFlight | undefined
  written: number[] = []
  ends = new Map<number, string>()

  send(asked: Asked): void {
    this.waiting.push(asked)
    this.#changed()
  }

  hear(heard: number): void {
    const { flight } = this
    if (!flight?.asks) return
    if (!flight.isTaken) flight.early.push({ heard, at: this.now })
    else this.#land(`${heard}`)
  }

  take(): void {
    const { flight } = this
    if (!flight || flight.isTaken) return
    flight.isTaken = true
    flight.deadline = this.now + timeout
    if (!flight.asks || flight.hasEnded) this.#land('taken')
    else {
      const early = flight.early.find(({ at }) => at >= this.now - 20)
      if (early) this.#land(`${early.heard}`)
    }
  }

  fail(): void {
    if (this.flight?.isTaken === false) this.#land('SEND_BROKEN')
  }

  notOpen(): void {
    const { flight } = this
    if (!flight || flight.isTaken) return
    const { id, asks, sender } = flight
    if (!flight.hasEnded) this.waiting.unshift({ id, asks, sender })
    this.flight = undefined
    this.isOpen = false
    this.#changed()
  }

  lose(): void {
    this.isOpen = false
    if (this.flight) this.#land('SEND_BROKEN')
    this.#changed()
  }

  open(): void {
    this.isOpen = true
    this.#changed()
  }

  deploy(sender: number): void {
    for (const item of this.waiting.filter((each) => each.sender === sender)) this.#drop(item, 'SEND_CLOSED')
    const { flight } = this
    if (flight?.sender !== sender) return
    if (flight.isTaken) this.#land('SEND_CLOSED')
    else this.#end(flight, 'SEND_CLOSED')
  }

  wait(ms: number): void {
    const end = this.now + ms
    for (let next = this.#due(); next <= end; next = this.#due()) {
      this.now = next
      this.#timeUp()
    }
    this.now = end
  }

  #due(): number {
    const limits = this.waiting.map(({ limit }) => limit ?? Number.POSITIVE_INFINITY)
    const { flight } = this
    return Math.min(...limits, flight && !flight.isStuck ? flight.deadline : Number.POSITIVE_INFINITY)
  }

  #timeUp(): void {
    const { flight } = this
    for (const item of this.waiting.filter(({ limit }) => limit === this.now))
      this.#drop(item, 'SEND_EXPIRED')
    if (!flight || flight.isStuck || flight.deadline !== this.now) return
    if (flight.isTaken) {
      this.#land('SEND_UNANSWERED')
      return
    }
    flight.isStuck = true
    this.#end(flight, 'SEND_BROKEN')
    this.#changed()
  }

  #changed(): void {
    const canSend = this.isOpen && this.flight?.isStuck !== true
    for (const item of this.waiting) {
      if (canSend) delete item.limit
      else item.limit ??= this.now + connectionLimit
    }
    const item = canSend && !this.flight ? this.waiting.shift() : undefined
    if (!item) return
    const deadline = this.now + 30_000 + `${item.id}\n`.length * 40
    this.flight = { ...item, isTaken: false, hasEnded: false, isStuck: false, deadline, early: [] }
    this.written.push(item.id)
  }

  #land(outcome: string): void {
    if (this.flight) this.#end(this.flight, outcome)
    this.flight = undefined
    this.#changed()
  }

  #drop(item: Asked, outcome: string): void {
    this.waiting = this.waiting.filter((each) => each !== item)
    this.ends.set(item.id, outcome)
  }

  #end(flight: InFlight, outcome: string): void {
    if (!flight.hasEnded) this.ends.set(flight.id, outcome)
    flight.hasEnded = true
  }
}

/** Takes the steps in both, and compares after each. */
async function compare(steps: Step[]): Promise<void> {
  const { queue, port, clock, ends, send } = madeQueue()
  const model = new Model()
  const senders = [{}, {}]
  port.isSlow = true
  let [ids, heard] = [0, 0]
  for (const step of steps) {
    if (step.do === 'send') {
      const id = ids++
      send(id, step.asks ? { answer: '^\\d+$', timeout } : {}, senders[step.sender])
      model.send({ id, asks: step.asks, sender: step.sender })
    } else if (step.do === 'hear') {
      queue.heard({ payload: `${++heard}` })
      model.hear(heard)
    } else if (step.do === 'take') {
      port.pending[0]?.taken()
      model.take()
    } else if (step.do === 'fail') {
      port.pending[0]?.fails(new Error('no'))
      model.fail()
    } else if (step.do === 'notOpen') {
      port.pending[0]?.fails(withCode('PORT_NOT_OPEN', new Error('not open')))
      model.notOpen()
    } else if (step.do === 'lose') {
      queue.lost()
      // the old connection says nothing any more
      port.pending = []
      model.lose()
    } else if (step.do === 'open') {
      if (model.isOpen) continue
      queue.opened()
      model.open()
    } else if (step.do === 'deploy') {
      queue.leave(senders[step.sender]!)
      model.deploy(step.sender)
    } else if (step.do === 'wait') {
      await clock.advance(step.ms)
      model.wait(step.ms)
    }
    await settle()
    assert.ok(port.pending.length <= 1, 'two were in flight')
    assert.deepEqual(
      port.written,
      model.written.map((id) => `${id}\n`),
    )
    const expected = [...model.ends].map(([id, outcome]) => `${id}: ${outcome}`)
    assert.deepEqual([...ends].sort(), expected.sort())
    assert.equal(queue.waiting, model.waiting.length)
  }
  queue.close('it is over')
  await settle()
  assert.deepEqual(
    ends.map((end) => Number(end.split(':')[0])).sort((a, b) => a - b),
    Array.from({ length: ids }, (_, id) => id),
    'each message ends exactly once',
  )
  assert.equal(clock.timers, 0)
}

describe('SendQueue, against its model', () => {
  const sender = fc.nat({ max: 1 })
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), asks: fc.boolean(), sender }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('hear' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
    { weight: 3, arbitrary: fc.constantFrom<Step>({ do: 'fail' }, { do: 'notOpen' }, { do: 'lose' }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('deploy' as const), sender }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.constantFrom(1, 19, 20, 21, 4_999, 5_000, 29_999, 31_000),
      }),
    },
  )

  it('ends each message once, has one in flight at most, and keeps the order', async function () {
    this.timeout(60_000)
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), compare), {
      numRuns: 500,
    })
  })
})
