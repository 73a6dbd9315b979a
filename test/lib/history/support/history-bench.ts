// A history over a store that a test writes, in a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceNames, DeviceRow } from '../../../../lib/devices/names.ts'
import { History } from '../../../../lib/history/query/history.ts'
import type { Given } from '../../../../lib/history/query/read/parameters.ts'
import { systemClock } from '../../../../lib/kit/clock.ts'
import { type StoreContent, type StoredRow, writeStore } from '../../../support/history/history-store.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
/** the gateway's time in all of these tests */
export const now = Date.UTC(2026, 10, 28, 12, 10)

export function device(rest: Partial<DeviceRow>): DeviceRow {
  return { source: 'ttyUSB0', type: '', key: '12', name: 'kitchen', place: '', interval: '', ...rest }
}

/** A reading each minute, the last one a minute ago: 20.0, 20.1 … 20.9, 20.0 … */
export function readings(
  count: number,
  rest: (place: number) => Partial<StoredRow> = () => ({}),
): StoredRow[] {
  return Array.from({ length: count }, (_, place) => ({
    time: now - (count - place) * minute,
    data: { temp: 20 + (place % 10) / 10 },
    ...rest(place),
  }))
}

export async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: Error & { code?: string }) => reason,
  )
  return error ? `${error.code} ${error.message}` : 'it did not fail'
}

export class HistoryBench {
  readonly directory = mkdtempSync(join(tmpdir(), 'fieldlog-history-'))
  readonly file = join(this.directory, 'store.sqlite')
  /** to be set before it is opened */
  names: DeviceNames | undefined
  history: History | undefined

  /** @param content written before; undefined: the file stays as it is */
  opened(content?: StoreContent): History {
    const { file, names } = this
    if (content) writeStore(file, content)
    const clock = { ...systemClock, wall: () => now }
    this.history ??= new History({ file, clock, ...(names && { names: () => this.names as DeviceNames }) })
    return this.history
  }

  async exported(asked: Given): Promise<string> {
    let text = ''
    for await (const piece of (this.history as History).export(asked)) text += piece
    return text
  }

  async remove(): Promise<void> {
    await this.history?.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
