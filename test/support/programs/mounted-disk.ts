// A real file system of 2 MB, a tmpfs. Root mounts it. Other users mount it in namespaces of their own, where the kernel
// lets them have some: a process in there keeps it alive, and gives the way in, /proc/<pid>/root.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { takeLock } from '../../../lib/journal/disk/lock.ts'
import { type SmallDisk, smallSize } from '../../lib/journal/support/small-disk.ts'

const mount = ['mount', '-t', 'tmpfs', '-o', `size=${smallSize}`, 'tmpfs']

export async function mountedDisk(): Promise<SmallDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldlog-small-'))
  return process.getuid?.() === 0 ? mountedAt(folder) : mountedInNamespace(folder)
}

function mountedAt(root: string): SmallDisk {
  execFileSync(mount[0]!, [...mount.slice(1), root])
  const remove = () => {
    execFileSync('umount', ['-l', root])
    rmSync(root, { recursive: true })
  }
  return { disk: systemDisk, lock: takeLock, root, remove }
}

async function mountedInNamespace(folder: string): Promise<SmallDisk> {
  const script = `${mount.join(' ')} /mnt && echo mounted && exec cat`
  const child = spawn('unshare', ['-r', '-m', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'pipe'] })
  await mounted(child)
  return {
    disk: systemDisk,
    lock: takeLock,
    root: `/proc/${child.pid}/root/mnt`,
    remove() {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}

async function mounted(child: ChildProcess): Promise<void> {
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const outcome = await Promise.race([
    once(child.stdout!, 'data').then(() => 'mounted'),
    once(child, 'close').then(() => complaint.trim()),
    once(child, 'error').then(([error]) => String(error)),
  ])
  if (outcome === 'mounted') return
  throw new Error(
    `this test needs root, or user namespaces (unshare -rm), to mount a small tmpfs: ${outcome}`,
  )
}
