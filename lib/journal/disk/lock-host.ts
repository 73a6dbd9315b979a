// What the lock asks of the operating system. Passed in, so that tests can have other systems, and file systems
// without locks.
import { spawnSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process, told from every other one that ever had its number. */
export interface Holder {
  pid: number
  /** when it started, as the system counts; empty where that is not known */
  start: string
  /** drawn by the system at each of its starts; empty where that is not known */
  boot: string
  /** whose numbers of processes these are: of the system, or of a container */
  space: string
  host: string
}

/** The operating system, as far as locks go. */
export interface LockHost {
  /** Locks an open file for its file description; `none` where that cannot be had here. */
  flock(descriptor: number): 'taken' | 'held' | 'none'
  /** this process */
  self(): Holder
  /** When the process with a number started, as `Holder.start`; undefined where there is none. */
  startOf(pid: number): string | undefined
}

/** What `flock` may take, ms: it does not wait for the lock. */
const patience = 5_000

export const systemLockHost: LockHost = {
  /**
   * Node has no flock. The lock belongs to the file description, which a child shares: `flock` (util-linux, on every
   * Debian; busybox has it, too) locks it there, and it stays locked when the child has ended.
   */
  flock(descriptor) {
    const { status, stderr } = spawnSync('flock', ['-n', '3'], {
      stdio: ['ignore', 'ignore', 'pipe', descriptor],
      timeout: patience,
    })
    if (status === 0) return 'taken'
    // of a lock that is held it says nothing; of all else, what is wrong
    return status === 1 && stderr.length === 0 ? 'held' : 'none'
  },

  self() {
    return {
      pid: process.pid,
      start: this.startOf(process.pid) ?? '',
      boot: read('/proc/sys/kernel/random/boot_id'),
      space: link('/proc/self/ns/pid'),
      host: hostname(),
    }
  },

  startOf(pid) {
    const stat = read(`/proc/${pid}/stat`)
    // behind the name in parentheses, which may hold anything: the 20th field from there
    if (stat !== '') return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return isThere(pid) ? '' : undefined
  },
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** A system without /proc. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
