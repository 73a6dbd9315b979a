// The worker thread's side: clusters what it is sent, and answers with what was found or why nothing was.
import { parentPort } from 'node:worker_threads'
import { asError } from '../kit/errors.ts'
import { type ClusterOutcome, type ClusterRequest, clusterPoints } from './find/run.ts'

/** What the thread answers to a `ClusterRequest`. */
export type ClusterAnswer = { outcome: ClusterOutcome } | { problem: string }

parentPort?.on('message', (request: ClusterRequest) => {
  try {
    const outcome = clusterPoints(request)
    const { points, labels } = outcome.sample
    parentPort?.postMessage({ outcome } satisfies ClusterAnswer, [points.values.buffer, labels.buffer])
  } catch (error) {
    parentPort?.postMessage({ problem: asError(error).message } satisfies ClusterAnswer)
  }
})
