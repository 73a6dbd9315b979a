// Durable appends: our journal beside the bare write and fdatasync of the same bytes (the limit), SQLite's inserts in
// WAL mode with a sync for each transaction, and Node-RED's file node, which does not sync at all. Same events, same
// disk, by turns in one run, medians of five. `node bench/journal.ts`
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Node } from 'node-red'
import { Journal } from '../lib/journal/journal.ts'
import { embedNodeRed } from './embedded-node-red.ts'

const rounds = 5
const text = 'OK 9 14 11 67 235 163 65 28 235 141 166 77 40'
/** events a batch, and batches a round */
const shapes: Array<[batch: number, batches: number]> = [
  [1, 300],
  [100, 200],
  [10_000, 40],
]
const folder = mkdtempSync(join(tmpdir(), 'fieldlog-bench-journal-'))
let made = 0
const fresh = (name: string) => join(folder, `${name}-${++made}`)

/** Events a second. */
type Way = (batch: number, batches: number) => Promise<number>

async function timed(events: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (events / (performance.now() - start)) * 1000
}

const ours: Way = async (batch, batches) => {
  const journal = new Journal({
    directory: fresh('journal'),
    bufferSize: batch,
    flushInterval: 60,
    reserve: 0,
  })
  await journal.start()
  const speed = await timed(batch * batches, async () => {
    for (let i = 0; i < batches; i++) {
      const received = Date.now()
      for (let k = 0; k < batch; k++) journal.append({ kind: 'L', received, source: 'ttyUSB0', text })
      await journal.flush()
    }
  })
  await journal.stop()
  return speed
}

/** The bytes that our journal writes for one such batch. */
async function batchBytes(batch: number): Promise<Buffer> {
  const directory = fresh('sample')
  const journal = new Journal({ directory, bufferSize: batch, flushInterval: 60, reserve: 0 })
  await journal.start()
  const before = journal.statistics.bytes
  const received = Date.now()
  for (let k = 0; k < batch; k++) journal.append({ kind: 'L', received, source: 'ttyUSB0', text })
  await journal.flush()
  await journal.stop()
  const year = (await readdir(directory)).find((name) => /^\d{4}$/.test(name))!
  const [file] = await readdir(join(directory, year))
  return readFileSync(join(directory, year, file!)).subarray(before)
}

const bare: Way = async (batch, batches) => {
  const bytes = await batchBytes(batch)
  const file = await open(fresh('bare'), 'w')
  const speed = await timed(batch * batches, async () => {
    for (let i = 0; i < batches; i++) {
      await file.write(bytes, 0, bytes.length, i * bytes.length)
      await file.datasync()
    }
  })
  await file.close()
  return speed
}

const sqlite: Way = async (batch, batches) => {
  const database = new DatabaseSync(fresh('sqlite'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, received INTEGER, source TEXT, text TEXT)')
  const insert = database.prepare('INSERT INTO events (received, source, text) VALUES (?, ?, ?)')
  const speed = await timed(batch * batches, async () => {
    for (let i = 0; i < batches; i++) {
      database.exec('BEGIN')
      const received = Date.now()
      for (let k = 0; k < batch; k++) insert.run(received, 'ttyUSB0', text)
      database.exec('COMMIT')
    }
  })
  database.close()
  return speed
}

const place = { z: 'tab', x: 1, y: 1 }
const runtime = await embedNodeRed([
  { id: 'tab', type: 'tab' },
  { ...place, id: 'start', type: 'comment', wires: [['file']] },
  {
    ...place,
    id: 'file',
    type: 'file',
    filename: join(folder, 'file-node.txt'),
    filenameType: 'str',
    appendNewline: true,
    createDir: false,
    overwriteFile: 'false',
    encoding: 'none',
    wires: [['end']],
  },
  { ...place, id: 'end', type: 'comment', wires: [] },
])
let arrived = () => {}
;(runtime.node('end') as Node).on('input', (_message, _send, done) => {
  done()
  arrived()
})

/** No sync, whatever the batch: so many messages are on their way at a time. */
const fileNode: Way = async (batch, batches) => {
  const events = Math.min(batch * batches, 20_000)
  return timed(events, () => {
    return new Promise((resolve) => {
      let toSend = events
      let toCome = events
      const sendOne = () => {
        if (toSend-- > 0) runtime.node('start').send({ payload: text })
      }
      arrived = () => {
        if (--toCome === 0) resolve()
        else sendOne()
      }
      for (let i = 0; i < Math.min(batch, 100); i++) sendOne()
    })
  })
}

const ways: Record<string, Way> = {
  'ours, synced': ours,
  'bare write and sync': bare,
  'SQLite WAL, synced': sqlite,
  'file node, no sync': fileNode,
}

for (const [batch, batches] of shapes) {
  const speeds = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) speeds.get(name)!.push(await way(batch, batches))
  }
  console.log(`${batch.toLocaleString('en')} events a batch: events a second, share of the bare write`)
  const limit = median(speeds.get('bare write and sync')!)
  for (const [name, all] of speeds) {
    const speed = median(all)
    const share = `${Math.round((speed / limit) * 100)} %`
    console.log(
      `  ${name.padEnd(22)} ${Math.round(speed).toLocaleString('en').padStart(11)} ${share.padStart(7)}`,
    )
  }
}
await runtime.stop()
rmSync(folder, { recursive: true })
process.exit(0)

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
