// Where clients and servers of time events meet, and which names can be used. Runs in the browser: nothing of Node here.

/** Those of the usual client and server. */
export const usualQueue = '/telog.mq'
export const usualSocket = '@timevt-server'
export const usualUdp = { host: '127.0.0.1', port: 5150 } as const

/** bytes of a socket's name at most, as the system has room for 108 with a NUL */
const longestSocket = 107

/** Whether it is a name of Linux's own name space, without a file: `@timevt-server`. */
export function isAbstract(name: string): boolean {
  return name.startsWith('@')
}

/** What is wrong with the name of a socket, in words; undefined where nothing is. */
export function socketNameProblem(name: string): string | undefined {
  if (!/^[@/]./.test(name)) return 'must be @name, or a path that begins with /'
  if (name.includes('\0')) return 'must have no NUL'
  const { length } = new TextEncoder().encode(name)
  return length <= longestSocket ? undefined : `must have at most ${longestSocket} bytes`
}

/** What is wrong with the name of a queue, in words; undefined where nothing is. */
export function queueNameProblem(name: string): string | undefined {
  return /^\/[^/\0]{1,254}$/.test(name) ? undefined : 'must be / and a name without another /'
}
