// Makes the two archives of a stage. Both are the same bytes on every machine: names in order, root as the owner, the
// commit's time, and one thread that compresses.
import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, lutimesSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface ArchiveOptions {
  /** seconds since 1970: the time of every file */
  epoch: number
  /** of the compression, 1 to 9 */
  level: number
}

/** Modes and times that the umask and the clock of this machine have no part in. */
export function normalize(path: string, epoch: number): void {
  const stat = lstatSync(path)
  if (!stat.isSymbolicLink()) chmodSync(path, modeOf(stat.mode, stat.isDirectory()))
  if (stat.isDirectory()) for (const name of readdirSync(path)) normalize(join(path, name), epoch)
  lutimesSync(path, epoch, epoch)
}

/** What only its owner may read stays so (the secrets); its group may read the settings. */
function modeOf(mode: number, isDirectory: boolean): number {
  if ((mode & 0o077) === 0 && isDirectory) return 0o700
  if ((mode & 0o777) === 0o640) return 0o640
  return isDirectory || (mode & 0o100) !== 0 ? 0o755 : 0o644
}

export function makeDeb(stage: string, target: string, { epoch, level }: ArchiveOptions): void {
  const args = ['--root-owner-group', '-Zxz', `-z${level}`, '--threads-max=1', '--build', stage, target]
  execFileSync('dpkg-deb', args, { env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) }, stdio: 'pipe' })
}

/** @param name of the only folder at its top, in `parent` */
export function makeTarball(
  parent: string,
  name: string,
  target: string,
  { epoch, level }: ArchiveOptions,
): void {
  const owner = ['--owner=root:0', '--group=root:0', '--numeric-owner']
  const order = ['--sort=name', `--mtime=@${epoch}`, '--format=gnu']
  // gzip -n notes neither the time nor the name
  const packer = `gzip -n -${level}`
  execFileSync('tar', [
    '-cf',
    target,
    `--use-compress-program=${packer}`,
    ...owner,
    ...order,
    '-C',
    parent,
    name,
  ])
}
