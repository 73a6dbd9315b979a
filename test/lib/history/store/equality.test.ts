// However a store came about, it has the same rows.
import assert from 'node:assert/strict'
import { contentsOf } from '../support/contents.ts'
import { madeEvents } from '../support/events.ts'
import { ModelJournal } from '../support/model-journal.ts'
import { StoreBench } from '../support/store-bench.ts'

const count = Number(process.env.FIELDLOG_STORE_EVENTS ?? 5_000)
const events = madeEvents(count, 7)
const isAgain = (seq: number) => seq % 37 === 0

describe('history: a store filled live, and from the journal', function () {
  this.timeout(60_000 + count)
  let bench: StoreBench
  beforeEach(() => {
    bench = new StoreBench()
  })
  afterEach(() => bench.remove())

  async function live(): Promise<string> {
    const journal = new ModelJournal(events)
    bench.open(journal)
    await bench.ready()
    await journal.send(count, isAgain)
    assert.deepEqual(journal.errors, [])
    await bench.close()
    const contents = contentsOf(bench.path)
    assert.equal(contents.rows, events.bySeq.flat().filter(({ data }) => data !== undefined).length)
    return contents.sha256
  }

  it('has the same rows and aggregates, bit for bit', async () => {
    const expected = await live()
    const other = new StoreBench()
    try {
      const journal = new ModelJournal(events, count)
      other.open(journal)
      await other.ready()
      assert.equal(other.store!.state.upTo, count)
      await other.close()
      assert.equal(contentsOf(other.path).sha256, expected)
    } finally {
      await other.remove()
    }
  })
})
