// A store that is closed stays closed, whatever was under way.
import assert from 'node:assert/strict'
import { HistoryStore } from '../../../../lib/history/store/history-store.ts'
import type { FileReport, Report, Request } from '../../../../lib/history/store/requests.ts'
import { type Thread, ThreadClient } from '../../../../lib/history/store/thread-client.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { madeEvents } from '../support/events.ts'
import { ModelJournal } from '../support/model-journal.ts'

const file: FileReport = {
  upTo: 0,
  rows: 0,
  oldVerdicts: 0,
  bytes: 0,
  journal: undefined,
  top: undefined,
  part: undefined,
}

/** A thread that answers at once what the test says. */
function threadOf(answer: (request: Request) => Report): Thread {
  let told: (answer: { id: number; report: Report }) => void = () => {}
  return {
    postMessage: ({ id, request }) => queueMicrotask(() => told({ id, report: answer(request) })),
    on(event: string, listener: unknown) {
      if (event === 'message') told = listener as typeof told
    },
    terminate: async () => {},
    unref: () => {},
  }
}

describe('history: a store that is closed', () => {
  it('is not opened anew, though its file was found to be gone a moment before', async () => {
    const clock = new FakeClock()
    const asked: string[] = []
    const warnings: string[] = []
    let closing: Promise<void> | undefined
    const start = () =>
      threadOf(({ kind }) => {
        asked.push(kind)
        if (kind !== 'upkeep') return { file, new: undefined }
        return { file: undefined, new: undefined, isGone: true }
      })
    const store: HistoryStore = new HistoryStore(
      { path: '/store', keep: { raw: 0, minutes: 0, quarters: 0 }, id: 'store' },
      new ModelJournal(madeEvents(1, 1)),
      {
        warn(message) {
          warnings.push(message)
          closing = store.close()
        },
        changed: () => {},
        committed: () => {},
      },
      clock,
      (lost) => new ThreadClient(lost, start),
    )
    store.start()
    await settle()
    assert.equal(store.state.state, 'ready')
    await clock.advance(10_000)
    await closing
    await settle()
    assert.deepEqual(asked, ['open', 'upkeep', 'close'])
    assert.deepEqual(warnings, ['store: /store was deleted or replaced. It is made again from the journal'])
    assert.equal(clock.timers, 0)
  })
})
