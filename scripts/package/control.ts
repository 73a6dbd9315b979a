// What dpkg reads of a package beside its files.
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { servicePaths } from '../../lib/cli/service/unit.ts'
import type { Architecture } from './architectures.ts'
import { script } from './stage.ts'

/** A version as Debian orders them: `1.0.0~alpha.1` comes before `1.0.0`. */
export function debianVersion(version: string): string {
  return version.replace('-', '~')
}

/** Writes DEBIAN/ into a stage that is otherwise complete. */
export function writeControl(stage: string, version: string, { debian, node }: Architecture): void {
  const folder = join(stage, 'DEBIAN')
  const files = filesIn(stage)
  mkdirSync(folder)
  const write = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), mode)
  }
  write('control', controlText(version, debian, libraries(node), Math.ceil(sizeOf(stage, files) / 1024)))
  write('conffiles', `${servicePaths.settings}\n`)
  write(
    'md5sums',
    files
      .filter(isListed)
      .map((path) => `${md5(join(stage, path))}  ${path}\n`)
      .join(''),
  )
  write('templates', readFileSync(join(import.meta.dirname, 'shell/templates'), 'utf8'))
  for (const name of ['preinst', 'postinst', 'prerm', 'postrm']) {
    write(name, script(`${name}.sh`, version), 0o755)
  }
}

/** What npm's Node.js needs, in the versions that Debian 10 has; Debian's brings its libraries along, but reads the system's CAs. */
function libraries(node: Architecture['node']): string {
  return 'name' in node ? 'libc6 (>= 2.28), libstdc++6 (>= 8), libgcc-s1 | libgcc1' : 'ca-certificates'
}

function controlText(version: string, debian: string, needed: string, kilobytes: number): string {
  return `Package: fieldlog
Version: ${debianVersion(version)}
Architecture: ${debian}
Maintainer: The Fieldlog authors <fieldlog@example.org>
Installed-Size: ${kilobytes}
Depends: ${needed}, passwd, debconf (>= 0.5) | debconf-2.0
Recommends: systemd, avahi-daemon, openssl
Suggests: mosquitto-clients
Section: net
Priority: optional
Homepage: https://example.org/fieldlog/node-red-gateway
Description: sensor gateway that never loses a reading
 Logs every line of a serial port to disk, decodes and judges it, and publishes
 it to MQTT. Comes with Node-RED and a Node.js of its own; nothing of the system
 is changed. After the installation it is set up in a browser, at
 http://<name>.local:1880/ of the same network.
`
}

const isListed = (path: string) => !path.startsWith('etc/')

function filesIn(top: string, folder = top): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesIn(top, path) : [relative(top, path)]
    })
}

function sizeOf(stage: string, files: readonly string[]): number {
  return files.reduce((sum, path) => sum + lstatSync(join(stage, path)).size, 0)
}

function md5(path: string): string {
  return createHash('md5').update(readFileSync(path)).digest('hex')
}
