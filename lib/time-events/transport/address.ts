// What the system calls the name of a Unix socket: `struct sockaddr_un`.

/** bytes of a name at most, with its NUL */
const longest = 108
const AF_UNIX = 1

/** Whether it is a name of Linux's own name space, without a file: `@timevt-server`. */
export function isAbstract(name: string): boolean {
  return name.startsWith('@')
}

/** What is wrong with a name, in words; undefined where nothing is. */
export function socketNameProblem(name: string): string | undefined {
  if (!/^[@/]./.test(name)) return 'must be @name, or a path that begins with /'
  if (name.includes('\0')) return 'must have no NUL'
  return Buffer.byteLength(name) < longest ? undefined : `must have at most ${longest - 1} bytes`
}

/** @param name `@name`, or a path */
export function socketAddress(name: string): Buffer {
  const family = Buffer.alloc(2)
  family.writeUInt16LE(AF_UNIX)
  // an abstract name has a NUL in front and none behind
  return Buffer.concat([family, Buffer.from(isAbstract(name) ? `\0${name.slice(1)}` : `${name}\0`)])
}
