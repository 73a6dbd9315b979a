// Which packages of the lock file the appliance needs on one architecture: our dependencies, Node-RED, and theirs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LockedPackage {
  /** its folder, such as `node_modules/a/node_modules/b` */
  path: string
  /** name in the registry */
  name: string
  version: string
  /** undefined for one that comes inside the archive of another package, as those of npm do */
  integrity: string | undefined
}

interface LockEntry {
  name?: string
  version?: string
  integrity?: string
  os?: string[]
  cpu?: string[]
  libc?: string[]
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** A dependency for development only, as far as npm knows: in a Node-RED of the user's own there is one already. */
const besides = ['node-red']

export function packagesFor(root: string, cpu: string): LockedPackage[] {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
  return closure((JSON.parse(text) as { packages: Record<string, LockEntry> }).packages, cpu)
}

/** In the order of their paths. */
export function closure(lock: Record<string, LockEntry>, cpu: string): LockedPackage[] {
  const found = new Map<string, LockEntry>()
  const add = (from: string, name: string) => {
    const path = resolve(lock, from, name)
    if (path === undefined || found.has(path)) return
    const entry = lock[path]!
    if (!fits(entry, cpu)) return
    found.set(path, entry)
    for (const needed of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
      add(path, needed)
  }
  const own = lock['']!
  for (const name of Object.keys({ ...own.dependencies, ...own.optionalDependencies })) add('', name)
  for (const name of besides) add('', name)
  return [...found].map(([path, entry]) => locked(path, entry)).sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Where Node.js finds the package when one that lies in `from` asks for it; undefined where an optional one is not locked. */
function resolve(lock: Record<string, LockEntry>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (lock[path]) return path
    if (folder === '') return undefined
  }
}

function fits({ os = ['linux'], cpu = [], libc = ['glibc'] }: LockEntry, wanted: string): boolean {
  return os.includes('linux') && (cpu.length === 0 || cpu.includes(wanted)) && libc.includes('glibc')
}

function locked(path: string, { name, version, integrity }: LockEntry): LockedPackage {
  if (!version) throw new Error(`package-lock.json gives no version for ${path}`)
  return { path, name: name ?? path.slice(path.lastIndexOf('node_modules/') + 13), version, integrity }
}
