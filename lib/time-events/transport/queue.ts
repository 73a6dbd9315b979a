// The POSIX message queue. Whoever comes first makes it, and nobody removes it: what is sent while no server runs waits in it.
import { fchmodSync, fstatSync, readFileSync } from 'node:fs'
import { errorCode, withCode } from '../../kit/errors.ts'
import { longestFrame } from '../wire/frame.ts'
import { Drain } from './drain.ts'
import type { Libc, QueueSize } from './libc.ts'
import type { Receiver, ReceiverListener, Sender } from './receiver.ts'

/** As many as the usual client asks for. */
const wantedPlaces = 32
/** for the owner alone, as the usual client and server make it */
export const privateMode = 0o600

export function receiveFromQueue(
  libc: Libc,
  { name, mode }: { name: string; mode: number },
  listener: ReceiverListener,
): Receiver {
  const queue = open(libc, name, 'read', mode)
  const drain = new Drain(
    libc,
    queue,
    (buffer) => libc.receiveMessage(queue, buffer),
    // the system refuses a buffer that is shorter than the longest message
    libc.queueSize(queue).bytes,
    listener,
  )
  return {
    pause: () => drain.pause(),
    resume: () => drain.resume(),
    isGone: () => isRemoved(queue),
    async close() {
      drain.pause()
      libc.close(queue)
    },
  }
}

export function sendToQueue(libc: Libc, name: string): Sender {
  const queue = open(libc, name, 'write', privateMode)
  return {
    send: (message) => libc.sendMessage(queue, message),
    isGone: () => isRemoved(queue),
    pending: 0,
    close: () => libc.close(queue),
  }
}

/** Another process may make the queue between our two calls: then it is there at the second try. */
function open(libc: Libc, name: string, direction: 'read' | 'write', mode: number): number {
  try {
    return openExisting(libc, name, direction, mode) ?? create(libc, name, direction, mode)
  } catch (error) {
    const code = errorCode(error)
    const again = code === 'EEXIST' ? openExisting(libc, name, direction, mode) : undefined
    if (again !== undefined) return again
    throw withCode(
      code ?? 'EVENTS_QUEUE',
      new Error(`time events: cannot open the queue ${name}: ${advice(code)}`),
    )
  }
}

function openExisting(
  libc: Libc,
  name: string,
  direction: 'read' | 'write',
  mode: number,
): number | undefined {
  try {
    const queue = libc.openQueue(name, direction)
    if (direction === 'read') allow(queue, mode)
    return queue
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function create(libc: Libc, name: string, direction: 'read' | 'write', mode: number): number {
  const queue = libc.createQueue(name, direction, mode, sizeWithin(readLimits()))
  allow(queue, mode)
  return queue
}

/** As large as is wanted, and as the system allows: beyond its limits a queue cannot be made at all. */
export function sizeWithin(limits: QueueSize): QueueSize {
  return {
    places: Math.min(wantedPlaces, limits.places),
    bytes: Math.min(longestFrame, limits.bytes),
  }
}

function readLimits(): QueueSize {
  const limit = (name: string) => Number(readFileSync(`/proc/sys/fs/mqueue/${name}`, 'utf8'))
  return { places: limit('msg_max'), bytes: limit('msgsize_max') }
}

/** A queue that was removed lives on for those who have it open, and nobody else finds it. */
function isRemoved(queue: number): boolean {
  return fstatSync(queue).nlink === 0
}

/** Past the umask. A queue of another user keeps the mode that it has. */
function allow(queue: number, mode: number): void {
  const { mode: present, uid } = fstatSync(queue)
  if ((present & 0o777) !== mode && uid === process.geteuid?.()) fchmodSync(queue, mode)
}

function advice(code: string | undefined): string {
  switch (code) {
    case 'EACCES':
      return 'it belongs to another user (EACCES): run both as one user, or have its owner let others send'
    case 'ENOSYS':
    case 'ENOENT':
      return `this system has no POSIX message queues (${code}): use the socket or UDP`
    case 'EMFILE':
      return 'the limit of queues of this user is reached (EMFILE): raise ulimit -q'
    case 'ENOSPC':
      return 'this system has as many queues as it may (ENOSPC): raise /proc/sys/fs/mqueue/queues_max, or remove a queue in /dev/mqueue'
    default:
      return code ?? 'for an unknown reason'
  }
}
