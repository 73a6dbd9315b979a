// All that is random in tests comes from one seed: FIELDLOG_SEED, or a new one in each run where FIELDLOG_SEED is
// `random` (as in a soak), or 1. A test that fails says which seed shows it again.
import fc from 'fast-check'

/** A number in [0, 1). */
export type Random = () => number

const given = process.env.FIELDLOG_SEED || '1'

/** The seed of this run, a 32-bit number. */
export const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : parseSeed(given)

// a property that fails prints its seed itself
fc.configureGlobal({ seed })

/** fast-check with this run's seed: tests import it from here. */
export { fc }

/** A generator that gives the same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Random numbers of this run: the same for the same seed and offset. */
export type RandomFor = (offset: number) => Random

/** A test for `it` that uses random numbers; what it throws says which seed shows it again. */
export function seeded(test: (this: Mocha.Context, randomFor: RandomFor) => unknown): Mocha.AsyncFunc {
  return async function () {
    try {
      await test.call(this, (offset) => seededRandom(seed + offset))
    } catch (error) {
      if (error instanceof Error) addSeed(error)
      throw error
    }
  }
}

/** Reporters print the message, or the stack with the message as it was at first: the seed goes into both. */
function addSeed(error: Error): void {
  const { message, stack } = error
  error.message = `${message}\nto see it again: FIELDLOG_SEED=${seed}`
  if (stack) error.stack = stack.replace(message, () => error.message)
}

function parseSeed(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number)) return number
  throw new Error(`FIELDLOG_SEED must be a whole number or "random", not ${text}`)
}
