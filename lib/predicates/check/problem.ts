export interface RowProblem {
  /** the property of the row that is wrong */
  at:
    | 'name'
    | 'field'
    | 'operator'
    | 'values'
    | 'suspectValues'
    | 'settings'
    | 'rows'
    | 'when'
    | 'votes'
    | 'severity'
    | 'missing'
  text: string
}
