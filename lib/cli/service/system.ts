// What installing a service needs of the machine, so that a test can stand in for it.
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CommandError } from '../command.ts'

export interface System {
  isRoot(): boolean
  exists(path: string): boolean
  /** Writes a file, with its folder. */
  write(path: string, text: string, mode: number): void
  /** Makes a folder, with those above it, where there is none. */
  makeFolder(path: string, mode: number): void
  remove(path: string): void
  /** Runs a program; returns its exit status. Where it must succeed and does not, throws with what it said. */
  run(words: readonly string[], mustSucceed?: boolean): number
}

export const thisSystem: System = {
  isRoot: () => process.getuid?.() === 0,
  exists: existsSync,
  write(path, text, mode) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    writeFileSync(path, text, { mode })
    // the mode counts only for a file that is new
    chmodSync(path, mode)
    chownSync(path, 0, 0)
  },
  makeFolder(path, mode) {
    if (!existsSync(path)) mkdirSync(path, { recursive: true, mode })
  },
  remove: (path) => rmSync(path, { force: true }),
  run([program = '', ...args], mustSucceed = true) {
    const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    if (mustSucceed && (error || status !== 0)) {
      const said = error?.message ?? stderr.trim()
      throw new CommandError(`${[program, ...args].join(' ')} failed: ${said || `status ${status}`}`)
    }
    return status ?? 1
  },
}

/** Throws where no service can be installed here, with what to do. */
export function mustBeRoot(system: System, name: string): void {
  if (!system.exists('/run/systemd/system')) {
    throw new CommandError(
      'this machine was not started by systemd: start `fieldlog start` by what it has in its place',
    )
  }
  if (!system.isRoot()) throw new CommandError(`only root can do that: sudo fieldlog ${name}`)
}
