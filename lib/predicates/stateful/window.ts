// Sorted numbers beside their order of arrival, for medians of a sliding window.

/** Puts a number in its place in a sorted list. */
export function insertSorted(sorted: number[], value: number): void {
  sorted.splice(placeOf(sorted, value), 0, value)
}

/** Takes one number, which is in it, out of a sorted list. */
export function removeSorted(sorted: number[], value: number): void {
  sorted.splice(placeOf(sorted, value), 1)
}

/** The index of the first number that is not below `value`. */
function placeOf(sorted: number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] as number
  const low = sorted[middle - 1] as number
  // not (a + b) / 2, which overflows
  return low + ((sorted[middle] as number) - low) / 2
}

/** Mean and standard deviation (of the population, in two passes) of the numbers from `from` on. */
export function meanAndDeviation(values: readonly number[], from = 0): { mean: number; deviation: number } {
  const count = values.length - from
  let sum = 0
  for (let i = from; i < values.length; i++) sum += values[i] as number
  const mean = sum / count
  let squares = 0
  for (let i = from; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / count) }
}
