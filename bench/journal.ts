// Durable appends: our journal beside the bare write and fdatasync of the same bytes into a file for which room is taken
// ahead in the same way (the limit), and into one that just grows; SQLite's inserts in WAL mode with a sync for each
// transaction; and Node-RED's file node, which does not sync at all. Same events, same disk, by turns in one run, medians
// of five rounds behind one to warm up. Ours writes with O_DSYNC, in one request: what it promises is the same.
// `node bench/journal.ts`
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Node } from 'node-red'
import { Journal } from '../lib/journal/journal.ts'
import { Preallocation } from '../lib/journal/segment/preallocation.ts'
import { embedNodeRed } from './embedded-node-red.ts'

const rounds = 5
const text = 'OK 9 14 11 67 235 163 65 28 235 141 166 77 40'
/** events a batch, and batches a round */
const shapes: Array<[batch: number, batches: number]> = [
  [1, 1_500],
  [100, 600],
  [10_000, 60],
]
const folder = mkdtempSync(join(tmpdir(), 'fieldlog-bench-journal-'))
let made = 0
const fresh = (name: string) => join(folder, `${name}-${++made}`)

/** One way to store events. */
interface Way {
  /** stores one batch; resolves when it is stored as the way promises */
  store(): Promise<void>
  end(): Promise<void>
}
type MakeWay = (batch: number) => Promise<Way>

const ours: MakeWay = async (batch) => {
  const journal = new Journal({
    directory: fresh('journal'),
    bufferSize: batch,
    flushInterval: 60,
    reserve: 0,
  })
  await journal.start()
  return {
    async store() {
      const received = Date.now()
      for (let k = 0; k < batch; k++) journal.append({ kind: 'L', received, source: 'ttyUSB0', text })
      await journal.flush()
    },
    end: () => journal.stop(),
  }
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

/** @param ahead bytes of room that are taken ahead at most, as the journal does it */
const bare =
  (ahead: number): MakeWay =>
  async (batch) => {
    const bytes = await batchBytes(batch)
    const file = await open(fresh('bare'), 'w')
    const preallocation = new Preallocation(ahead)
    let position = 0
    let size = 0
    return {
      async store() {
        const end = position + bytes.length
        await file.write(bytes, 0, bytes.length, position)
        if (end > size) {
          size = preallocation.sizeFor(bytes.length, end, Number.POSITIVE_INFINITY, performance.now())
          if (size > end) await file.write(Buffer.alloc(size - end), 0, size - end, end)
        }
        await file.datasync()
        position = end
      },
      end: () => file.close(),
    }
  }

const sqlite: MakeWay = async (batch) => {
  const database = new DatabaseSync(fresh('sqlite'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, received INTEGER, source TEXT, text TEXT)')
  const insert = database.prepare('INSERT INTO events (received, source, text) VALUES (?, ?, ?)')
  return {
    async store() {
      database.exec('BEGIN')
      const received = Date.now()
      for (let k = 0; k < batch; k++) insert.run(received, 'ttyUSB0', text)
      database.exec('COMMIT')
    },
    end: async () => database.close(),
  }
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
const fileNode: MakeWay = async (batch) => ({
  store: () =>
    new Promise((resolve) => {
      let toSend = batch
      let toCome = batch
      const sendOne = () => {
        if (toSend-- > 0) runtime.node('start').send({ payload: text })
      }
      arrived = () => {
        if (--toCome === 0) resolve()
        else sendOne()
      }
      for (let i = 0; i < Math.min(batch, 100); i++) sendOne()
    }),
  end: async () => {},
})

const limit = 'bare, room taken ahead'
const synced: Record<string, MakeWay> = {
  'ours, synced': ours,
  [limit]: bare(1 << 20),
  'bare, file that grows': bare(0),
  'SQLite WAL, synced': sqlite,
}
/** By itself: what it leaves unsynced would be the next one's to sync. */
const unsynced: Record<string, MakeWay> = { 'file node, no sync': fileNode }

/**
 * Events a second of each way. They take turns batch by batch, so that what else the machine does hits all of them, and
 * each time another one begins: what comes behind a slow one finds the disk and the caches otherwise.
 */
async function round(
  ways: Record<string, MakeWay>,
  batch: number,
  batches: number,
): Promise<Map<string, number>> {
  const made = new Map<string, Way>()
  for (const [name, make] of Object.entries(ways)) made.set(name, await make(batch))
  const times = new Map<string, number>()
  const order = [...made]
  for (let i = 0; i < batches; i++) {
    order.push(order.shift()!)
    for (const [name, way] of order) {
      const start = performance.now()
      await way.store()
      times.set(name, (times.get(name) ?? 0) + performance.now() - start)
    }
  }
  for (const way of made.values()) await way.end()
  return new Map([...times].map(([name, ms]) => [name, (batch * batches * 1000) / ms]))
}

for (const [batch, batches] of shapes) {
  const speeds: Array<Map<string, number>> = []
  const some = Math.ceil(Math.min(batches, 5_000 / batch))
  await round(synced, batch, Math.ceil(batches / 2))
  for (let i = 0; i < rounds; i++) {
    speeds.push(new Map([...(await round(synced, batch, batches)), ...(await round(unsynced, batch, some))]))
  }
  console.log(`${batch.toLocaleString('en')} events a batch: events a second, share of the bare write`)
  for (const name of Object.keys({ ...synced, ...unsynced })) {
    const speed = median(speeds.map((each) => each.get(name)!))
    const share = median(speeds.map((each) => each.get(name)! / each.get(limit)!))
    const columns = [
      Math.round(speed).toLocaleString('en').padStart(11),
      `${Math.round(share * 100)} %`.padStart(7),
    ]
    console.log(`  ${name.padEnd(22)} ${columns.join(' ')}`)
  }
}
await runtime.stop()
rmSync(folder, { recursive: true })
process.exit(0)

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
