// Names of their own for sockets and queues, and a receiver's listener that can be awaited.
import { EventEmitter, once } from 'node:events'
import koffi from 'koffi'
import type { ReceiverListener } from '../../../lib/time-events/transport/receiver.ts'

let names = 0

/** A name that no other process and no other test has. */
function ownName(): string {
  return `fieldlog-test.${process.pid}.${++names}`
}

export function ownSocket(): string {
  return `@${ownName()}`
}

/** A queue outlives the processes that use it: the gateway removes none, so the test does. */
export function ownQueue(): { name: string; remove(): void } {
  const name = `/${ownName()}`
  const unlink = koffi.load(null).func('int mq_unlink(const char *name)')
  return { name, remove: () => unlink(name) }
}

export class Inbox implements ReceiverListener {
  readonly events = new EventEmitter()
  readonly datagrams: Array<{ bytes: Buffer; isCut: boolean; sender: string | undefined }> = []

  datagram(bytes: Buffer, isCut: boolean, sender: string | undefined): void {
    this.datagrams.push({ bytes: Buffer.from(bytes), isCut, sender })
    this.events.emit('datagram')
  }

  failed(error: Error): void {
    this.events.emit('error', error)
  }

  dropped(): void {
    this.events.emit('dropped')
  }

  /** Resolves when so many have come. */
  async count(datagrams: number): Promise<void> {
    while (this.datagrams.length < datagrams) await once(this.events, 'datagram')
  }
}
