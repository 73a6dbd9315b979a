export interface RowProblem {
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
  text: string
}
