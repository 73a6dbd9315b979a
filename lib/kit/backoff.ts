/**
 * Backoff with jitter: pauses between attempts double up to a limit, with a random part so that gateways do not
 * come back together.
 */
export interface Pauses {
  /** ms before the first new attempt */
  first: number
  /** ms, the longest */
  longest: number
}

export const defaultPauses: Pauses = { first: 500, longest: 30_000 }

/**
 * The pause before the next attempt, in ms.
 * @param failures attempts that failed in a row, 1 for the first
 * @param random 0 … 1, as Math.random gives it; the pause is 75 % to 125 % of its nominal value, never over the longest
 */
export function pauseAfter(failures: number, random: number, pauses: Pauses = defaultPauses): number {
  const nominal = Math.min(pauses.longest, pauses.first * 2 ** Math.min(failures - 1, 30))
  return Math.min(pauses.longest, Math.round(nominal * (0.75 + random / 2)))
}
