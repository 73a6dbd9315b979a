/**
 * Finds the poison message: the one on which a broker closes the connection. MQTT 3.1.1 has no other way to refuse a
 * message, and several brokers do it on MQTT 5, too. The oldest unacknowledged message at a close is the suspect; at the second
 * close in a row with the same one it is to be sent alone, at the third it is refused.
 */
export class Strikes {
  #suspect: string | undefined
  #count = 0

  /** A connection closed, and this was its oldest unacknowledged message (undefined: there was none). */
  closedOn(key: string | undefined): void {
    this.#count = key === undefined ? 0 : key === this.#suspect ? this.#count + 1 : 1
    this.#suspect = key
  }

  /** The broker took it: it was not the cause. */
  answered(message: { readonly key: string }): void {
    if (this.#suspect !== undefined && message.key === this.#suspect) this.closedOn(undefined)
  }

  /** The suspect must be sent with nothing else in flight, so that a further close proves it guilty. */
  get alone(): boolean {
    return this.#count >= 2
  }

  get guilty(): boolean {
    return this.#count >= 3
  }
}
