// The Unix datagram socket, by a name of its own name space (`@timevt-server`) or by a path.
import { chmodSync, mkdirSync, statSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode, withCode } from '../../kit/errors.ts'
import { socketAddress } from './address.ts'
import { Drain } from './drain.ts'
import type { Libc } from './libc.ts'
import { isAbstract } from './names.ts'
import { longestTaken, type Receiver, type ReceiverListener, type Sender } from './receiver.ts'

const receiveBuffer = 1 << 20

/** @param mode of a path; a name without a file has none */
export function receiveFromSocket(
  libc: Libc,
  { name, mode }: { name: string; mode: number },
  listener: ReceiverListener,
): Receiver {
  const socket = libc.openSocket()
  let file: number | undefined
  try {
    if (!isAbstract(name)) makeRoom(libc, name)
    libc.setReceiveBuffer(socket, receiveBuffer)
    libc.bind(socket, socketAddress(name))
    if (!isAbstract(name)) {
      chmodSync(name, mode)
      file = fileAt(name)
    }
  } catch (error) {
    libc.close(socket)
    throw explained(error, name)
  }
  const drain = new Drain(libc, socket, (buffer) => libc.receive(socket, buffer), longestTaken, listener)
  return {
    pause: () => drain.pause(),
    resume: () => drain.resume(),
    isGone: () => file !== undefined && fileAt(name) !== file,
    async close() {
      // with the socket goes what waits in it
      drain.finish()
      libc.close(socket)
      // another server may have made its own in the place of ours
      if (file !== undefined && fileAt(name) === file) unlinkSync(name)
    },
  }
}

/** The server may come and go: the name is looked up for each datagram. */
export function sendToSocket(libc: Libc, name: string): Sender {
  const socket = libc.openSocket()
  const address = socketAddress(name)
  return {
    send: (datagram) => libc.sendTo(socket, datagram, address),
    pending: 0,
    close: () => libc.close(socket),
  }
}

/** A server that ended without closing leaves its file: it is removed where nobody listens any more, and it is a socket. */
function makeRoom(libc: Libc, path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o775 })
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isSocket()) throw withCode('ENOTSOCK', new Error('there is a file that is no socket'))
  const probe = libc.openSocket()
  try {
    libc.connect(probe, socketAddress(path))
  } catch (error) {
    if (errorCode(error) !== 'ECONNREFUSED') throw error
    unlinkSync(path)
    return
  } finally {
    libc.close(probe)
  }
  throw withCode('EADDRINUSE', new Error('a server listens there'))
}

/** Its number in the file system; undefined where there is none. */
function fileAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}

function explained(error: unknown, name: string): Error {
  const code = errorCode(error) ?? 'EVENTS_SOCKET'
  const why: Record<string, string> = {
    EADDRINUSE: 'another server of time events has it: stop that one, or choose another name',
    EACCES: 'this user may not write there (EACCES): choose another path',
    EPROTOTYPE: 'a program of another kind listens there: choose another path',
    ENOTSOCK: 'there is a file that is no socket: remove it, or choose another path',
  }
  return withCode(code, new Error(`time events: cannot listen at ${name}: ${why[code] ?? code}`))
}
