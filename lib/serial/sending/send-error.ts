/** Why something was not sent, or not answered. */
export type SendErrorCode =
  /** the message itself: a payload, an answer or a time limit that cannot be used */
  | 'SEND_INVALID'
  /** the collector would destroy or change something, or a replay runs */
  | 'SEND_REFUSED'
  /** too many wait already */
  | 'SEND_FULL'
  /** the connection was lost, or the system did not take the bytes */
  | 'SEND_BROKEN'
  /** it waited too long for a connection */
  | 'SEND_EXPIRED'
  /** no answer came in time */
  | 'SEND_UNANSWERED'
  /** the node that asked has been removed, or the port reads and writes no more */
  | 'SEND_CLOSED'

/** Ends a message that was to be sent. Its text says what happened and what to do. */
export class SendError extends Error {
  readonly code: SendErrorCode

  constructor(code: SendErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SendError'
    this.code = code
  }
}
