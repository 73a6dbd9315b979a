// Events that are no entries of the journal, judged beside those that are.
import assert from 'node:assert/strict'
import { type FieldlogEvent, isDerived } from '../../../lib/event.ts'
import { LabelSession, type StoredSession } from '../../../lib/labelling/session.ts'
import { type AnyRow, compilePredicates } from '../../../lib/public/predicates.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { event } from '../predicates/helper.ts'

const rows: AnyRow[] = [
  { name: 'spike', field: 'v', operator: 'spike', values: [5], settings: { limit: 60 } },
  { name: 'change', field: 'v', operator: 'change larger than', values: [5] },
]

describe('labelling: derived events', () => {
  let clock: FakeClock
  let out: Array<[id: string, spike: number | undefined, change: number | undefined, unsure?: string[]]>

  function open(past?: () => never): LabelSession<string> {
    clock = new FakeClock()
    const session = new LabelSession<string>((isWhole) => compilePredicates(rows, [], {}, { isWhole }), clock)
    attach(session, past)
    return session
  }

  function attach(session: LabelSession<string>, past?: () => never): void {
    out = []
    session.attach({
      judged: (id, { flags, unsure }) =>
        out.push(unsure ? [id, flags.spike, flags.change, unsure] : [id, flags.spike, flags.change]),
      ...(past && { past }),
    })
  }

  const span = (start: number, seq: number, v: number) =>
    event(seq, { v }, seq, { id: `e-${start}-span`, type: 'span', key: 'BOOT' })
  const plain = (seq: number, v: number) => event(seq, { v }, seq, { id: `e-${seq}` })
  const take = (session: LabelSession<string>, list: FieldlogEvent[]) => {
    for (const each of list) session.take(each, each.id)
  }

  it('are known by their ids', () => {
    assert.deepEqual(
      ['k3x9a7qd-7', 'k3x9a7qd-7.2', 'k3x9a7qd-7-span', 'k3x9a7qd-7.2-span'].map((id) => isDerived({ id })),
      [false, false, true, true],
    )
  })

  it('never have the journal read: it has none of them', () => {
    const session = open(() => assert.fail('the journal is read'))
    session.restore({ used: 0, isWhole: false, series: [] }, 1, 100)
    take(session, [span(90, 50, 1), span(91, 101, 2), span(40, 101, 3)])
    clock.tick(300_000)
    assert.deepEqual(
      out.map(([id]) => id),
      ['e-90-span', 'e-91-span', 'e-40-span'],
    )
  })

  it('say nothing of the place of those that are logged', () => {
    const session = open()
    take(session, [plain(1, 0), span(1, 9, 50), plain(2, 1), plain(3, 20), plain(4, 2)])
    assert.deepEqual(out, [
      ['e-1', 2, 1],
      ['e-1-span', 2, 1],
      ['e-2', 4, 1],
      ['e-3', 4, 4],
    ])
    assert.deepEqual([session.lastSeq, session.lastId], [9, undefined])
    take(session, [plain(9, 2)])
    assert.deepEqual([session.lastSeq, session.lastId], [9, 'e-9'])
  })

  it('that a rule holds are given back on a deploy, and go on when they come again', () => {
    const session = open()
    take(session, [span(1, 2, 0), span(3, 4, 50)])
    assert.deepEqual(session.detach(), ['e-3-span'])
    attach(session)
    take(session, [span(3, 4, 50), span(5, 6, 1)])
    assert.deepEqual(out, [['e-3-span', 4, 4]])
  })

  it('that a rule held when the state was stored count once, and are unsure when they come again', () => {
    const first = open()
    take(first, [span(1, 2, 0), span(3, 4, 50)])
    const stored = JSON.parse(first.save()) as StoredSession
    const second = open()
    second.restore(stored, 1, 4)
    take(second, [span(1, 2, 0), span(3, 4, 50), span(5, 6, 51), span(7, 8, 52)])
    assert.deepEqual(out, [
      ['e-1-span', 2, 1],
      ['e-3-span', 2, 2, ['spike', 'change']],
      ['e-5-span', 1, 1, ['spike', 'change']],
    ])
  })
})
