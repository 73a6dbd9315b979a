// Why a request is refused: what its sender is told. It is returned, never thrown.

/** The words of the service whose clients ask here; they may look at them. */
export const originalErrors = {
  text: 'Failed to parse event text.',
  json: 'Failed to decode json payload.',
  fields: 'Unabled to extract all fields from the given data.',
} as const

/** What an answer says of a request that was refused, as JSON. */
export interface RefusalBody {
  error: string
  /** the field that is wrong, as the sender names it */
  field?: string
  /** what was found and what was expected, or what to do */
  reason?: string
  /** which item of a batch it is, 0 the first */
  index?: number
}

export class Refusal {
  readonly status: number
  readonly body: RefusalBody
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: RefusalBody, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }

  /** The same, of one item of a batch. */
  at(index: number): Refusal {
    return new Refusal(this.status, { ...this.body, index }, this.headers)
  }
}

/** The gateway cannot take it now. @param seconds after which the sender may try again */
export function notNow(reason: string, seconds: number): Refusal {
  return new Refusal(
    503,
    { error: 'The event cannot be stored now.', reason },
    { 'retry-after': String(seconds) },
  )
}
