// How a test sees from outside what the gateway does with its pty.
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Pty } from './programs/pty.ts'

/** Resolves when the process has the pty open: a device that is opened throws away what came before. */
export async function portOpened(child: ChildProcess, pty: Pty, limit = 30_000): Promise<void> {
  const device = realpathSync(pty.path)
  const deadline = performance.now() + limit
  while (performance.now() < deadline) {
    if (descriptors(child.pid).includes(device)) {
      // the settings follow the open within a moment, and no file shows when they are made
      await pause(200)
      return
    }
    await pause(20)
  }
  throw new Error(`the process did not open ${pty.path} within ${limit} ms`)
}

function descriptors(pid: number | undefined): string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).map((name) => {
    try {
      return readlinkSync(`${folder}/${name}`)
    } catch {
      // closed between the list and the look
      return ''
    }
  })
}
