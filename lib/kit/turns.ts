// Long work in small slices, so that nothing else in the process waits for it. All that works in slices shares one
// budget: at each turn of the event loop one of them goes on, however many there are.

/** A turn's work, ms. A step that cannot be divided comes on top of it. */
const longestSlice = 4

const waiting: Array<() => void> = []
let began = 0

/** Whether the slice has lasted long enough: then `await nextTurn()`. Cheap enough for every few lines. */
export function isTurnLong(): boolean {
  return performance.now() - began > longestSlice
}

/** Resolves when everything else in the process has had its turn, timers and sockets too. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) setImmediate(resume)
  })
}

/** Whether work waits for its next turn. Tests that move a clock by hand let it stand meanwhile. */
export function isWorkWaiting(): boolean {
  return waiting.length > 0
}

function resume(): void {
  began = performance.now()
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(resume)
}
