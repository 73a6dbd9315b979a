// Keeps the home to its owner. New files are by the process's umask; what an earlier version left open is closed here.
import { chmodSync, existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { asError } from '../kit/errors.ts'

/** Group and others get nothing of what the gateway makes. */
export const privateUmask = 0o077

/** Packages: public, many, and made anew by npm. */
const leftOut = 'node_modules'

/** Folders just below the root that belong to the system (or to all users). */
const systemFolders = new Set(
  'bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var'.split(' '),
)

/**
 * Takes group's and others' rights from the home and all in it but node_modules. Links are not followed.
 * Returns what could not be done, in words: one line for all of it, or undefined.
 * @param userHome the user's own home directory, which other programs use, too
 */
export function tighten(homeFolder: string, userHome: string): string | undefined {
  const home = realpathSync(homeFolder)
  if (isShared(home, userHome)) {
    return (
      `the home folder ${home} is not Fieldlog's alone, so its permissions were left as they are: ` +
      'others may read it; set FIELDLOG_HOME to a folder of its own'
    )
  }
  const failures: string[] = []
  closeTree(home, failures)
  if (failures.length === 0) return undefined
  return `others may read ${failures.length} files in the home; the first could not be closed: ${failures[0]}`
}

function isShared(home: string, userHome: string): boolean {
  const { uid, mode } = lstatSync(home)
  const isSystems = dirname(home) === '/' && (home === '/' || systemFolders.has(home.slice(1)))
  const isSticky = (mode & 0o1000) !== 0
  const isUsers = existsSync(userHome) && home === realpathSync(userHome)
  return isSystems || isSticky || isUsers || uid !== process.getuid?.()
}

function closeTree(path: string, failures: string[]): void {
  try {
    const stat = lstatSync(path)
    if (!stat.isDirectory() && !stat.isFile()) return
    if ((stat.mode & privateUmask) !== 0) chmodSync(path, stat.mode & 0o7777 & ~privateUmask)
    if (!stat.isDirectory()) return
    for (const name of readdirSync(path)) {
      if (name !== leftOut) closeTree(join(path, name), failures)
    }
  } catch (error) {
    failures.push(asError(error).message)
  }
}
