// The system calls that Node.js has no module for: Unix datagram sockets and POSIX message queues, by koffi. Linux only. Every call
// returns at once: descriptors do not block.
import { createRequire } from 'node:module'
import { asError, errorCode, withCode } from '../../kit/errors.ts'

/** Numbers of Linux; those of x64, arm64 and arm are the same. */
const AF_UNIX = 1
const SOCK_DGRAM = 2
const NONBLOCK = 0o4_000
const CLOEXEC = 0o2_000_000
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40
const O_WRONLY = 1
const O_CREAT = 0o100
const O_EXCL = 0o200
const EPOLL_CTL_ADD = 1
const EPOLL_CTL_DEL = 2
/** `struct epoll_event` with EPOLLIN; its length depends on the machine, and this is the longer one */
const readable = Buffer.from([1, ...new Array<number>(15).fill(0)])

/** How many messages a queue holds, and how long one may be. */
export interface QueueSize {
  places: number
  bytes: number
}

type Call = (...args: unknown[]) => number

interface Koffi {
  load(path: null): { func(prototype: string): Call }
  errno(): number
  sizeof(type: string): number
  os: { errno: Record<string, number> }
}

/** Loads a module as `require` does. */
export type LoadModule = (name: string) => unknown

const ownRequire = createRequire(import.meta.url)

export class Libc {
  readonly #koffi: Koffi
  readonly #errorNames: Map<number, string>
  readonly #again: number
  readonly #interrupted: number
  /** bytes of a `long`: four of them at the beginning of `struct mq_attr`, eight in all */
  readonly #long: number
  readonly #socket: Call
  readonly #setsockopt: Call
  readonly #bind: Call
  readonly #connect: Call
  readonly #recv: Call
  readonly #sendto: Call
  readonly #close: Call
  readonly #epollCreate: Call
  readonly #epollCtl: Call
  readonly #mqOpen: Call
  readonly #mqGetattr: Call
  readonly #mqReceive: Call
  readonly #mqSend: Call

  private constructor(koffi: Koffi) {
    this.#koffi = koffi
    // some numbers have a second name: EAGAIN, EWOULDBLOCK
    this.#errorNames = new Map(
      Object.entries(koffi.os.errno)
        .toSorted(([a], [b]) => (a < b ? 1 : -1))
        .map(([name, number]) => [number, name]),
    )
    this.#again = koffi.os.errno.EAGAIN!
    this.#interrupted = koffi.os.errno.EINTR!
    this.#long = koffi.sizeof('long')
    const library = koffi.load(null)
    this.#socket = library.func('int socket(int domain, int type, int protocol)')
    this.#setsockopt = library.func(
      'int setsockopt(int fd, int level, int name, void *value, uint32_t length)',
    )
    this.#bind = library.func('int bind(int fd, void *address, uint32_t length)')
    this.#connect = library.func('int connect(int fd, void *address, uint32_t length)')
    this.#recv = library.func('intptr_t recv(int fd, void *buffer, size_t length, int flags)')
    this.#sendto = library.func(
      'intptr_t sendto(int fd, void *buffer, size_t length, int flags, void *address, uint32_t addressLength)',
    )
    this.#close = library.func('int close(int fd)')
    this.#epollCreate = library.func('int epoll_create1(int flags)')
    this.#epollCtl = library.func('int epoll_ctl(int set, int operation, int fd, void *event)')
    this.#mqOpen = library.func('int mq_open(const char *name, int flags, uint32_t mode, void *attributes)')
    this.#mqGetattr = library.func('int mq_getattr(int queue, void *attributes)')
    this.#mqReceive = library.func(
      'intptr_t mq_receive(int queue, void *buffer, size_t length, void *priority)',
    )
    this.#mqSend = library.func('int mq_send(int queue, void *buffer, size_t length, uint32_t priority)')
  }

  /** Throws an error with the code `EVENTS_NEED_KOFFI` where the package or the system lacks what is needed. */
  static load(load: LoadModule = ownRequire): Libc {
    if (process.platform !== 'linux') throw needsKoffi(`this is ${process.platform}, and they are of Linux`)
    let koffi: Koffi
    try {
      koffi = load('koffi') as Koffi
    } catch (error) {
      throw needsKoffi(errorCode(error) ?? asError(error).message)
    }
    return new Libc(koffi)
  }

  /** A Unix datagram socket that does not block. */
  openSocket(): number {
    return this.#checked('socket', this.#socket(AF_UNIX, SOCK_DGRAM | NONBLOCK | CLOEXEC, 0))
  }

  setReceiveBuffer(socket: number, bytes: number): void {
    const value = Buffer.alloc(4)
    value.writeInt32LE(bytes)
    this.#checked('setsockopt', this.#setsockopt(socket, SOL_SOCKET, SO_RCVBUF, value, value.length))
  }

  bind(socket: number, address: Buffer): void {
    this.#checked('bind', this.#bind(socket, address, address.length))
  }

  connect(socket: number, address: Buffer): void {
    this.#checked('connect', this.#connect(socket, address, address.length))
  }

  /** The datagram's length, which may be more than the buffer holds; undefined where none waits. */
  receive(socket: number, buffer: Buffer): number | undefined {
    return this.#received('recv', () => this.#recv(socket, buffer, buffer.length, MSG_DONTWAIT | MSG_TRUNC))
  }

  /** Undefined where it was sent, else the name of the error: `EAGAIN` … */
  sendTo(socket: number, datagram: Buffer, address: Buffer): string | undefined {
    const sent = this.#sendto(socket, datagram, datagram.length, MSG_DONTWAIT, address, address.length)
    return sent < 0 ? this.#errorName() : undefined
  }

  /** Opens a queue that is there, for one direction. */
  openQueue(name: string, direction: 'read' | 'write'): number {
    const flags = NONBLOCK | CLOEXEC | (direction === 'write' ? O_WRONLY : 0)
    return this.#checked('mq_open', this.#mqOpen(name, flags, 0, null))
  }

  /** Makes a queue that is not there yet. */
  createQueue(name: string, direction: 'read' | 'write', mode: number, { places, bytes }: QueueSize): number {
    const flags = O_CREAT | O_EXCL | NONBLOCK | CLOEXEC | (direction === 'write' ? O_WRONLY : 0)
    const attributes = Buffer.alloc(8 * this.#long)
    attributes.writeUInt32LE(places, this.#long)
    attributes.writeUInt32LE(bytes, 2 * this.#long)
    return this.#checked('mq_open', this.#mqOpen(name, flags, mode, attributes))
  }

  queueSize(queue: number): QueueSize {
    const attributes = Buffer.alloc(8 * this.#long)
    this.#checked('mq_getattr', this.#mqGetattr(queue, attributes))
    return {
      places: attributes.readUInt32LE(this.#long),
      bytes: attributes.readUInt32LE(2 * this.#long),
    }
  }

  /** The message's length; undefined where none waits. The buffer must hold the longest message of the queue. */
  receiveMessage(queue: number, buffer: Buffer): number | undefined {
    return this.#received('mq_receive', () => this.#mqReceive(queue, buffer, buffer.length, null))
  }

  /** Undefined where it was sent, else the name of the error: `EAGAIN` … */
  sendMessage(queue: number, message: Buffer): string | undefined {
    return this.#mqSend(queue, message, message.length, 0) < 0 ? this.#errorName() : undefined
  }

  close(descriptor: number): void {
    this.#close(descriptor)
  }

  /** A set of descriptors that is itself a descriptor, readable while one of them is. */
  openSet(): number {
    return this.#checked('epoll_create1', this.#epollCreate(CLOEXEC))
  }

  addToSet(set: number, descriptor: number): void {
    this.#checked('epoll_ctl', this.#epollCtl(set, EPOLL_CTL_ADD, descriptor, readable))
  }

  removeFromSet(set: number, descriptor: number): void {
    this.#checked('epoll_ctl', this.#epollCtl(set, EPOLL_CTL_DEL, descriptor, readable))
  }

  #received(name: string, call: () => number): number | undefined {
    for (;;) {
      const length = call()
      if (length >= 0) return length
      const errno = this.#koffi.errno()
      if (errno === this.#again) return undefined
      if (errno !== this.#interrupted) this.#checked(name, length)
    }
  }

  #checked(name: string, result: number): number {
    if (result >= 0) return result
    const code = this.#errorName()
    throw withCode(code, new Error(`${name}: ${code}`))
  }

  #errorName(): string {
    const errno = this.#koffi.errno()
    return this.#errorNames.get(errno) ?? `errno ${errno}`
  }
}

function needsKoffi(why: string): Error {
  return withCode(
    'EVENTS_NEED_KOFFI',
    new Error(
      `time events: the queue and Unix sockets need the package koffi (${why}): npm install koffi; UDP works without it`,
    ),
  )
}
