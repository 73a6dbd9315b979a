// What becomes of a last file that holds one batch only, so that nothing of it is sound where its H is not.
import { change, check, type Row, zero } from '../support/corruption.ts'
import { days, linesOf } from '../support/sample.ts'

const third = days[2]
const again = { file: third, entries: 2, torn: `${third}.torn`, suspect: true } as const

/** The same with one batch only in the last file: 13 and 14, and no C that could be sound without its H. */
const shortTable: Row[] = [
  {
    what: 'an unreadable H',
    damage: (files) => change(files, third, 'H', 0, (line) => line.replace('fieldlog', 'fieldl0g')),
    reports: [],
    silent: [13, 14],
    silentOpened: [],
    salvages: [again],
  },
  {
    what: 'an H of zeros',
    damage: (files) => zero(files, third, 0, linesOf(files.get(third)!)[0]!.end - 1),
    reports: [],
    silent: [13, 14],
    silentOpened: [],
    salvages: [again],
  },
  {
    what: 'an H that lost its LF',
    damage: (files) => change(files, third, 'H', 0, (line) => line.replace('\n', 'J')),
    reports: [],
    silent: [13, 14],
    silentOpened: [],
    salvages: [again],
  },
  {
    what: 'no H at all',
    damage: (files) => change(files, third, 'H', 0, () => ''),
    reports: [],
    silent: [13, 14],
    silentOpened: [],
    salvages: [again],
  },
  ...(
    [
      ['another epoch', 'epoch000', 'epoch0x0'],
      ['a higher first seq', ' 13 ', ' 93 '],
      ['a lower first seq', ' 13 ', ' 3 '],
      ['the file before shorter', /txt \d/, 'txt 1'],
      ['another file before it', '20261122.txt', '20261121.txt'],
      ['another hash', / (?=.{64}\n)./, ' e'],
    ] as const
  ).map(
    ([what, from, to]): Row => ({
      what: `an H with ${what}`,
      damage: (files) => change(files, third, 'H', 0, (line) => line.replace(from, to)),
      reports: [[third, 13, 14]],
      opened: [],
      salvages: [again],
    }),
  ),
  {
    what: 'an H with another time, which changes no entry',
    damage: (files) => change(files, third, 'H', 0, (line) => line.replace('12:00', '12:01')),
    reports: [[third, 13, 14]],
    opened: [],
    salvages: [again],
  },
  {
    what: 'a C with another seq',
    damage: (files) => change(files, third, 'C', 0, (line) => line.replace(' 14 ', ' 12 ')),
    reports: [[third, 13, 12]],
    silent: [13, 14],
    opened: [],
    silentOpened: [],
    salvages: [again],
  },
]

describe('journal: corruption of a last file with one batch', () => {
  check(
    1,
    shortTable.map((row) => ({ ...row, whole: true })),
  )
})
