// Measures every long call on a small journal in a process of its own, which has no garbage of other tests to collect:
// `node stalls-child.ts <directory>` prints the figures as JSON.
import { dayOf } from '../../../../lib/journal/format/time.ts'
import { makeLargeJournal } from './large-journal.ts'
import { measureCalls } from './stalls.ts'

const lastDay = dayOf(Date.UTC(2026, 10, 21))
const directory = process.argv[2]!
makeLargeJournal(directory, { lastDay, days: 3, entriesPerDay: 60_000, batchSize: 20_000 })
process.stdout.write(JSON.stringify(await measureCalls(directory, lastDay)))
