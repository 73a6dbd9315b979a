// The disk of the machine that the package is tried on: a small Debian with systemd, made once and kept in the cache.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const packages = 'systemd,systemd-sysv,dbus,debconf,procps,libstdc++6,init,curl,passwd'

/** The path of a file with an ext4 file system. @param cache kept from run to run */
export function debianDisk(cache: string): string {
  const disk = join(cache, 'bookworm.ext4')
  if (!existsSync(disk)) make(cache, disk)
  return disk
}

function make(cache: string, disk: string): void {
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'making-'))
  const tree = join(work, 'tree')
  run('mmdebstrap', ['--variant=minbase', `--include=${packages}`, 'bookworm', tree])
  writeFileSync(join(tree, 'etc/hostname'), 'pi\n')
  writeFileSync(join(tree, 'etc/hosts'), '127.0.0.1 localhost pi\n')
  // what is said before a power cut must be there after it
  mkdirSync(join(tree, 'var/log/journal'), { recursive: true })
  run('mke2fs', ['-q', '-t', 'ext4', '-d', tree, join(work, 'disk'), '4G'])
  renameSync(join(work, 'disk'), disk)
  rmSync(work, { recursive: true })
}

function run(program: string, args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
