// Rows out of a journal, by the formats and rules of a flow: they are written into a store of their own, which is asked the same as any
// other and then removed. Rows are printed by series and time, and a journal is in neither order, so they must be kept somewhere.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BatchMaker, type Shape } from '../../history/store/batch.ts'
import { RowWriter } from '../../history/store/row-writer.ts'
import { StoreFile } from '../../history/store/store-file.ts'
import type { Disk } from '../../journal/disk/disk.ts'
import { readJournal } from '../../journal/read/reader.ts'
import type { FlowRules } from '../../labelling/flow-rules.ts'
import { JournalJudge, type JudgedEntry } from '../../labelling/judged-journal.ts'

/** Events that are written in one transaction. */
const batchSize = 5_000

/** Which rows are wanted, ms since 1970, `to` not included. */
export interface Wanted {
  from: number
  to: number
}

/** Does something with a store that has the rows of a journal; it is gone afterwards, whatever happens. */
export async function withRowsOf<Result>(
  { disk, directory, rules, wanted, signal }: Journal,
  use: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldlog-export-'))
  try {
    const file = join(folder, 'fieldlog.sqlite')
    await fill(file, { disk, directory, rules, wanted, signal })
    return await use(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface Journal {
  disk: Disk
  directory: string
  rules: FlowRules
  wanted: Wanted
  signal: AbortSignal
}

async function fill(path: string, { disk, directory, rules, wanted, signal }: Journal): Promise<void> {
  const file = StoreFile.open(path)
  try {
    const rows = new Rows(file, rules, wanted)
    const judge = new JournalJudge(rules, (entry) => rows.add(entry))
    // from the first entry on: what rules and formats remember decides over later ones
    for await (const reading of readJournal(disk, directory, 1)) {
      if (signal.aborted) return
      if (reading.kind === 'damage') judge.gap()
      else
        for (const item of reading.items) {
          if (item.kind === 'poison') judge.gap()
          else if (item.kind !== 'N') judge.take(item)
        }
      rows.writeIfFull()
    }
    judge.end()
    rows.write()
  } finally {
    file.close()
  }
}

class Rows {
  readonly #writer: RowWriter
  readonly #isLabelled: boolean
  readonly #wanted: Wanted
  readonly #maker = new BatchMaker()
  readonly #shapes = new Map<number, Shape>()

  constructor(file: StoreFile, { isLabelled }: FlowRules, wanted: Wanted) {
    this.#writer = new RowWriter(file)
    // nobody asks this store for aggregates
    this.#writer.aggregation.defer()
    this.#isLabelled = isLabelled
    this.#wanted = wanted
  }

  add({ events }: JudgedEntry): void {
    for (const { event, result } of events) {
      if (event.time >= this.#wanted.to) continue
      const { verdict, reasons, rules } = result
      this.#maker.add(this.#isLabelled ? { ...event, verdict, reasons, rules } : event)
    }
  }

  writeIfFull(): void {
    if (this.#maker.size >= batchSize) this.write()
  }

  write(): void {
    const batch = this.#maker.take()
    if (batch.isFresh) {
      this.#shapes.clear()
      this.#writer.forgetShapes()
    }
    for (const shape of batch.shapes) this.#shapes.set(shape.id, shape)
    // what is earlier still makes its series and fields known, so that these are the same as in the gateway's store
    const options = { upTo: undefined, oldest: this.#wanted.from, shapes: this.#shapes }
    this.#writer.file.transaction(() => this.#writer.write(batch, options))
  }
}
