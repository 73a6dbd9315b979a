import type { Sentence } from '../../words/sentence.ts'

export interface RowProblem extends Sentence {
  /** the property of the row that is wrong */
  at:
    | 'name'
    | 'field'
    | 'operator'
    | 'values'
    | 'suspectValues'
    | 'settings'
    | 'conditions'
    | 'onlyWhen'
    | 'votes'
    | 'says'
    | 'missing'
}
