import type { Flag } from '../../event.ts'
import type { Sentence } from '../../words/sentence.ts'
import type { Votes } from '../model/row.ts'
import { ruleSentence } from '../model/sentences.ts'

const mostVotes = 1000

/** Whether a flag is a vote: what is not evaluated, or has no value, is none. */
export function counts(flag: Flag): boolean {
  return flag !== 2 && flag !== 9
}

/** "At least p of the last n": an event breaks the rule only where enough of the last ones, it included, did. */
export class Voting {
  readonly #votes: Votes

  constructor(votes: Votes) {
    this.#votes = votes
  }

  /** so many are looked back */
  get of(): number {
    return this.#votes.of
  }

  /** The flag that stands; `memory` holds 1 for each of the last judged events that broke the rule, else 0. */
  weigh(flag: Flag, memory: number[]): Flag {
    const { least, of } = this.#votes
    if (!counts(flag)) return flag
    const isBroken = flag !== 1
    memory.push(isBroken ? 1 : 0)
    if (memory.length > of) memory.shift()
    if (!isBroken) return 1
    let broken = 0
    for (const vote of memory) broken += vote
    return broken >= least ? flag : 1
  }
}

/** What is wrong with the votes, in words; undefined where they are right. */
export function votesProblem(votes: unknown): Sentence | undefined {
  if (votes === undefined) return undefined
  const { least, of } = (votes ?? {}) as Partial<Votes>
  const isCount = (count: unknown): count is number => Number.isInteger(count) && (count as number) >= 1
  if (!isCount(least) || !isCount(of)) return ruleSentence('votesForm')
  if (least > of) return ruleSentence('votesNever', { least, of })
  return of > mostVotes ? ruleSentence('votesMost', { most: String(mostVotes) }) : undefined
}
