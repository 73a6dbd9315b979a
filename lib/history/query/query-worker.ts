// The worker thread's side: answers one question after the other from the store's file, or says why it cannot.
import { parentPort, workerData } from 'node:worker_threads'
import { compileNames, type DeviceNames, type DeviceRow } from '../../devices/names.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { beginExport, type Cursor, continueExport } from './questions/export.ts'
import { latestOf } from './questions/latest.ts'
import type { Asked } from './questions/question.ts'
import { rejectsOf } from './questions/rejects.ts'
import { spansOf } from './questions/spans.ts'
import { statisticsOf } from './questions/statistics.ts'
import { valuesOf } from './questions/values.ts'
import { allSeries, measuredFields, nameOf, publicField } from './read/lookup.ts'
import type { Given } from './read/parameters.ts'
import { type Store, StoreFile } from './read/store-file.ts'

const questions = {
  latest: latestOf,
  series: seriesOf,
  values: valuesOf,
  statistics: statisticsOf,
  rejects: rejectsOf,
  spans: spansOf,
  export: beginExport,
  page: (store: Store, asked: Asked & { cursor?: Cursor }) =>
    continueExport(store, asked.cursor as Cursor, asked),
} satisfies Record<string, (store: Store, asked: Asked) => unknown>

export type Subject = keyof typeof questions

/** What the thread is asked. */
export interface Question {
  about: Subject
  given: Given
  /** the gateway's wall clock, ms since 1970 */
  now: number
  /** of a `page` */
  cursor?: Cursor
  /** the rows of the devices node; absent: those of the question before hold, or else the names of the store */
  rows?: readonly DeviceRow[]
}

export type Answer = { answer: unknown } | { problem: { code: string | undefined; message: string } }

const file = new StoreFile(String(workerData))
let names: DeviceNames | undefined

parentPort?.on('message', ({ about, given, now, cursor, rows }: Question) => {
  if (rows) names = compileNames(rows)
  try {
    const asked = { given, now, names, ...(cursor && { cursor }) }
    const answer = file.ask((store) => questions[about](store, asked))
    parentPort?.postMessage({ answer } satisfies Answer)
  } catch (error) {
    const problem = { code: errorCode(error), message: asError(error).message }
    parentPort?.postMessage({ problem } satisfies Answer)
  }
})

function seriesOf(store: Store, { names }: Asked) {
  return allSeries(store).map((series) => {
    const { id, type, source, key, first, last, n } = series
    const fields = measuredFields(store, series).map(publicField)
    return { id, type, source, key, name: nameOf(series, names), first, last, n, fields }
  })
}
