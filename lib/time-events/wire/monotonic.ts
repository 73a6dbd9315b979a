/** The monotonic clock of this machine, which all its processes share: integer ms. (`performance.now` counts from the start of a process.) */
export function machineMonotonic(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + Math.floor(nanoseconds / 1e6)
}
