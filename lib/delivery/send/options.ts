/** Options of a journal's delivery, with their defaults. */
export interface DeliveryOptions {
  /** events with an open delivery at most; default 1,000. It grows to ten times that where nothing completes */
  window?: number
  /** seconds without an open delivery after which an event is complete; default 1 */
  quietTime?: number
  /** seconds after which an event that is still open is noted as incomplete and passed; default 300 */
  timeLimit?: number
  /** events a second that are sent where the checkpoint was lost and everything is sent again; default 500 */
  pace?: number
}

/** The options with every default filled in. */
export type DeliveryLimits = Required<DeliveryOptions>

export function withDefaults(options: DeliveryOptions): DeliveryLimits {
  return {
    window: options.window ?? 1_000,
    quietTime: options.quietTime ?? 1,
    timeLimit: options.timeLimit ?? 300,
    pace: options.pace ?? 500,
  }
}
