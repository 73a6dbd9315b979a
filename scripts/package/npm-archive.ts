// Gets a package of npm's registry as its archive and unpacks it.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { NpmPin } from './architectures.ts'
import { pinnedFile } from './pinned-file.ts'

/** Unpacks the package's files into a folder, without its top folder. `only` are paths in it; none: all of it. */
export function unpack(pin: NpmPin, cache: string, folder: string, only: readonly string[] = []): void {
  mkdirSync(folder, { recursive: true })
  const members = only.map((path) => `package/${path}`)
  execFileSync('tar', ['-xzf', archiveOf(pin, cache), '-C', folder, '--strip-components=1', ...members])
}

function archiveOf(pin: NpmPin, cache: string): string {
  const path = join(cache, `${pin.name.replace('/', '+')}-${pin.version}.tgz`)
  const value = pin.integrity.replace(/^sha512-/, '')
  const digest = { algorithm: 'sha512', encoding: 'base64', value } as const
  return pinnedFile(path, `${pin.name} ${pin.version}`, digest, () => fetch(pin, cache, path))
}

function fetch({ name, version }: NpmPin, cache: string, path: string): void {
  const args = ['pack', `${name}@${version}`, '--json', '--pack-destination', cache, '--loglevel=error']
  const [packed] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as Array<{ filename: string }>
  // some versions of npm name the file of a scoped package otherwise than they write it
  const made = [packed!.filename, packed!.filename.replace('@', '').replace('/', '-')]
    .map((file) => join(cache, file))
    .find(existsSync)
  if (!made) throw new Error(`npm pack ${name}@${version} left no archive in ${cache}`)
  renameSync(made, path)
}
