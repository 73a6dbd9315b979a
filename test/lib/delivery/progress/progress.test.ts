import assert from 'node:assert/strict'
import type { Checkpoint } from '../../../../lib/delivery/progress/checkpoint.ts'
import { Progress } from '../../../../lib/delivery/progress/progress.ts'
import { fc } from '../../../support/random.ts'
import { nothing } from '../support/world.ts'

type Fate = 'complete' | 'failed' | 'incomplete' | 'damaged'

const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        seq: fc.integer({ min: 1, max: 30 }),
        fate: fc.constantFrom<Fate>('complete', 'complete', 'complete', 'failed', 'incomplete', 'damaged'),
      }),
    },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
    { weight: 1, arbitrary: fc.record({ redelivered: fc.integer({ min: 1, max: 30 }) }) },
  ),
  { maxLength: 80 },
)

/** What became of each seq, in the simplest way. */
class Model {
  readonly fates = new Map<number, Fate>()

  get checkpoint(): number {
    let seq = 0
    while (this.fates.has(seq + 1)) seq++
    return seq
  }

  count(fates: Fate[], upTo = Number.POSITIVE_INFINITY): number {
    return [...this.fates].filter(([seq, fate]) => seq <= upTo && fates.includes(fate)).length
  }

  /** After a crash what is incomplete or damaged above the checkpoint is found out again. */
  restart(): void {
    const { checkpoint } = this
    for (const [seq, fate] of this.fates) {
      if (seq <= checkpoint) continue
      if (fate === 'incomplete' || fate === 'damaged') this.fates.delete(seq)
      if (fate === 'failed') this.fates.set(seq, 'complete')
    }
  }
}

function assertSame(progress: Progress, model: Model): void {
  assert.equal(progress.checkpoint, model.checkpoint)
  for (let seq = 1; seq <= 31; seq++) assert.equal(progress.has(seq), model.fates.has(seq))
  assert.deepEqual(progress.totals, {
    complete: model.count(['complete', 'failed']),
    failed: model.count(['failed']),
    incomplete: model.count(['incomplete']),
    damaged: model.count(['damaged']),
  })
  const { seq, counters } = progress.stored
  assert.equal(seq, model.checkpoint)
  assert.equal(counters.complete + counters.incomplete + counters.damaged, seq)
  assert.equal(counters.failed, model.count(['failed'], seq))
  assert.equal(counters.incomplete, model.count(['incomplete'], seq))
  assert.equal(progress.doneAbove(seq + 3), [...model.fates.keys()].filter((s) => s > seq + 3).length)
}

describe('delivery: Progress', () => {
  it('agrees with a map of fates, over restarts too', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let progress = new Progress(nothing)
        const model = new Model()
        for (const step of sequence) {
          if (step === 'restart') {
            progress = new Progress(JSON.parse(JSON.stringify(progress.stored)) as Checkpoint)
            model.restart()
          } else if ('redelivered' in step) {
            const isIncomplete = model.fates.get(step.redelivered) === 'incomplete'
            if (!isIncomplete || step.redelivered > model.checkpoint) continue
            progress.redelivered(step.redelivered, 'incomplete')
            model.fates.set(step.redelivered, 'complete')
          } else {
            if (!model.fates.has(step.seq)) model.fates.set(step.seq, step.fate)
            if (step.fate === 'incomplete') progress.incomplete(step.seq)
            else if (step.fate === 'damaged') progress.damaged(step.seq, step.seq)
            else progress.complete(step.seq, step.fate === 'failed')
          }
          assertSame(progress, model)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('counts a damaged stretch around what had been dealt with before', () => {
    const progress = new Progress(nothing)
    progress.complete(4, false)
    progress.complete(5, true)
    progress.damaged(2, 8)
    assert.deepEqual(progress.totals, { complete: 2, failed: 1, incomplete: 0, damaged: 5 })
    progress.complete(1, false)
    assert.deepEqual(progress.stored, {
      seq: 8,
      counters: { complete: 3, failed: 1, incomplete: 0, damaged: 5 },
      damagedFrom: 2,
    })
  })

  it('knows from where on events may be incomplete', () => {
    const progress = new Progress(nothing)
    for (const seq of [1, 3]) progress.complete(seq, false)
    progress.incomplete(4)
    progress.incomplete(2)
    assert.equal(progress.notedFrom('incomplete'), 2)
    progress.redelivered(4, 'incomplete')
    assert.equal(progress.notedFrom('incomplete'), 2)
    progress.redelivered(2, 'incomplete')
    assert.deepEqual([progress.notedFrom('incomplete'), progress.totals.complete], [undefined, 4])
    progress.redelivered(3, 'incomplete')
    assert.equal(progress.totals.complete, 4, 'nothing is incomplete any more')
  })

  it('counts what was sent again once, however often it was asked for', () => {
    const progress = new Progress(nothing)
    for (const seq of [1, 2, 3]) progress.incomplete(seq)
    progress.damaged(4, 5)
    for (let i = 0; i < 5; i++) {
      progress.redelivered(2, 'incomplete')
      progress.redelivered(5, 'damaged')
    }
    assert.deepEqual(progress.totals, { complete: 2, failed: 0, incomplete: 2, damaged: 1 })
    progress.redelivered(4, 'damaged')
    assert.deepEqual([progress.notedFrom('damaged'), progress.notedFrom('incomplete')], [undefined, 1])
  })

  it('stores from where on each epoch holds, as far as it speaks of them', () => {
    const progress = new Progress({ ...nothing, journal: 'aaaa', epochs: [[1, 'aaaa']] })
    progress.saw(1, 'aaaa')
    progress.saw(2, 'bbbb')
    progress.saw(3, 'bbbb')
    progress.saw(4, 'cccc')
    // sent again after a deploy
    progress.saw(2, 'bbbb')
    for (const seq of [1, 3]) progress.complete(seq, false)
    const { journal, epochs } = progress.stored
    assert.deepEqual(
      [journal, epochs],
      [
        'aaaa',
        [
          [1, 'aaaa'],
          [2, 'bbbb'],
        ],
      ],
    )
    // read behind newer ones
    progress.saw(20, 'late')
    progress.saw(12, 'late')
    progress.saw(8, 'early')
    for (const seq of [5, 6, 7]) progress.complete(seq, false)
    for (let seq = 8; seq < 30; seq++) progress.complete(seq, false)
    progress.complete(2, false)
    progress.complete(4, false)
    assert.deepEqual(progress.stored.epochs?.slice(-3), [
      [4, 'cccc'],
      [8, 'early'],
      [12, 'late'],
    ])
    for (let seq = 30; seq < 60; seq++) progress.saw(seq, `e${seq}`)
    for (let seq = 30; seq < 60; seq++) progress.complete(seq, false)
    assert.deepEqual(progress.stored.epochs?.length, 16)
    assert.deepEqual(progress.stored.epochs?.at(-1), [59, 'e59'])
  })

  it('stores the pace until it is over', () => {
    const progress = new Progress({ ...nothing, pacedUpTo: 2 })
    progress.complete(1, false)
    assert.equal(progress.stored.pacedUpTo, 2)
    progress.complete(2, false)
    assert.equal(progress.stored.pacedUpTo, undefined)
  })
})
