// The Unix datagram socket, by a name of its own name space (`@timevt-server`) or by a path.
import { chmodSync, mkdirSync, statSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode, withCode } from '../../kit/errors.ts'
import { longestFrame } from '../wire/frame.ts'
import { socketAddress } from './address.ts'
import { Drain } from './drain.ts'
import type { Libc } from './libc.ts'
import { isAbstract } from './names.ts'
import type { Receiver, ReceiverListener, Sender } from './receiver.ts'

const receiveBuffer = 1 << 20

/** @param mode of a path; a name without a file has none */
export function receiveFromSocket(
  libc: Libc,
  { name, mode }: { name: string; mode: number },
  listener: ReceiverListener,
): Receiver {
  const socket = libc.openSocket()
  try {
    if (!isAbstract(name)) makeRoom(libc, name)
    libc.setReceiveBuffer(socket, receiveBuffer)
    libc.bind(socket, socketAddress(name))
    if (!isAbstract(name)) chmodSync(name, mode)
  } catch (error) {
    libc.close(socket)
    throw explained(error, name)
  }
  const drain = new Drain(
    libc,
    socket,
    (buffer) => libc.receive(socket, buffer),
    // one that is longer is refused, and its checksum tells first whether it is one
    2 * longestFrame,
    listener,
  )
  return {
    pause: () => drain.pause(),
    resume: () => drain.resume(),
    async close() {
      drain.pause()
      libc.close(socket)
      if (!isAbstract(name)) remove(name)
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

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

function explained(error: unknown, name: string): Error {
  const code = errorCode(error) ?? 'EVENTS_SOCKET'
  const why: Record<string, string> = {
    EADDRINUSE: 'another server of time events has it: stop that one, or choose another name',
    EACCES: 'this user may not write there (EACCES): choose another path',
    ENOTSOCK: 'there is a file that is no socket: remove it, or choose another path',
  }
  return withCode(code, new Error(`time events: cannot listen at ${name}: ${why[code] ?? code}`))
}
