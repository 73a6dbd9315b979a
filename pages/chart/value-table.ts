// What a plot shows, as a table: for screen readers, and for everybody who wants a number.
import type { Values } from '../model/wire.ts'
import { count, moment, valueWithUnit } from '../model/words.ts'
import { paragraph, table } from '../parts/blocks.ts'
import { element } from '../parts/element.ts'

/** rows that are shown; the file has all of them */
const mostRows = 200

export function valueTable(values: Values): HTMLElement {
  const { t, v, lo, hi, bad, name, field, level } = values
  const reasons = new Map(bad.map((reading) => [reading.t, reading.reasons.join('; ')]))
  const text = (value: number | null | undefined) => valueWithUnit(value ?? null, values)
  const good = t.map((time, index) => ({ time, value: v[index], index }))
  const others = bad.filter((reading) => level !== 'raw' || !t.includes(reading.t))
  const rows = [...good, ...others.map((reading) => ({ time: reading.t, value: reading.v, index: -1 }))]
  rows.sort((a, b) => b.time - a.time)
  const isBucket = lo !== null && hi !== null
  return element(
    'div',
    {},
    element('h3', {}, `${name} ${field}`),
    rows.length > mostRows
      ? paragraph(`The newest ${mostRows} of ${count(rows.length)} rows; the CSV file has every reading.`)
      : undefined,
    table(
      `Values of ${name} ${field}`,
      [
        { title: 'Time' },
        { title: isBucket ? 'Mean' : 'Value', number: true },
        ...(isBucket
          ? [
              { title: 'Min', number: true },
              { title: 'Max', number: true },
            ]
          : []),
        { title: 'Why it is bad' },
      ],
      rows
        .slice(0, mostRows)
        .map(({ time, value, index }) => [
          moment(time),
          text(value),
          ...(isBucket ? [text(index < 0 ? null : lo[index]), text(index < 0 ? null : hi[index])] : []),
          index < 0 || level === 'raw' ? (reasons.get(time) ?? '') : '',
        ]),
    ),
  )
}
