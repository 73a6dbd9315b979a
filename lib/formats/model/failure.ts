/** Why there is no value: what was found and what was expected, in words. It is returned, never thrown. */
export class Failure {
  readonly reason: string
  /** the step that failed, where it is not the one that asked */
  readonly step: Step | undefined
  constructor(reason: string, step?: Step) {
    this.reason = reason
    this.step = step
  }
}

/** What is done with a line, in this order; the first word of each reason. */
export type Step =
  | 'decode'
  | 'when'
  | 'compute'
  | 'required'
  | 'type'
  | 'time'
  | 'calibrate'
  | 'unit'
  | 'map'
  | 'range'
