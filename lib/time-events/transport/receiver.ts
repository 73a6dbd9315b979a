import { longestFrame } from '../wire/frame.ts'

/** Bytes that are taken of a datagram. One that is longer than a frame is refused, and its checksum tells first whether it is one. */
export const longestTaken = 2 * longestFrame
/** Datagrams that are read in one turn of the event loop, at most. */
export const mostInTurn = 512

/** Where datagrams come in. */
export interface Receiver {
  /** Reads nothing more until `resume`; what the system holds meanwhile stays there as long as it has room. */
  pause(): void
  resume(): void
  /** Whether its name was removed from the system, so that no sender finds it any more. */
  isGone?(): boolean
  close(): Promise<void>
}

/** Who receives them. */
export interface ReceiverListener {
  /**
   * One has come.
   * @param bytes theirs only until this returns
   * @param isCut it was longer, and only its beginning is here
   * @param sender the address of another machine; undefined of this one
   * @param endpoint the address and port that it came from; undefined where the transport has none
   */
  datagram(bytes: Buffer, isCut: boolean, sender: string | undefined, endpoint?: string): void
  /** It does not work any more, and is to be closed. */
  failed(error: Error): void
}

export interface Sender {
  /** Sends a datagram, or hands it to the system; never waits. Undefined where it was taken, else the name of the error. */
  send(datagram: Buffer): string | undefined
  /** Nothing more follows for now: what there is to be told at the end of it is told. */
  settle?(): void
  /** Whether what it sends to was removed, so that no server reads it any more. */
  isGone?(): boolean
  /** datagrams that are not with the system yet */
  readonly pending: number
  close(): void
}
