// A store of a model journal in a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import type { StoreState } from '../../../../lib/history/model/store-state.ts'
import { HistoryStore } from '../../../../lib/history/store/history-store.ts'
import type { KeepDays } from '../../../../lib/history/store/retention.ts'
import type { StoreJournal } from '../../../../lib/history/store/store-journal.ts'
import { type Clock, systemClock } from '../../../../lib/kit/clock.ts'

const keepAll: KeepDays = { raw: 0, minutes: 0, quarters: 0 }

type Journal = StoreJournal & { take: HistoryStore['take'] }

export class StoreBench {
  readonly folder: string
  readonly path: string
  readonly warnings: string[] = []
  readonly committed: FieldlogEvent[] = []
  store: HistoryStore | undefined
  /** told at each change */
  changed: (state: StoreState) => void = () => {}
  #looks = new Set<() => void>()

  constructor(folder = mkdtempSync(join(tmpdir(), 'fieldlog-store-'))) {
    this.folder = folder
    this.path = join(folder, 'store', 'fieldlog.sqlite')
  }

  open(journal: Journal, clock: Clock = systemClock, keep = keepAll): HistoryStore {
    const store = new HistoryStore(
      { path: this.path, keep, id: 'store' },
      journal,
      {
        warn: (message) => this.warnings.push(message),
        changed: () => this.#changed(),
        committed: (events) => this.committed.push(...events),
      },
      clock,
    )
    journal.take = (event, done) => store.take(event, done)
    this.store = store
    store.start()
    return store
  }

  /** Resolves when the state is as asked for. */
  async until(isSo: (state: StoreState) => boolean): Promise<void> {
    while (!isSo(this.store!.state))
      await new Promise<void>((resolve) => {
        this.#looks.add(resolve)
      })
  }

  ready(): Promise<void> {
    return this.until(({ state }) => state === 'ready')
  }

  async close(): Promise<void> {
    await this.store?.close()
    this.store = undefined
  }

  async remove(): Promise<void> {
    await this.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #changed(): void {
    if (this.store) this.changed(this.store.state)
    const looks = [...this.#looks]
    this.#looks.clear()
    for (const look of looks) look()
  }
}
