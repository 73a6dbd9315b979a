// Puts Node.js into the folder of a version: `bin/node`, and where it is Debian's, its libraries in `lib`.
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Architecture, NpmPin } from './architectures.ts'
import { takeFiles } from './debian-archive.ts'
import type { DebianPin } from './debian-node.ts'
import { unpack } from './npm-archive.ts'
import { withOwnLoader, withPaths } from './own-loader.ts'
import { stripped } from './strip.ts'

/** @param folder of the version @param current the path by which the machine runs whichever version it has */
export function stageNode(folder: string, architecture: Architecture, cache: string, current: string): void {
  const { node, machine } = architecture
  if ('name' in node) fromNpm(folder, node, machine, cache)
  else fromDebian(folder, node, machine, cache, current)
  chmodSync(join(folder, 'bin/node'), 0o755)
}

function fromNpm(folder: string, pin: NpmPin, machine: number, cache: string): void {
  const unpacked = join(folder, 'node-package')
  unpack(pin, cache, unpacked, ['bin/node', 'LICENSE'])
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'bin/node'), stripped(readFileSync(join(unpacked, 'bin/node')), machine))
  cpSync(join(unpacked, 'LICENSE'), join(folder, 'bin/LICENSE.node'))
  rmSync(unpacked, { recursive: true })
}

function fromDebian(
  folder: string,
  pins: readonly DebianPin[],
  machine: number,
  cache: string,
  current: string,
): void {
  for (const pin of pins) takeFiles(pin, cache, folder)
  change(join(folder, 'bin/node'), (program) =>
    withOwnLoader(program, machine, `${current}/lib/ld-linux-armhf.so.3`),
  )
  chmodSync(join(folder, 'lib/ld-linux-armhf.so.3'), 0o755)
  const scripts = pins
    .flatMap(({ files }) => Object.entries(files))
    .filter(([from]) => from.endsWith('.js'))
    .map(([from, to]) => [`/${from}`, `${current}/${to}`])
  change(join(folder, 'lib/libnode.so.137'), (library) => withPaths(library, Object.fromEntries(scripts)))
}

function change(path: string, edit: (content: Buffer) => Buffer): void {
  writeFileSync(path, edit(readFileSync(path)))
}
