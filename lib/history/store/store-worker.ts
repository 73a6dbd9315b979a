// The entry point of the worker thread.
import { parentPort } from 'node:worker_threads'
import { asError } from '../../kit/errors.ts'
import type { Answer, Request } from './requests.ts'
import { RequestFailed, StoreThread } from './store-thread.ts'

const thread = new StoreThread(Date.now, () => performance.now())

parentPort?.on('message', ({ id, request }: { id: number; request: Request }) => {
  parentPort?.postMessage(answer(id, request))
})

function answer(id: number, request: Request): Answer {
  try {
    return { id, report: thread.handle(request) }
  } catch (error) {
    if (error instanceof RequestFailed) return { id, problem: error.problem }
    return {
      id,
      problem: { message: asError(error).stack ?? String(error), cause: 'UNKNOWN', isDamage: false },
    }
  }
}
