// A machine with one disk and a journal on it: processes come and go, and what they called durable is remembered.
import assert from 'node:assert/strict'
import { isEntry } from '../../../../lib/journal/format/entry.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { type DamageReport, type ReadLimits, readJournal } from '../../../../lib/journal/read/reader.ts'
import type { JournalOptions } from '../../../../lib/journal/write/options.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { FaultDisk, type FaultPlan } from '../../../support/fault-disk.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import type { Random } from '../../../support/random.ts'

export const directory = '/data/journal'

/** An entry as tests compare it. */
export interface Found {
  id: string
  kind: string
  received: number
  /** the moment it belongs to */
  time: number
  source: string
  text: string
}

/** One run of the program. */
export interface Process {
  disk: FaultDisk
  journal: Journal
  /** resolves when it was killed */
  killed: Promise<void>
}

export class Machine {
  readonly disk = new MemoryDisk()
  readonly time: FakeClock
  /** every entry that was called durable, in the order in which it was */
  readonly durable: Found[] = []
  /** texts of all entries that were taken, in order */
  readonly taken: string[] = []
  /** operations of all processes so far */
  operations = 0
  readonly #durableWrites: boolean
  #epochs = 0

  /** @param durableWrites whether the disk writes and syncs in one request */
  constructor(wall?: string, durableWrites = false) {
    this.time = new FakeClock(wall)
    this.#durableWrites = durableWrites
    // the directory above the journal is there
    this.disk.place('/data/.keep', '')
  }

  /** Starts a process; `plan` sees operations numbered over all processes. */
  boot(options: Partial<JournalOptions> = {}, { fault, code }: FaultPlan = {}): Process {
    const disk = new FaultDisk(this.disk, { code, durableWrites: this.#durableWrites })
    disk.fault = (operation) => {
      this.operations++
      return fault?.({ ...operation, number: this.operations })
    }
    const killed = new Promise<void>((resolve) => {
      disk.onKill = resolve
    })
    const journal = new Journal(
      {
        directory,
        disk,
        clock: this.time,
        drawEpoch: () => `epoch${String(this.#epochs++).padStart(3, '0')}`,
        lock: () => ({ release() {} }),
        reserve: 0,
        ...options,
      },
      {
        durable: (entries) => {
          for (const { epoch, seq, kind, received, time, source, text } of entries)
            this.durable.push({ id: `${epoch}-${seq}`, kind, received, time, source, text })
        },
      },
    )
    return { disk, journal, killed }
  }

  /** Starts a process and opens the journal, trying again as the log node does. */
  async open(options: Partial<JournalOptions> = {}, plan: FaultPlan = {}): Promise<Process> {
    const process = this.boot(options, plan)
    await this.during(process, () => this.start(process))
    return process
  }

  /** Opens the journal, trying again as the log node does; rejects after so many tries. */
  async start({ journal }: Process, tries = 6): Promise<void> {
    for (let left = tries; ; left--) {
      try {
        await journal.start()
        return
      } catch (error) {
        if (left <= 1) throw error
        await new Promise<void>((resolve) => this.time.after(2_000, resolve))
      }
    }
  }

  /** Does something in a process, with time passing as it must; returns early when the process is killed. */
  async during(process: Process, work: () => Promise<unknown>): Promise<void> {
    await this.time.run(Promise.race([work(), process.killed]))
  }

  /** Logs a line. */
  log(
    process: Process,
    text: string,
    extra: { received?: number; kind?: 'L' | 'R' | 'E'; time?: number } = {},
  ) {
    const entry = { kind: 'L' as const, received: this.time.wall(), source: 'tty', text, ...extra }
    if (process.journal.append(entry)) this.taken.push(text)
  }

  /** The process and all that is not on the medium are gone. */
  powerCut(process: Process, random: Random): void {
    if (!process.disk.killed) process.disk.kill()
    this.disk.powerCut(random)
    this.time.forget()
  }

  /** The process is gone, the system lives on. */
  kill(process: Process): void {
    if (!process.disk.killed) process.disk.kill()
    this.time.forget()
  }

  async read(from = 1): Promise<{ entries: Found[]; damage: DamageReport[] }> {
    return readEntries(this.disk, from)
  }
}

/** All entries of a journal from a seq on, by the library's reader. */
export async function readEntries(disk: MemoryDisk, from = 1, limits: ReadLimits = {}) {
  const entries: Found[] = []
  const damage: DamageReport[] = []
  for await (const reading of readJournal(disk, directory, from, limits)) {
    if (reading.kind === 'damage') damage.push(reading)
    else
      for (const item of reading.items) {
        if (!isEntry(item) || item.seq < from) continue
        const { epoch, seq, kind, received, time, source, text } = item
        entries.push({ id: `${epoch}-${seq}`, kind, received, time, source, text })
      }
  }
  return { entries, damage }
}

/** What holds after every fault: each durable entry is there as it was, once, in order, and seqs have no gap. */
export function checkPromises(machine: Machine, entries: readonly Found[], where: string): void {
  const seqs = entries.map(({ id }) => Number(id.slice(9)))
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => index + 1),
    `${where}: seqs without a gap`,
  )
  for (const expected of machine.durable)
    assert.deepEqual(entries[Number(expected.id.slice(9)) - 1], expected, `${where}: a durable entry`)
  const places = entries.map(({ text }) => machine.taken.indexOf(text))
  assert.ok(
    places.every((place, index) => place > (places[index - 1] ?? -1)),
    `${where}: each entry once, in the order in which it came: ${places}`,
  )
}
