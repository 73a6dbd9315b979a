/** Where datagrams come in. */
export interface Receiver {
  /** Reads nothing more until `resume`; what the system holds meanwhile stays there as long as it has room. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

/** Who receives them. */
export interface ReceiverListener {
  /**
   * One has come.
   * @param bytes theirs only until this returns
   * @param isCut it was longer, and only its beginning is here
   * @param sender the address of another machine; undefined of this one
   */
  datagram(bytes: Buffer, isCut: boolean, sender: string | undefined): void
  /** It does not work any more, and is to be closed. */
  failed(error: Error): void
}

export interface Sender {
  /** Sends a datagram, or hands it to the system; never waits. Undefined where it was taken, else the name of the error. */
  send(datagram: Buffer): string | undefined
  /** datagrams that are not with the system yet */
  readonly pending: number
  close(): void
}
