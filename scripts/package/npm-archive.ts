// Gets a package of npm's registry as its archive and unpacks it. What comes is compared with the pinned SHA-512; it is
// kept in the cache folder, so that the next build needs no network.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { NpmPin } from './architectures.ts'

/** Unpacks the package's files into a folder, without its top folder. `only` are paths in it; none: all of it. */
export function unpack(pin: NpmPin, cache: string, folder: string, only: readonly string[] = []): void {
  mkdirSync(folder, { recursive: true })
  const members = only.map((path) => `package/${path}`)
  execFileSync('tar', ['-xzf', archiveOf(pin, cache), '-C', folder, '--strip-components=1', ...members])
}

function archiveOf(pin: NpmPin, cache: string): string {
  const path = join(cache, `${pin.name.replace('/', '+')}-${pin.version}.tgz`)
  if (!existsSync(path)) fetch(pin, cache, path)
  const digest = createHash('sha512').update(readFileSync(path)).digest('base64')
  if (`sha512-${digest}` !== pin.integrity) {
    throw new Error(
      `${path} is not the ${pin.name} ${pin.version} that is pinned (${pin.integrity}): remove it, and build again`,
    )
  }
  return path
}

function fetch({ name, version }: NpmPin, cache: string, path: string): void {
  mkdirSync(cache, { recursive: true })
  const args = ['pack', `${name}@${version}`, '--json', '--pack-destination', cache, '--loglevel=error']
  const [packed] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as Array<{ filename: string }>
  // some versions of npm name the file of a scoped package otherwise than they write it
  const made = [packed!.filename, packed!.filename.replace('@', '').replace('/', '-')]
    .map((file) => join(cache, file))
    .find(existsSync)
  if (!made) throw new Error(`npm pack ${name}@${version} left no archive in ${cache}`)
  renameSync(made, path)
}
