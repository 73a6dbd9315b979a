// How a test sees from outside what the gateway does with its pty.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Gateway } from './gateway.ts'
import type { Pty } from './pty.ts'

/** Resolves when the gateway has the pty open: a device that is opened throws away what came before. */
export async function portOpened(gateway: Gateway, pty: Pty, limit = 10_000): Promise<void> {
  const device = realpathSync(pty.path)
  const deadline = performance.now() + limit
  while (performance.now() < deadline) {
    if (descriptors(gateway.child.pid).includes(device)) {
      // the settings follow the open within a moment, and no file shows when they are made
      await pause(200)
      return
    }
    await pause(20)
  }
  throw new Error(`the gateway did not open ${pty.path}; it printed:\n${gateway.lines.join('\n')}`)
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

/** Bytes that the process has read by now, from whatever file or device. */
export function bytesRead(gateway: Gateway): number {
  return Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${gateway.child.pid}/io`, 'utf8'))?.[1])
}
