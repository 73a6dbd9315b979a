// What a line lacks stands in a notice right in front of it, and holds for that line alone.
import assert from 'node:assert/strict'
import type { Cut } from '../../../../lib/event.ts'
import { closeBatch, encodeBatches, type NewEntry } from '../../../../lib/journal/format/batch.ts'
import { decodeBatch, isEntry } from '../../../../lib/journal/format/entry.ts'
import { scanBytes } from '../../../../lib/journal/format/scan.ts'
import { dayOf } from '../../../../lib/journal/format/time.ts'
import { readJournal } from '../../../../lib/journal/read/reader.ts'
import { directory, Machine } from '../support/machine.ts'

const noon = Date.UTC(2026, 10, 21, 12)
const line = (text: string, cut?: Cut): NewEntry => ({
  kind: 'L',
  received: noon,
  source: 'tty',
  text,
  ...(cut && { cut }),
})

/** Texts and marks, as a reader gets them. */
function marks(bytes: Buffer): Array<[string, Cut | undefined]> {
  const place = { day: dayOf(noon), epoch: 'k3x9a7qd' }
  return [...scanBytes(bytes)].flatMap((span) => {
    if (span.kind !== 'batch') return []
    const items = [...decodeBatch(span, place)].flat()
    return items.filter(isEntry).map(({ text, cut }): [string, Cut | undefined] => [text, cut])
  })
}

describe('journal: cut lines', () => {
  it('are noted in front of the entry, and read back with it', () => {
    const entries: NewEntry[] = [
      line('1.54,48', 'start'),
      line('21.55,48'),
      { ...line('21.', 'both'), kind: 'R', time: noon - 1000 },
      { ...line('{"a":1}'), kind: 'E' },
      line('noise', 'stray'),
    ]
    const { bytes } = encodeBatches(entries, 0, noon)
    assert.ok(
      bytes
        .toString()
        .startsWith(
          'N 12:00:00.000 cut-line {"cut":"start"}\nL 12:00:00.000 tty 1.54,48\nL 12:00:00.000 tty 21',
        ),
    )
    assert.deepEqual(marks(bytes), [
      ['1.54,48', 'start'],
      ['21.55,48', undefined],
      ['21.', 'both'],
      ['{"a":1}', undefined],
      ['noise', 'stray'],
    ])
  })

  it('stay with their notice where a batch is closed in between', () => {
    const long = (letter: string) => letter.repeat(700_000)
    const entries = [line(long('a'), 'start'), line(long('b')), line(long('c'), 'end'), line('d')]
    const found = marks(encodeBatches(entries, 0, noon).bytes)
    assert.deepEqual(
      found.map(([text, cut]) => [text[0], cut]),
      [
        ['a', 'start'],
        ['b', undefined],
        ['c', 'end'],
        ['d', undefined],
      ],
    )
  })

  it('a notice whose entry a torn write took marks no other', () => {
    const torn = closeBatch('N 12:00:00.000 cut-line {"cut":"start"}\n', 1, 0, noon)
    const next = closeBatch('L 12:00:01.000 tty whole\n', 1, 1, noon)
    assert.deepEqual(marks(Buffer.concat([torn, next])), [['whole', undefined]])
  })

  it('a notice that says nothing known marks nothing, and one before a broken entry not the entry behind it', () => {
    const body =
      'N 12:00:00.000 cut-line {"cut":"middle"}\nL 12:00:00.000 tty a\n' +
      'N 12:00:00.000 cut-line {"cut":"end"}\nL 12:00:00.000 tty \\xzz\nL 12:00:00.000 tty b\n'
    assert.deepEqual(marks(closeBatch(body, 5, 3, noon)), [
      ['a', undefined],
      ['b', undefined],
    ])
  })

  it('survive the process that wrote them, and are the same for who hears of durable entries', async () => {
    const machine = new Machine()
    const first = await machine.open()
    first.journal.append({ ...line('half', 'end'), received: machine.time.wall() })
    first.journal.append({ ...line('whole'), received: machine.time.wall() })
    await machine.during(first, () => first.journal.flush())
    machine.powerCut(first, () => 0.5)
    const second = await machine.open()
    const found: unknown[] = []
    for await (const reading of readJournal(second.disk, directory, 1))
      if (reading.kind === 'batch')
        for (const item of reading.items) if (isEntry(item)) found.push([item.text, item.cut])
    assert.deepEqual(found, [
      ['half', 'end'],
      ['whole', undefined],
    ])
  })
})
