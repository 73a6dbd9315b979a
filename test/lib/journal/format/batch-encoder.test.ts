// Entries that begin alike are encoded in one go: the bytes must be those of each line by itself.
import assert from 'node:assert/strict'
import {
  BatchEncoder,
  closeBatch,
  type NewEntry,
  type NewNotice,
} from '../../../../lib/journal/format/batch.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')
const line = (text: string, more: Partial<NewEntry> = {}): NewEntry => ({
  kind: 'L',
  received: noon,
  source: 'tty',
  text,
  ...more,
})

describe('journal: encoding of a batch', () => {
  it('is the same for entries that begin alike and for others between them', () => {
    const notice: NewNotice = { kind: 'N', notice: 'step', time: noon + 3, json: '{"now":3}' }
    const records = [
      line('1'),
      line('2'),
      line('3', { cut: 'end' }),
      line('4'),
      notice,
      line('5', { form: 'L' }),
      line('{}', { kind: 'E' }),
      line('{"a":1}', { kind: 'E', form: 'R', time: noon - 1 }),
      line('8', { kind: 'R', time: noon - 1 }),
      line('9', { kind: 'R', time: noon - 2 }),
      line('10', { source: 'usb' }),
      line('11', { source: 'usb', received: noon + 1 }),
      line('12', { source: 'usb', received: noon + 1 }),
    ]
    const body = `L 12:00:00.000 tty 1
L 12:00:00.000 tty 2
N 12:00:00.009 cut-line {"cut":"end"}
L 12:00:00.000 tty 3
L 12:00:00.000 tty 4
N 12:00:00.003 step {"now":3}
L 12:00:00.000 tty 5
E 12:00:00.000 tty {}
N 12:00:00.009 received {"at":${noon},"kind":"E"}
R 2026-11-21T11:59:59.999 tty {"a":1}
N 12:00:00.009 received {"at":${noon}}
R 2026-11-21T11:59:59.999 tty 8
R 2026-11-21T11:59:59.998 tty 9
L 12:00:00.000 usb 10
L 12:00:00.001 usb 11
L 12:00:00.001 usb 12
`
    const { bytes, lastSeq } = new BatchEncoder().encode(records, 7, noon + 9)
    assert.equal(lastSeq, 19)
    assert.equal(bytes.toString(), closeBatch(body, 16, 19, noon + 9).toString())
  })

  it('has the checksum of the UTF-8, in one piece and in many', () => {
    for (const count of [1, 3_000]) {
      const texts = Array.from({ length: count }, (_, i) => `é€😀 ${i}`)
      const body = texts.map((text) => `L 12:00:00.000 tty ${text}\n`).join('')
      const { bytes } = new BatchEncoder().encode(
        texts.map((text) => line(text)),
        0,
        noon,
      )
      assert.equal(bytes.toString(), closeBatch(body, count, count, noon).toString())
    }
  })
})
