// What the doctor asks of the machine, so that a test can stand in for it. Everything is only looked at.
import { execFile } from 'node:child_process'
import { readdir, readFile, statfs } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { listPorts, type PortSuggestion } from '../../serial/source/ports.ts'

export interface Machine {
  readonly clock: Clock
  readonly isRoot: boolean
  readonly hostName: string
  readonly homeDirectory: string
  /** The text of a file; rejects with the system's error. Paths are taken as they are: `..` behind a link is the link's. */
  read(path: string): Promise<string>
  /** Names in a folder; rejects with the system's error. */
  list(path: string): Promise<string[]>
  /** bytes of the file system that holds a path, those that are free for this user, and those of all */
  space(path: string): Promise<{ free: number; total: number }>
  /** What a program printed, and its exit status; undefined where there is no such program, or where it hangs. */
  run(program: string, ...args: string[]): Promise<{ status: number; out: string } | undefined>
  ports(): Promise<PortSuggestion[]>
}

/** ms; no program that is asked takes so long */
const patience = 15_000

export const thisMachine: Machine = {
  clock: systemClock,
  isRoot: process.getuid?.() === 0,
  hostName: hostname(),
  homeDirectory: homedir(),
  read: (path) => readFile(path, 'utf8'),
  list: readdir,
  async space(path) {
    const { bavail, blocks, bsize } = await statfs(path)
    return { free: bavail * bsize, total: blocks * bsize }
  },
  run: (program, ...args) =>
    new Promise((resolve) => {
      const options = { timeout: patience, maxBuffer: 8 << 20, env: { ...process.env, LC_ALL: 'C' } }
      execFile(program, args, options, (error, out) => {
        const status = error === null ? 0 : error.code
        resolve(typeof status === 'number' ? { status, out } : undefined)
      })
    }),
  ports: () => listPorts(),
}

/** The text of a file without its end; undefined where it cannot be read. */
export async function textIn(machine: Machine, path: string): Promise<string | undefined> {
  try {
    return (await machine.read(path)).trimEnd()
  } catch {
    return undefined
  }
}
