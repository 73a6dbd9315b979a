// Another process that has a store's file locked for writing, as a backup or an SQLite shell does.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const script = `
const { DatabaseSync } = require('node:sqlite')
const db = new DatabaseSync(process.argv[1])
db.exec('PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE')
process.stdout.write('locked')
process.stdin.on('end', () => db.exec('COMMIT')).resume()
`

export interface HeldLock {
  /** Resolves when the other process has ended, and the lock with it. */
  release(): Promise<void>
}

/** Resolves when the other process has the lock: a store that writes at that moment commits before. */
export async function holdLock(path: string): Promise<HeldLock> {
  const child = spawn(process.execPath, ['-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const held = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)])
  if (!held) throw new Error(`the process that should lock ${path} ended before it had the lock`)
  return {
    async release() {
      child.stdin.end()
      await ended
    },
  }
}
