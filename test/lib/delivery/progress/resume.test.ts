import assert from 'node:assert/strict'
import type { Checkpoint } from '../../../../lib/delivery/progress/checkpoint.ts'
import { resume } from '../../../../lib/delivery/progress/resume.ts'

const stored: Checkpoint = {
  seq: 50,
  counters: { complete: 45, failed: 2, incomplete: 3, damaged: 2 },
  above: [2, 5, 1, 1],
  incompleteFrom: 7,
}

describe('delivery: resume', () => {
  it('goes on from what was stored', () => {
    assert.deepEqual(resume(stored, 59, 1), { checkpoint: stored })
    assert.deepEqual(resume({ ...stored, above: [] }, 50, 20), { checkpoint: { ...stored, above: [] } })
  })

  it('begins an empty journal without a word', () => {
    const { checkpoint, warning } = resume(undefined, 0, 1)
    assert.deepEqual([checkpoint.seq, checkpoint.pacedUpTo, warning], [0, undefined, undefined])
  })

  it('starts from the oldest entry, at a pace, where there is no valid checkpoint', () => {
    const { checkpoint, warning } = resume(undefined, 900, 301)
    assert.deepEqual(checkpoint, {
      seq: 300,
      counters: { complete: 300, failed: 0, incomplete: 0, damaged: 0 },
      pacedUpTo: 900,
    })
    assert.match(warning!, /missing or damaged: events 301 to 900, all that the journal has, are sent again/)
  })

  it('goes on from the journal’s last entry where the checkpoint is ahead of it', () => {
    const { checkpoint, warning } = resume(stored, 40, 1)
    assert.deepEqual(checkpoint, {
      seq: 40,
      counters: { complete: 35, failed: 2, incomplete: 3, damaged: 2 },
      incompleteFrom: 7,
    })
    assert.match(warning!, /knows of event 59, and the journal ends at 40 .*: going on after 40/)
    const { counters } = resume(stored, 4, 1).checkpoint
    assert.deepEqual(counters, { complete: 4, failed: 0, incomplete: 0, damaged: 0 })
  })

  it('forgets what was complete above the checkpoint where the journal ends below: those seqs will be others', () => {
    const { checkpoint, warning } = resume(stored, 58, 1)
    const { above: _, ...rest } = stored
    assert.deepEqual(checkpoint, rest)
    assert.match(warning!, /knows of event 59, and the journal ends at 58/)
  })
})
