// The name that a sender gave an event stands in a notice right in front of it, and holds for that event alone.
import assert from 'node:assert/strict'
import { closeBatch, encodeBatches, type NewEntry } from '../../../../lib/journal/format/batch.ts'
import { decodeBatch, isEntry } from '../../../../lib/journal/format/entry.ts'
import { type Once, onceNotice } from '../../../../lib/journal/format/notices.ts'
import { scanBytes } from '../../../../lib/journal/format/scan.ts'
import { dayOf } from '../../../../lib/journal/format/time.ts'

const noon = Date.UTC(2026, 10, 21, 12)
const named = (text: string, part?: number): NewEntry => ({
  kind: 'L',
  received: noon,
  source: 'http',
  text,
  ...(part !== undefined && { once: onceOf(part) }),
})

function onceOf(part: number): Once {
  return { key: 'request:a "b"', part, of: 3, digest: 'abc' }
}

/** Texts and parts, as a reader gets them. */
function parts(bytes: Buffer): Array<[string, number | undefined]> {
  return [...scanBytes(bytes)].flatMap((span) => {
    if (span.kind !== 'batch') return []
    const items = [...decodeBatch(span, { day: dayOf(noon), epoch: 'k3x9a7qd' })].flat()
    return items.filter(isEntry).map(({ text, once }): [string, number | undefined] => [text, once?.part])
  })
}

describe('journal: names that senders give', () => {
  const entries: NewEntry[] = [
    named('one', 0),
    named('two', 1),
    named('other'),
    { ...named('{"a":1}', 2), kind: 'E' },
    { ...named('cut', 0), cut: 'end' },
    named('last'),
  ]

  it('are noted in front of the entry, and read back with it', () => {
    const { bytes } = encodeBatches(entries, 0, noon)
    const first =
      'N 12:00:00.000 once {"key":"request:a \\"b\\"","part":0,"of":3,"digest":"abc"}\nL 12:00:00.000 http one\n'
    assert.equal(bytes.toString().slice(0, first.length), first)
    assert.deepEqual(parts(bytes), [
      ['one', 0],
      ['two', 1],
      ['other', undefined],
      ['{"a":1}', 2],
      ['cut', 0],
      ['last', undefined],
    ])
  })

  it('are none where the notice is not whole', () => {
    for (const json of [
      '{}',
      '{"key":1,"part":0,"of":1,"digest":""}',
      '{"key":"a","part":1,"of":1,"digest":""}',
    ]) {
      assert.equal(onceNotice({ notice: 'once', json }), undefined)
    }
  })

  it('name no other entry where a torn write took theirs', () => {
    const notice = `N 12:00:00.000 once ${JSON.stringify(onceOf(0))}\n`
    const torn = closeBatch(notice, 1, 0, noon)
    const next = closeBatch('L 12:00:01.000 http other\n', 1, 1, noon)
    assert.deepEqual(parts(Buffer.concat([torn, next])), [['other', undefined]])
  })
})
