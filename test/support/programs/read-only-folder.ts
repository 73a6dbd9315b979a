// A folder in which nothing can be written for a while. Root may write wherever permissions say no: for it the folder is mounted over
// itself, read-only, and where it may not mount the folder and its files are made immutable.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** @returns makes it writable again */
export function makeReadOnly(folder: string): () => void {
  if (process.getuid?.() !== 0) return takePermissions(folder)
  if (spawnSync('mount', ['--bind', folder, folder]).status === 0) {
    execFileSync('mount', ['-o', 'remount,bind,ro', folder])
    return () => execFileSync('umount', ['-l', folder])
  }
  const all = [...filesIn(folder), folder]
  const { status, stderr } = spawnSync('chattr', ['+i', ...all], { encoding: 'utf8' })
  if (status !== 0)
    throw new Error(`this test needs to mount, or chattr +i, or another user than root: ${stderr}`)
  return () => execFileSync('chattr', ['-i', folder, ...all])
}

function takePermissions(folder: string): () => void {
  const files = filesIn(folder)
  for (const file of files) chmodSync(file, 0o444)
  chmodSync(folder, 0o555)
  return () => {
    chmodSync(folder, 0o755)
    for (const file of files) chmodSync(file, 0o644)
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name))
}
