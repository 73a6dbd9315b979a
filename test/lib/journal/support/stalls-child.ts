// Measures every long call on a journal in a process of its own, which has no garbage of others to collect:
// `node stalls-child.ts <directory> [days] [entries a day]` makes the journal and prints the figures as JSON.
import { dayOf } from '../../../../lib/journal/format/time.ts'
import { makeLargeJournal } from './large-journal.ts'
import { measureCalls } from './stalls.ts'

const lastDay = dayOf(Date.UTC(2026, 10, 21))
const [directory, days = 3, entriesPerDay = 60_000] = process.argv.slice(2)
// 1 MiB of text in a batch: the most that a writer makes of short lines
const plan = { lastDay, days: Number(days), entriesPerDay: Number(entriesPerDay), batchSize: 20_000 }
makeLargeJournal(directory!, plan)
process.stdout.write(JSON.stringify(await measureCalls(directory!, lastDay)))
