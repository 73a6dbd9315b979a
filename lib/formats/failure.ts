/** Why there is no value: what was found and what was expected, in words. It is returned, never thrown. */
export class Failure {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}
