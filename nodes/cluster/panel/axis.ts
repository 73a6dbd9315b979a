// The scale of one axis of a plot.

export interface Axis {
  /** values with a round number of steps between them, within the scale */
  ticks: number[]
  /** where a value lies: 0 at the beginning of the scale, 1 at its end */
  place(value: number): number
  /** a tick as text, with the decimals that its neighbours need */
  text(tick: number): string
}

/** wanted at least, and up to about twice as many */
const fewestTicks = 3
/** part of the range that is left free at both ends */
const margin = 0.04

/** A scale that holds all values; of none, or of one value, it shows the surroundings. */
export function axisOf(values: readonly number[]): Axis {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  if (values.length === 0) [least, greatest] = [0, 1]
  const range = greatest - least || Math.abs(least) || 1
  const middle = (greatest + least) / 2
  const from = Math.min(least, middle - range / 2) - margin * range
  const to = Math.max(greatest, middle + range / 2) + margin * range
  const step = roundStep((to - from) / fewestTicks)
  const ticks: number[] = []
  for (let i = Math.ceil(from / step); i * step <= to; i++) ticks.push(i * step)
  const decimals = Math.min(20, Math.max(0, -Math.floor(Math.log10(step))))
  const isPlain = Math.max(Math.abs(from), Math.abs(to)) < 1e7 && step > 1e-7
  return {
    ticks,
    place: (value) => (value - from) / (to - from),
    text: (tick) => (isPlain ? (tick + 0).toFixed(decimals) : tick.toExponential(2)),
  }
}

/** The greatest of 1, 2 and 5 times a power of ten that is not above the wish. */
function roundStep(wish: number): number {
  const power = 10 ** Math.floor(Math.log10(wish))
  const times = [5, 2, 1].find((times) => times * power <= wish) ?? 1
  return times * power
}
