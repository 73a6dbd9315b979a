import type { Clock } from './clock.ts'

/**
 * Waits for work, but not longer than `ms`: what hangs must not make its caller hang. Resolves to whether the work
 * was done in time, and rejects where it failed in time; what it does afterwards is of no interest.
 */
export async function doneWithin(
  work: Promise<unknown>,
  ms: number,
  clock: Pick<Clock, 'after'>,
): Promise<boolean> {
  let stopTimer = () => {}
  const timeUp = new Promise<boolean>((resolve) => {
    stopTimer = clock.after(ms, () => resolve(false))
  })
  try {
    return await Promise.race([work.then(() => true), timeUp])
  } finally {
    stopTimer()
  }
}
