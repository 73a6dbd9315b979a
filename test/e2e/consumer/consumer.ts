// A program that uses what the package exports, by its name and with its types, as others would. exports.test.ts
// compiles it and runs it beside the packed package; it prints what it found as JSON.
import { EvClient, type EvStats } from '@fieldlog/node-red-gateway/events'
import { compileFormats, type FormatDefinition, type Outcome } from '@fieldlog/node-red-gateway/formats'
import {
  type Entry,
  escapeText,
  Journal,
  queryJournal,
  readJournal,
  systemDisk,
  verifyJournal,
} from '@fieldlog/node-red-gateway/journal'
import {
  cleanEvents,
  compileNames,
  compilePredicates,
  type DeviceNames,
  type DeviceRow,
  type FieldlogEvent,
} from '@fieldlog/node-red-gateway/predicates'

const directory = process.argv[2] as string
const format: FormatDefinition = {
  type: 'greenhouse',
  decoder: { kind: 'key-values' },
  fields: [{ name: 'temp', type: 'number', max: 60 }],
}

const durable: number[] = []
const journal = new Journal(
  { directory, reserve: 0 },
  { durable: (entries) => durable.push(...entries.map(({ seq }) => seq)) },
)
await journal.start()
for (const line of ['temp:21.5', 'temp:99']) {
  journal.append({ kind: 'L', received: 1353196800062, source: 'tty', text: escapeText(line) })
}
await journal.flush()
await journal.stop()

const notices: string[] = []
for await (const reading of readJournal(systemDisk, directory, 1)) {
  if (reading.kind !== 'batch') throw new Error(`damage in ${reading.file}`)
  for (const item of reading.items) if (item.kind === 'N') notices.push(`${item.notice} ${item.json}`)
}
const entries: Entry[] = []
for await (const found of queryJournal(systemDisk, directory, { sources: new Set(['tty']) })) {
  if (found.kind === 'entries') entries.push(...found.entries)
}
const { problems } = await verifyJournal(systemDisk, directory)

const formats = compileFormats([format])
const labeller = compilePredicates([], [format])
const row: DeviceRow = { source: 'tty', type: '', key: '', name: 'greenhouse', place: '', interval: '' }
const names: DeviceNames = compileNames([row])
const events = entries.flatMap((entry) => {
  const outcome: Outcome = formats.decode({ payload: entry.text, source: entry.source })
  const logged: FieldlogEvent = {
    id: `${entry.epoch}-${entry.seq}`,
    seq: entry.seq,
    received: entry.received,
    time: entry.received,
    source: entry.source,
    raw: entry.text,
    replayed: false,
  }
  return cleanEvents(logged, outcome, names)
})
const verdicts = events.map((event) => labeller.label(event).verdict)
const devices = events.map(({ device }) => device)

const client = new EvClient({ transport: 'udp:127.0.0.1:9' })
client.connect()
client.send({ cat: 'CONSUMER', seq: 'START' })
client.send({ cat: 'CONSUMER', time: Number.NaN })
await client.flush(1_000)
const sent: EvStats = client.stats
client.close()
process.stdout.write(`${JSON.stringify({ durable, notices, problems, verdicts, devices, events: sent })}\n`)
