// What the system calls the name of a Unix socket: `struct sockaddr_un`.
import { isAbstract } from './names.ts'

const AF_UNIX = 1

/** @param name `@name`, or a path */
export function socketAddress(name: string): Buffer {
  const family = Buffer.alloc(2)
  family.writeUInt16LE(AF_UNIX)
  // an abstract name has a NUL in front and none behind
  return Buffer.concat([family, Buffer.from(isAbstract(name) ? `\0${name.slice(1)}` : `${name}\0`)])
}
