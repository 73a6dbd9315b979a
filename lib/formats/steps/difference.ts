// By how much a counter has gone up since the last event of the same source and key.

import type { Past } from '../history/past.ts'
import type { CounterDifference } from '../model/definition.ts'
import { roundTo } from './calibrate.ts'

/** Significant decimal digits of a counter's reading: what floating-point arithmetic adds behind them is cut off. */
const digits = 14

/**
 * The difference, for a field of this name; undefined where there is no reading before, or the counter was set back.
 * A reading below the last one is a wrap where the modulus makes it a step up of `most` or less, else a reset.
 */
export function differenceStep(
  field: string,
  { modulus, most }: CounterDifference,
): (reading: number, past: Past) => number | undefined {
  const greatest = most ?? Number.POSITIVE_INFINITY
  const greatestWrap = most ?? (modulus ?? 0) / 2
  return (reading, past) => {
    const before = past.recall(field)
    past.keep(field, reading)
    if (before === undefined) return undefined
    const isBack = reading < before
    if (isBack && modulus === undefined) return undefined
    const greatestReading = Math.max(Math.abs(reading), Math.abs(before), isBack ? (modulus as number) : 0)
    const difference = tidied(reading - before + (isBack ? (modulus as number) : 0), greatestReading)
    return difference >= 0 && difference <= (isBack ? greatestWrap : greatest) ? difference : undefined
  }
}

function tidied(difference: number, greatestReading: number): number {
  const whole = Math.ceil(Math.log10(greatestReading + 1))
  return roundTo(difference, Math.min(15, Math.max(0, digits - whole)))
}
