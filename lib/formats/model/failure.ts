import { counted } from './text.ts'

/** Why there is no value: what was found and what was expected, in words. It is returned, never thrown. */
export class Failure {
  readonly reason: string
  /** the step that failed, where it is not the one that asked */
  readonly step: Step | undefined
  /** where other code decides on what it is */
  readonly code: FailureCode | undefined
  constructor(reason: string, step?: Step, code?: FailureCode) {
    this.reason = reason
    this.step = step
    this.code = code
  }
}

/** `packet-length`: the packet has another number of bytes than the format takes, and that alone is wrong so far. */
export type FailureCode = 'packet-length'

/** A packet of another length than the format takes. */
export function wrongLength(bytes: number, expected: string | number): Failure {
  return new Failure(
    `packet: found ${counted(bytes, 'byte')}, expected ${expected}`,
    undefined,
    'packet-length',
  )
}

/** What is done with a line, in this order; the first word of each reason. */
export type Step =
  | 'record'
  | 'check'
  | 'decode'
  | 'when'
  | 'compute'
  | 'required'
  | 'type'
  | 'time'
  | 'zone'
  | 'calibrate'
  | 'unit'
  | 'map'
  | 'range'
