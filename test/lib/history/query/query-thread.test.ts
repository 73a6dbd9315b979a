import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { QueryThread, type Thread } from '../../../../lib/history/query/query-thread.ts'
import type { Answer, Question } from '../../../../lib/history/query/query-worker.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

class FakeThread extends EventEmitter implements Thread {
  readonly asked: Question[] = []
  isEnded = false
  holds = true
  postMessage(question: Question): void {
    this.asked.push(question)
    this.emit('asked')
  }
  answer(answer: Answer): void {
    this.emit('message', answer)
  }
  terminate(): Promise<unknown> {
    this.isEnded = true
    return Promise.resolve()
  }
  ref(): void {
    this.holds = true
  }
  unref(): void {
    this.holds = false
  }
}

const question = (field: string): Question => ({ about: 'values', given: { field }, now: 0 })

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: Error & { code?: string }) => reason,
  )
  return error ? `${error.code} ${error.message}` : 'it did not fail'
}

describe('the thread that is asked', () => {
  let threads: FakeThread[]
  let clock: FakeClock
  let asking: QueryThread

  beforeEach(() => {
    threads = []
    clock = new FakeClock()
    asking = new QueryThread('store.sqlite', clock, () => {
      const thread = new FakeThread()
      threads.push(thread)
      return thread
    })
  })
  afterEach(() => asking.close())

  it('gets one question after the other, and keeps the process alive only while it has one', async () => {
    const [first, second] = [asking.ask(question('a')), asking.ask(question('b'))]
    assert.equal(threads.length, 1)
    const [thread] = threads as [FakeThread]
    assert.equal(thread.asked.length, 1)
    thread.answer({ answer: 1 })
    assert.equal(await first, 1)
    assert.deepEqual(
      thread.asked.map(({ given }) => given.field),
      ['a', 'b'],
    )
    assert.equal(thread.holds, true)
    thread.answer({ problem: { code: 'QUERY', message: 'field: is none' } })
    assert.equal(await failure(second), 'QUERY field: is none')
    assert.equal(thread.holds, false)
  })

  it('is ended where an answer takes five seconds, and the next question gets a new one', async () => {
    const [slow, next] = [asking.ask(question('slow')), asking.ask(question('next'))]
    clock.tick(4_999)
    assert.equal(threads[0]?.isEnded, false)
    clock.tick(1)
    const what = 'TOO_LONG the answer took longer than 5 seconds: choose a shorter range or a coarser level'
    assert.equal(await failure(slow), what)
    assert.equal(threads[0]?.isEnded, true)
    assert.deepEqual(
      threads[1]?.asked.map(({ given }) => given.field),
      ['next'],
    )
    // what the old one says now is of no interest
    threads[0]?.answer({ answer: 'late' })
    threads[0]?.emit('exit', 1)
    threads[1]?.answer({ answer: 'soon' })
    assert.equal(await next, 'soon')
    // the time of a question that waits has not begun
    clock.tick(10_000)
    assert.equal(threads[1]?.isEnded, false)
  })

  it('may fail: that question is told, and the next one gets a new thread', async () => {
    const first = asking.ask(question('a'))
    threads[0]?.emit('error', Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }))
    assert.match(await failure(first), /^TOO_LONG the answer needs too much memory/)
    const second = asking.ask(question('b'))
    threads[1]?.emit('exit', 7)
    assert.equal(
      await failure(second),
      'NO_STORE the history cannot be read: its thread ended by itself (status 7)',
    )
    const third = asking.ask(question('c'))
    threads[2]?.answer({ answer: 3 })
    assert.equal(await third, 3)
  })

  it('is not asked what nobody waits for any more', async () => {
    const stop = new AbortController()
    const [first, second, third] = [
      asking.ask(question('a'), stop.signal),
      asking.ask(question('b'), stop.signal),
      asking.ask(question('c')),
    ]
    stop.abort(new Error('gone'))
    assert.equal(await failure(first), 'undefined gone')
    assert.equal(await failure(second), 'undefined gone')
    assert.equal(await failure(asking.ask(question('d'), stop.signal)), 'undefined gone')
    const [thread] = threads as [FakeThread]
    const asked = once(thread, 'asked')
    thread.answer({ answer: 'for nobody' })
    await asked
    assert.deepEqual(
      thread.asked.map(({ given }) => given.field),
      ['a', 'c'],
    )
    thread.answer({ answer: 'c' })
    assert.equal(await third, 'c')
  })

  it('has no more than a hundred waiting', async () => {
    const waiting = Array.from({ length: 101 }, () => failure(asking.ask(question('a'))))
    assert.match(await failure(asking.ask(question('b'))), /^TOO_LONG 100 questions wait already/)
    await asking.close()
    assert.equal((await Promise.all(waiting)).filter((text) => text.startsWith('NO_STORE')).length, 101)
  })

  it('gets names when they change, and a new thread gets them too', async () => {
    const rows = [{ source: '', type: '', key: '', name: 'n', place: '', interval: '' as const }]
    const ask = async (given: Question['rows']) => {
      const answered = asking.ask({ ...question('a'), ...(given && { rows: given }) })
      const thread = threads.at(-1) as FakeThread
      thread.answer({ answer: 1 })
      await answered
      return thread.asked.at(-1)?.rows
    }
    assert.equal(await ask(undefined), undefined)
    assert.equal(await ask(rows), rows)
    assert.equal(await ask(rows), undefined)
    threads[0]?.emit('exit', 1)
    assert.equal(await ask(rows), rows)
  })
})
