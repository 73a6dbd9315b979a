// The store: live events through the main thread and the worker, and making it again from the journal, beside bare inserts of the same rows
// into the same table by `node:sqlite`. Arguments: live events, events of the rebuild.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ReplayRequest, ReplayResult } from '../../lib/delivery/send/replay.ts'
import type { FieldlogEvent } from '../../lib/event.ts'
import { valueTable } from '../../lib/history/model/schema.ts'
import { HistoryStore } from '../../lib/history/store/history-store.ts'
import { StoreFile } from '../../lib/history/store/store-file.ts'
import type { StoreJournal } from '../../lib/history/store/store-journal.ts'
import { isTurnLong, nextTurn } from '../../lib/kit/turns.ts'

const live = Number(process.argv[2] ?? 300_000)
const rebuilt = Number(process.argv[3] ?? 1_000_000)
/** meters of which each sends every second, as they must for so many events; and room nodes that do so every 64 seconds, from the journal */
const series = 50
const liveInterval = 1_000
const journalInterval = 64_000
const begin = Date.UTC(2026, 0, 1)
/** events that a log node has under way at most, by default */
const window = 1_000
/** … and a replay */
const replayWindow = 100
const perTransaction = 1_000

const folder = mkdtempSync(join(tmpdir(), 'fieldlog-bench-'))
try {
  const bare = await measured('bare inserts', live, () => bareInserts(join(folder, 'bare.sqlite')))
  const ours = await measured('store, live', live, () => liveEvents(join(folder, 'live.sqlite')))
  await measured('store, rebuilt', rebuilt, () => rebuild(join(folder, 'rebuilt.sqlite')))
  process.stdout.write(`live: ${Math.round((100 * ours) / bare)} % of bare inserts\n`)
} finally {
  rmSync(folder, { recursive: true })
}

async function bareInserts(path: string): Promise<void> {
  const file = StoreFile.open(path)
  file.db.exec(valueTable(1))
  for (let n = 1; n <= 5; n++) file.db.exec(`ALTER TABLE t_1 ADD COLUMN f${n} REAL`)
  const insert = file.db.prepare('INSERT OR IGNORE INTO t_1 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  for (let seq = 1; seq <= live; ) {
    file.db.exec('BEGIN')
    for (const end = Math.min(live, seq + perTransaction - 1); seq <= end; seq++) {
      const { time, data } = event(seq, liveInterval)
      const { light, moved, humi, temp, lobat } = data as Record<string, number>
      insert.run(
        seq % series,
        time,
        seq,
        0,
        1,
        null,
        null,
        '{"spike":1}',
        light!,
        Number(moved),
        humi!,
        temp!,
        Number(lobat),
      )
    }
    file.db.exec('COMMIT')
  }
  file.close()
}

async function liveEvents(path: string): Promise<void> {
  const journal = emptyJournal(0)
  const store = await opened(path, journal)
  let open = 0
  let room = Promise.withResolvers<void>()
  const done = () => {
    open--
    journal.checkpoint++
    room.resolve()
  }
  for (let seq = 1; seq <= live; seq++) {
    open++
    store.take(event(seq, liveInterval), done)
    while (open >= window) {
      room = Promise.withResolvers<void>()
      await room.promise
    }
    if (isTurnLong()) await nextTurn()
  }
  await store.close()
}

async function rebuild(path: string): Promise<void> {
  const journal = emptyJournal(rebuilt)
  const store = await opened(path, journal)
  await store.close()
}

async function opened(path: string, journal: ReturnType<typeof emptyJournal>): Promise<HistoryStore> {
  const ready = Promise.withResolvers<void>()
  const warn = (message: string) => process.stderr.write(`${message}\n`)
  const changed = () => {
    if (store?.state.state === 'ready') ready.resolve()
  }
  let store: HistoryStore | undefined
  const options = { path, keep: { raw: 0, minutes: 0, quarters: 0 }, id: 'store' }
  store = new HistoryStore(options, journal, { warn, changed, committed() {} })
  journal.take = (one, done) => store?.take(one, done)
  store.start()
  await ready.promise
  return store
}

function emptyJournal(lastSeq: number): StoreJournal & { checkpoint: number; take: HistoryStore['take'] } {
  return {
    checkpoint: lastSeq,
    take() {},
    position() {
      return { checkpoint: this.checkpoint, lastSeq: Math.max(lastSeq, this.checkpoint) }
    },
    view: { oldest: async () => ({ epoch: 'k3x9a7qd', seq: 1 }), epochFrom: async () => 'k3x9a7qd' },
    seqsIn: async () => [],
    async replay({ from, to }: ReplayRequest): Promise<ReplayResult> {
      let open = 0
      let wake = () => {}
      const done = () => {
        open--
        wake()
      }
      for (let seq = from; seq <= to; seq++) {
        open++
        this.take({ ...event(seq, journalInterval), for: 'store', replayed: true }, done)
        while (open >= replayWindow)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        if (isTurnLong()) await nextTurn()
      }
      while (open > 0)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      const counts = { complete: to - from + 1, failed: 0, incomplete: 0, missing: 0, waiting: 0 }
      return { ...counts, stopped: false, cancelled: false, next: undefined }
    },
    cancelReplays() {},
  }
}

function event(seq: number, interval: number): FieldlogEvent {
  const time = begin + Math.floor(seq / series) * interval + ((seq % series) * interval) / 100
  const node = seq % series
  return {
    ...{ id: `k3x9a7qd-${seq}`, seq, received: time, time, source: 'ttyUSB0', raw: 'OK 12 1 118 182 0' },
    ...{ replayed: false, type: 'room', key: String(node), device: `ttyUSB0-${node}` },
    data: {
      light: seq % 255,
      moved: seq % 7 === 0,
      humi: 40 + (seq % 30),
      temp: 15 + (seq % 97) / 10,
      lobat: false,
    },
    ...{ verdict: 'good', reasons: [], flags: { spike: 1 }, rules: 'a1b2c3d4' },
  }
}

/** Prints what the work took. @returns events a second */
async function measured(name: string, events: number, work: () => Promise<void>): Promise<number> {
  const memory = process.memoryUsage().rss
  let most = memory
  const look = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 50)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  delay.disable()
  clearInterval(look)
  const rate = events / seconds
  const figures = [
    `${Math.round(rate).toLocaleString('en-US')} events/s`,
    `${((user + system) / events).toFixed(1)} µs CPU each`,
    `event loop p99 ${(delay.percentile(99) / 1e6 - 1).toFixed(1)} ms`,
    `memory +${((most - memory) / 1e6).toFixed(0)} MB`,
  ]
  process.stdout.write(`${name.padEnd(16)} ${figures.join(' · ')}\n`)
  return rate
}
