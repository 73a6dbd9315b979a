// Lays out the files of a package as they will lie on the machine, below a folder: the program with its Node.js, the
// command, the units and the settings.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { backupPaths, backupServiceText, backupTimerText } from '../../lib/cli/service/backup-unit.ts'
import { servicePaths, serviceProgram, settingsText, unitText } from '../../lib/cli/service/unit.ts'
import type { Architecture } from './architectures.ts'
import { isLeftOut } from './leave-out.ts'
import { type LockedPackage, packagesFor } from './lock.ts'
import { unpack } from './npm-archive.ts'
import { stageNode } from './stage-node.ts'

export interface Build {
  /** the repository */
  root: string
  version: string
  architecture: Architecture
  /** archives that npm has given, kept from build to build */
  cache: string
}

const base = 'usr/lib/fieldlog'

/** Of the repository, beside the dependencies. */
const ownFiles = ['package.json', 'LICENSE', 'dist', 'examples']

/** A shell script of the package, with what they share and the version put in. */
export function script(name: string, version: string): string {
  const functions = shellText('functions.sh').replace('@VERSION@', version)
  const text = shellText(name)
  if (text.includes('@FUNCTIONS@')) return text.replace('@FUNCTIONS@', () => functions)
  return `#!/bin/sh\nset -e\n${functions}\n${text}`
}

function shellText(file: string): string {
  return readFileSync(join(import.meta.dirname, 'shell', file), 'utf8')
}

/** Everything but the program: units, settings, the command. Fills `stage`, which is empty. */
export function stageService(stage: string, version: string): void {
  const write = (path: string, text: string, mode = 0o644) => {
    const target = join(stage, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
    chmodSync(target, mode)
  }
  const current = `/${base}/current`
  const program = serviceProgram(`${current}/bin/node`, current)
  write('usr/lib/systemd/system/fieldlog.service', unitText(program, 'the package'))
  write('usr/lib/systemd/system/fieldlog-trial.service', trialUnit)
  write(`usr/lib/systemd/system/${backupPaths.service}`, backupServiceText(program, 'the package'))
  write(`usr/lib/systemd/system/${backupPaths.timer}`, backupTimerText)
  write(servicePaths.settings, settingsText(), 0o640)
  mkdirSync(join(stage, servicePaths.secrets), { mode: 0o700 })
  write('usr/bin/fieldlog', shellText('fieldlog'), 0o755)
  write(`${base}/trial.sh`, script('trial.sh', version), 0o755)
}

/** The program with its dependencies, as `versions/<version>`. */
export function stageProgram(stage: string, build: Build): void {
  const { root, version, architecture } = build
  const folder = join(stage, base, 'versions', version)
  mkdirSync(folder, { recursive: true })
  for (const name of ownFiles) {
    cpSync(join(root, name), join(folder, name), {
      recursive: true,
      filter: (path) => !/\.sources$|\.d\.ts$/.test(path),
    })
  }
  for (const locked of packagesFor(root, architecture.cpu)) {
    const target = join(folder, locked.path)
    const installed = join(root, locked.path)
    if (existsSync(installed)) copyPackage(installed, target, locked.name, architecture)
    else unpackMissing(locked, target, build)
  }
  stageNode(folder, architecture, build.cache, `/${base}/current`)
}

/** One for another processor: npm has not installed it here. */
function unpackMissing(locked: LockedPackage, target: string, { architecture, cache }: Build): void {
  const { name, version, integrity } = locked
  if (!integrity)
    throw new Error(`${locked.path} is not installed, and package-lock.json has no integrity for it: npm ci`)
  unpack({ name, version, integrity }, cache, target)
  clear(target, name, architecture)
}

/** Without the packages inside it: each of these is in the lock file itself. */
function copyPackage(from: string, to: string, name: string, architecture: Architecture): void {
  for (const path of filesIn(from)) {
    if (isLeftOut(name, path, architecture)) continue
    mkdirSync(dirname(join(to, path)), { recursive: true })
    cpSync(join(from, path), join(to, path))
  }
}

function clear(folder: string, name: string, architecture: Architecture): void {
  for (const path of filesIn(folder)) if (isLeftOut(name, path, architecture)) rmSync(join(folder, path))
}

/** Paths of files below a folder, in order; not those in node_modules, and not what an installation builds. */
function filesIn(top: string, folder = top): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesIn(top, path)
      return entry.isFile() ? [relative(top, path)] : []
    })
}

const trialUnit = `[Unit]
Description=Fieldlog: goes back to the version before where an update does not come up
ConditionPathIsSymbolicLink=/${base}/previous

[Service]
Type=exec
ExecStart=/${base}/trial.sh
ProtectSystem=strict
ReadWritePaths=/${base}
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
`
