// Where clients and servers of time events meet, and which names can be used. Runs in the browser: nothing of Node here.
import { type Sentence, sentencesOf } from '../../words/sentence.ts'

/** Those of the usual client and server. */
export const usualQueue = '/telog.mq'
export const usualSocket = '@timevt-server'
export const usualUdp = { host: '127.0.0.1', port: 5150 } as const

/** What is said of a name that cannot be used; nodes/events/locales has it in other languages. */
export const nameSentences = {
  socketForm: 'must be @name, or a path that begins with /',
  socketNul: 'must have no NUL',
  socketLength: 'must have at most __most__ bytes',
  queueForm: 'must be / and a name without another /',
} as const

const sentence = sentencesOf(nameSentences)

/** bytes of a socket's name at most, as the system has room for 108 with a NUL */
const longestSocket = 107

/** Whether it is a name of Linux's own name space, without a file: `@timevt-server`. */
export function isAbstract(name: string): boolean {
  return name.startsWith('@')
}

/** What is wrong with the name of a socket, in words; undefined where nothing is. */
export function socketNameProblem(name: string): Sentence | undefined {
  if (!/^[@/]./.test(name)) return sentence('socketForm')
  if (name.includes('\0')) return sentence('socketNul')
  const { length } = new TextEncoder().encode(name)
  return length <= longestSocket ? undefined : sentence('socketLength', { most: longestSocket })
}

/** What is wrong with the name of a queue, in words; undefined where nothing is. */
export function queueNameProblem(name: string): Sentence | undefined {
  return /^\/[^/\0]{1,254}$/.test(name) ? undefined : sentence('queueForm')
}
