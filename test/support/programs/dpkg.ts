// What Debian's own programs say of a package and of its scripts. They are on every Debian, so nothing installs them.
import { execFileSync, spawnSync } from 'node:child_process'

export function dpkgDeb(...args: string[]): string {
  return execFileSync('dpkg-deb', args, { encoding: 'utf8' })
}

/** What the shell has against a script; '' where it can read it. */
export function shellComplaint(script: string): string {
  return spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' }).stderr
}

/** Runs a script; gives what it prints. */
export function runShell(path: string, ...args: string[]): string {
  return execFileSync('sh', [path, ...args], { encoding: 'utf8' })
}
