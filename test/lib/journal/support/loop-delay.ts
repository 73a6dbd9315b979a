// How long the event loop is held while something runs. Two clocks: the wall's, as a user meets it, and the thread's own
// processor time, which a busy machine does not spoil: what a call of ours holds shows in both, another process's work
// in the first alone. Beside them the longest pause of the garbage collector, which is in both and is nobody's work in
// particular: its threads get a busy machine's processors late.
import { PerformanceObserver } from 'node:perf_hooks'

/** Delays between two turns of the loop, ms. */
export interface LoopDelay {
  p50: number
  p99: number
  /** by the wall clock */
  max: number
  /** processor time of this thread in the longest stretch between two turns */
  maxBusy: number
  /** the longest pause of the garbage collector, by the wall clock */
  maxPause: number
  /** how long the work took, ms */
  took: number
}

const interval = 1

/** Measures the loop until the work is done. */
export async function loopDelayDuring(work: () => Promise<unknown>): Promise<LoopDelay> {
  const delays: number[] = []
  let maxBusy = 0
  let wall = performance.now()
  let busy = threadTime()
  const look = () => {
    const now = performance.now()
    const used = threadTime()
    delays.push(Math.max(0, now - wall - interval))
    maxBusy = Math.max(maxBusy, Math.min(used - busy, now - wall))
    wall = now
    busy = used
  }
  const timer = setInterval(look, interval)
  let maxPause = 0
  const observed = ({ duration }: { duration: number }) => {
    maxPause = Math.max(maxPause, duration)
  }
  const collector = new PerformanceObserver((list) => list.getEntries().forEach(observed))
  collector.observe({ entryTypes: ['gc'] })
  const start = performance.now()
  try {
    await work()
  } finally {
    clearInterval(timer)
    collector.takeRecords().forEach(observed)
    collector.disconnect()
  }
  look()
  delays.sort((a, b) => a - b)
  const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))]!
  return {
    p50: at(0.5),
    p99: at(0.99),
    max: delays.at(-1)!,
    maxBusy,
    maxPause,
    took: performance.now() - start,
  }
}

/** ms; before Node 23.9 only that of the whole process can be had, of which a stretch of the loop holds its length at most */
function threadTime(): number {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage).call(process)
  return (user + system) / 1000
}
