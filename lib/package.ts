// Where this package lies, which version it is, and what became of its last update. package.json is the only place that says the version.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder with our package.json: the one above lib/ in the sources, and above dist/ in the built package. */
export const packageRoot = folderWithManifest(import.meta.dirname)

/** As in package.json, without a `v`. */
export const packageVersion = readVersion(join(packageRoot, 'package.json'))

/**
 * What the trial of an update has noted beside the versions: that this one runs in place of a newer one. Undefined where nothing was noted.
 * @param root our package's folder
 */
export function rollback(root = packageRoot): { path: string; says: string } | undefined {
  const path = join(root, '../../rolled-back')
  return existsSync(path) ? { path, says: readFileSync(path, 'utf8').trim() } : undefined
}

function folderWithManifest(start: string): string {
  let folder = start
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder)
    if (above === folder) throw new Error(`no package.json above ${start}: install the package again`)
    folder = above
  }
  return folder
}

function readVersion(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
