// Other versions of a package, made of one that was built: what differs is the number, and what a test breaks in it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scripts = ['preinst', 'postinst', 'prerm', 'postrm'].map((name) => `DEBIAN/${name}`)

/** @param change gets the folder of the program, before it is packed again */
export function withVersion(
  deb: string,
  [from, to]: [from: string, to: string],
  target: string,
  change: (program: string) => void = () => undefined,
): void {
  const tree = mkdtempSync(join(tmpdir(), 'fieldlog-deb-'))
  try {
    execFileSync('dpkg-deb', ['-R', deb, tree])
    const versions = join(tree, 'usr/lib/fieldlog/versions')
    renameSync(join(versions, from), join(versions, to))
    replaceIn(join(versions, to, 'package.json'), `"version": "${from}"`, `"version": "${to}"`)
    for (const file of [...scripts, 'usr/lib/fieldlog/trial.sh']) {
      replaceIn(join(tree, file), `version=${from}`, `version=${to}`)
    }
    replaceIn(
      join(tree, 'DEBIAN/control'),
      `Version: ${from.replace('-', '~')}`,
      `Version: ${to.replace('-', '~')}`,
    )
    rmSync(join(tree, 'DEBIAN/md5sums'))
    change(join(versions, to))
    execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, target], { stdio: 'pipe' })
  } finally {
    rmSync(tree, { recursive: true })
  }
}

function replaceIn(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${path} does not contain ${from}`)
  writeFileSync(path, text.replaceAll(from, to))
}
