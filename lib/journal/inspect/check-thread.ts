// Checks a whole journal in a thread of its own, slowly: what `verify` does takes whole seconds of a processor.
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

export interface CheckRequest {
  directory: string
  /** the seq up to which entries are known to have been there; undefined: not known */
  checkpoint: number | undefined
}

export interface Checked {
  files: number
  /** entries that can be read */
  entries: number
  /** how many places are broken; 0: the journal is whole */
  problems: number
  /** the first one, with its file */
  first: string | undefined
}

export interface RunningCheck {
  /** Rejects where the journal cannot be looked at, or the check was ended. */
  result: Promise<Checked>
  stop(): Promise<unknown>
}

export function checkJournal(request: CheckRequest): RunningCheck {
  // the file beside this one has the same extension: `.ts` in the sources, `.js` in the built package
  const script = new URL(`./check-worker${extname(import.meta.filename)}`, import.meta.url)
  const worker = new Worker(script, { env: {}, workerData: request })
  worker.unref()
  const { promise, resolve, reject } = Promise.withResolvers<Checked>()
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', (status) => reject(new Error(`its thread ended (status ${status})`)))
  return { result: promise, stop: () => worker.terminate() }
}
