// Loaded into a gateway by NODE_OPTIONS=--import: at SIGUSR2 it prints for how long the event loop was blocked at most
// since the last time, and how much memory the process has. Blocked is told twice: as it was by the clock, and as
// processor time of the main thread, which leaves out that another process had the processor.
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  const used = () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  let count = 0
  let byClock = 0
  let byProcessor = 0
  let time = performance.now()
  let work = used()
  setInterval(() => {
    const [now, worked] = [performance.now(), used()]
    byClock = Math.max(byClock, now - time)
    byProcessor = Math.max(byProcessor, worked - work)
    time = now
    work = worked
  }, 2).unref()
  process.on('SIGUSR2', () => {
    const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
    const blocked = `${Math.round(byProcessor)} ms, ${Math.round(byClock)} ms by the clock`
    process.stdout.write(`loop-delay ${++count}: ${blocked}, ${memory} MB\n`)
    byClock = 0
    byProcessor = 0
  })
}
