// What is read back from the journal gets the outcome that it had live.
import assert from 'node:assert/strict'
import { compileFormats } from '../../../lib/formats/compile.ts'
import { room } from '../../../lib/formats/library/jeelink.ts'
import type { Entry } from '../../../lib/journal/format/entry.ts'
import { decoded } from '../../../lib/labelling/history.ts'
import { unknownReadings } from '../../../lib/preview/format-preview.ts'

const entry: Entry = {
  kind: 'L',
  seq: 7,
  epoch: 'k3x9a7qd',
  received: 1,
  time: 1,
  source: 'tty',
  text: 'OK 12 1 118 182 0',
}

describe('labelling: entries of the journal', () => {
  it('are clean where they are whole, and rejected where they are cut', () => {
    const formats = compileFormats([room])
    const [whole] = decoded(entry, formats)
    assert.deepEqual([whole?.outcome.kind, whole?.events[0]?.data?.temp], ['clean', 18.2])
    for (const cut of ['start', 'end', 'both', 'stray'] as const) {
      const found = decoded({ ...entry, cut }, formats).map(({ outcome, events }) => [outcome.kind, events])
      assert.deepEqual(found, [['rejected', []]], cut)
    }
  })

  it('teach nothing about formats where they are cut', () => {
    const reading = {
      seq: 1,
      id: 'k3x9a7qd-1',
      kind: 'L',
      source: 's',
      received: 1,
      time: 1,
      text: 'T: 21',
    } as const
    assert.deepEqual(unknownReadings([room], [reading, { ...reading, cut: 'start' }]), [reading])
  })
})
