// Tells when descriptors can be read, by the event loop: with the poller that serialport has for its own.
//
// A poller of serialport lets go of its descriptor only when it is collected as garbage, and then the system tells nothing more of
// whichever descriptor has the same number by then. So there is one poller for all, for as long as the process lives: it watches
// a set of descriptors, and these come and go.
import { createRequire } from 'node:module'
import type { Libc } from './libc.ts'

interface Poller {
  on(event: 'readable', listener: (error: (Error & { canceled?: boolean }) | null) => void): void
  poll(events: number): void
  stop(): void
}

export interface ReadinessListener {
  /** It may be readable. Called again in the next turn of the event loop, as long as it is. */
  readable(): void
  failed(error: Error): void
}

const UV_READABLE = 1

export class Readiness {
  readonly #libc: Libc
  readonly #set: number
  readonly #poller: Poller
  readonly #listeners = new Map<number, ReadinessListener>()

  constructor(libc: Libc) {
    this.#libc = libc
    this.#set = libc.openSet()
    this.#poller = newPoller(this.#set)
    this.#poller.on('readable', (error) => {
      if (error?.canceled) return
      for (const listener of [...this.#listeners.values()]) {
        if (error) listener.failed(error)
        else listener.readable()
      }
      // it tells once
      if (!error && this.#listeners.size > 0) this.#poller.poll(UV_READABLE)
    })
  }

  watch(descriptor: number, listener: ReadinessListener): void {
    this.#libc.addToSet(this.#set, descriptor)
    this.#listeners.set(descriptor, listener)
    this.#poller.poll(UV_READABLE)
  }

  /** Before the descriptor is closed, too. */
  ignore(descriptor: number): void {
    if (!this.#listeners.delete(descriptor)) return
    this.#libc.removeFromSet(this.#set, descriptor)
    // the process may end then
    if (this.#listeners.size === 0) this.#poller.stop()
  }
}

const ofProcess = new WeakMap<Libc, Readiness>()

export function readinessOf(libc: Libc): Readiness {
  const known = ofProcess.get(libc) ?? new Readiness(libc)
  ofProcess.set(libc, known)
  return known
}

/** The poller is in a package of which serialport depends, and which npm may have put below it. */
function newPoller(descriptor: number): Poller {
  const requireAsWeDo = createRequire(import.meta.url)
  const requireAsSerialport = createRequire(requireAsWeDo.resolve('serialport'))
  const { Poller } = requireAsSerialport('@serialport/bindings-cpp/dist/poller.js') as {
    Poller: new (descriptor: number) => Poller
  }
  return new Poller(descriptor)
}
