// Gets a package of Debian from a mirror, and takes single files out of it.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type DebianPin, snapshot } from './debian-node.ts'
import { pinnedFile } from './pinned-file.ts'

/** A mirror has the newest of each suite; the snapshot has every one that there ever was. */
const mirrors = ['http://deb.debian.org/debian', `https://snapshot.debian.org/archive/debian/${snapshot}`]

/** Puts the files that the pin names into a folder, and the package's terms beside them. */
export function takeFiles(pin: DebianPin, cache: string, folder: string): void {
  const digest = { algorithm: 'sha256', encoding: 'hex', value: pin.sha256 } as const
  const path = join(cache, basename(pin.path))
  const archive = pinnedFile(path, basename(pin.path), digest, () => fetch(pin, path))
  const work = mkdtempSync(join(tmpdir(), 'fieldlog-debian-'))
  try {
    execFileSync('dpkg-deb', ['-x', archive, work])
    const name = execFileSync('dpkg-deb', ['-f', archive, 'Package'], { encoding: 'utf8' }).trim()
    for (const [from, to] of Object.entries({ ...pin.files, ...terms(work, name) })) {
      mkdirSync(dirname(join(folder, to)), { recursive: true })
      copyFileSync(join(work, from), join(folder, to))
    }
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** A link names the package that has the terms, and is pinned, too. */
function terms(unpacked: string, name: string): Record<string, string> {
  const documents = `usr/share/doc/${name}`
  if (lstatSync(join(unpacked, documents)).isSymbolicLink()) return {}
  return { [`${documents}/copyright`]: `lib/copyright/${name}` }
}

function fetch({ path }: DebianPin, target: string): void {
  const found = mirrors.some((mirror) => {
    const args = ['--fail', '--silent', '--location', '--output', `${target}.part`, `${mirror}/${path}`]
    return spawnSync('curl', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  })
  if (!found) {
    throw new Error(
      `no mirror gives ${path}: look at the network; where Debian has a newer one, pin it in debian-node.ts`,
    )
  }
  renameSync(`${target}.part`, target)
}
