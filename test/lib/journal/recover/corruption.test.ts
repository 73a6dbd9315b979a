// A table of what can befall the bytes of a journal, and exactly what is left of it.
import { batch, change, check, cutOut, type Row, wrong, zero } from '../support/corruption.ts'
import { days } from '../support/sample.ts'

const [first, second, third] = days

// the sample: `first` has entries 1…6, `second` 7…12, `third` 13…18, two in each batch
const table: Row[] = [
  { what: 'nothing', damage: () => {}, reports: [] },
  {
    what: 'a byte of an entry in the middle of a file',
    damage: (files) => change(files, second, 'L', 1, (line) => line.replace('line', 'lime')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the source of an entry, so that it is no line any more',
    damage: (files) => change(files, second, 'L', 1, (line) => line.replace('tty', 't y')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the checksum of a C',
    damage: (files) => change(files, second, 'C', 1, wrong),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the seq of a C, upward',
    damage: (files) => change(files, second, 'C', 1, (line) => line.replace(' 10 ', ' 90 ')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the seq of a C, downward',
    damage: (files) => change(files, second, 'C', 1, (line) => line.replace(' 10 ', ' 8 ')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the count of a C',
    damage: (files) => change(files, second, 'C', 1, (line) => line.replace(' 3 10 ', ' 4 10 ')),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the letter of a C: its batch runs into the next',
    damage: (files) => change(files, second, 'C', 0, (line) => line.replace('C ', 'D ')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the LF in front of a C',
    damage: (files) => change(files, second, 'E', 0, (line) => line.replace('\n', 'J')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the LF behind a C: nothing else of it is wrong',
    damage: (files) => change(files, second, 'C', 0, (line) => line.replace('\n', 'J')),
    reports: [],
  },
  {
    what: 'the LF behind a C, and its checksum',
    damage: (files) => change(files, second, 'C', 0, (line) => wrong(line).replace('\n', 'J')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the LF between two entries',
    damage: (files) => change(files, second, 'L', 0, (line) => line.replace('\n', 'J')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'two batches in a row',
    damage: (files) => {
      change(files, second, 'C', 1, wrong)
      change(files, second, 'C', 2, wrong)
    },
    reports: [
      [second, 9, 12],
      [second, 13, 12],
    ],
  },
  {
    what: 'a batch of zeros, up to its last LF',
    damage: (files) => zero(files, second, batch(files, second, 1).at, batch(files, second, 1).end - 1),
    reports: [[second, 9, 10]],
  },
  {
    what: 'a batch of zeros with its LF: where the next one begins cannot be told',
    damage: (files) => zero(files, second, batch(files, second, 1).at, batch(files, second, 1).end),
    reports: [[second, 9, 12]],
  },
  {
    what: 'zeros over the end of one batch and the start of the next',
    damage: (files) => zero(files, second, batch(files, second, 1).at - 10, batch(files, second, 1).at + 10),
    reports: [[second, 7, 10]],
  },
  {
    what: 'a whole file of zeros',
    damage: (files) => zero(files, second, 0, files.get(second)!.length),
    reports: [[second, 7, 12]],
  },
  {
    what: 'a batch that is not there',
    damage: (files) => cutOut(files, second, batch(files, second, 1).at, batch(files, second, 1).end),
    reports: [[second, 9, 10]],
  },
  {
    what: 'an entry that is not there',
    damage: (files) => change(files, second, 'L', 1, () => ''),
    reports: [[second, 9, 10]],
  },
  {
    what: 'the end of a file that is not the last',
    damage: (files) => cutOut(files, second, batch(files, second, 2).at + 30, batch(files, second, 2).end),
    reports: [[second, 11, 12]],
  },
  {
    what: 'the H of a file in the middle: unreadable',
    damage: (files) => change(files, second, 'H', 0, (line) => line.replace('fieldlog', 'fieldl0g')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the H of a file in the middle: another epoch',
    damage: (files) => change(files, second, 'H', 0, (line) => line.replace('epoch000', 'epoch0x0')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the H of a file in the middle: another first seq',
    damage: (files) => change(files, second, 'H', 0, (line) => line.replace(' 7 ', ' 9 ')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the H of a file in the middle: the file before is shorter',
    damage: (files) => change(files, second, 'H', 0, (line) => line.replace(/txt \d/, 'txt 1')),
    reports: [[second, 7, 8]],
  },
  {
    what: 'the H of the first file',
    damage: (files) => change(files, first, 'H', 0, (line) => line.replace('fieldlog', 'fieldl0g')),
    // its first batch holds the notice of the start only
    reports: [[first, 1, 0]],
  },
  {
    what: 'a file in the middle that is not there',
    damage: (files) => {
      files.delete(second)
    },
    reports: [[second, 7, 12]],
  },
  {
    what: 'the last file that is not there: nothing says that there was one',
    damage: (files) => {
      files.delete(third)
    },
    reports: [],
    silent: [13, 14, 15, 16, 17, 18],
  },
  {
    what: 'a last file that is empty',
    damage: (files) => {
      files.set('2026/20261124.txt', Buffer.alloc(0))
    },
    reports: [],
    salvages: [{ file: '2026/20261124.txt', entries: 0, tornBytes: 0, torn: '2026/20261124.txt.torn' }],
  },
  {
    what: 'a last file of zeros',
    damage: (files) => {
      files.set('2026/20261124.txt', Buffer.alloc(700))
    },
    reports: [],
    salvages: [{ file: '2026/20261124.txt', entries: 0, tornBytes: 700, torn: '2026/20261124.txt.torn' }],
  },
  {
    what: 'the last batch twice',
    damage: (files) => {
      const { at, end } = batch(files, third, 2)
      files.set(third, Buffer.concat([files.get(third)!, files.get(third)!.subarray(at, end)]))
    },
    reports: [[third, 19, 18]],
  },
  {
    what: 'the last two batches, and the one before again',
    damage: (files) => {
      const { at, end } = batch(files, third, 1)
      files.set(third, Buffer.concat([files.get(third)!, files.get(third)!.subarray(at, end)]))
    },
    reports: [[third, 19, 18]],
  },
  {
    what: 'the checksum of the last batch: a start takes its whole lines',
    damage: (files) => change(files, third, 'C', 2, wrong),
    reports: [[third, 17, 18]],
    opened: [],
    salvages: [{ file: third, entries: 2, torn: `${third}.torn`, suspect: true }],
  },
  {
    what: 'an entry of the last batch: a start takes what stands in front of it',
    damage: (files) => change(files, third, 'E', 2, (line) => line.replace('{', '[')),
    reports: [[third, 17, 18]],
    opened: [],
    silentOpened: [18],
    salvages: [{ file: third, entries: 1, torn: `${third}.torn` }],
  },
  {
    what: 'the H of a last file with several batches',
    damage: (files) => change(files, third, 'H', 0, (line) => line.replace('fieldlog', 'fieldl0g')),
    reports: [[third, 13, 14]],
  },
]

describe('journal: corruption of a journal of three days', () => {
  check(3, table)
})
