import assert from 'node:assert/strict'
import { Timetable } from '../../../../lib/serial/replay/timetable.ts'

const at = (text: string) => Date.parse(text)
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

describe('When stored lines are played', () => {
  it('at speed 1 each comes at its time of day, and those whose time has gone by do not', () => {
    const table = new Timetable(1, at('2026-11-21T12:00:00Z'))
    const due = [
      '2012-11-30T11:59:59Z',
      '2012-11-30T12:00:00Z',
      '2012-11-30T12:00:01.5Z',
      '2012-12-01T03:00Z',
    ]
    assert.deepEqual(
      due.map((time) => iso(table.due(at(time)))),
      [undefined, '2026-11-21T12:00:00.000Z', '2026-11-21T12:00:01.500Z', '2026-11-22T03:00:00.000Z'],
    )
  })

  it('again on the day behind the last one', () => {
    const table = new Timetable(1, at('2026-11-21T12:00:00Z'))
    table.due(at('2012-11-30T23:00:00Z'))
    assert.equal(table.again(), true)
    assert.equal(iso(table.due(at('2012-11-30T08:00:00Z'))), '2026-11-22T08:00:00.000Z')
    table.due(at('2012-12-01T00:00:00Z'))
    table.again()
    assert.equal(iso(table.due(at('2012-11-30T08:00:00Z'))), '2026-11-24T08:00:00.000Z')
  })

  it('faster from the first line on, and again when its day would be over', () => {
    const table = new Timetable(60, at('2026-11-21T12:00:00Z'))
    const due = () => ['2012-11-30T06:00:00Z', '2012-11-30T07:00:00Z'].map((time) => iso(table.due(at(time))))
    assert.deepEqual(due(), ['2026-11-21T12:00:00.000Z', '2026-11-21T12:01:00.000Z'])
    table.again()
    assert.deepEqual(due(), ['2026-11-21T12:24:00.000Z', '2026-11-21T12:25:00.000Z'])
  })

  it('at once', () => {
    const now = at('2026-11-21T12:00:00Z')
    const table = new Timetable(Number.POSITIVE_INFINITY, now)
    assert.equal(table.due(at('2040-01-01T00:00:00Z')), now)
  })

  it('never again where there was no line', () => {
    assert.equal(new Timetable(1, 0).again(), false)
  })
})
