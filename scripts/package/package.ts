// `npm run package`: the Debian packages and the tarballs, into dist-packages/.
//   --arch NAME   one architecture only (amd64, arm64, armhf); again for more
//   --out DIR     another folder
//   --quick       compresses little, for tests
//   --version V   says another version than package.json, for tests of updates
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { packageVersion } from '../../lib/package.ts'
import { architectures } from './architectures.ts'
import { makeDeb, makeTarball, normalize } from './archives.ts'
import { debianVersion, writeControl } from './control.ts'
import { type Build, script, stageProgram, stageService } from './stage.ts'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    arch: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: join(root, 'dist-packages') },
    quick: { type: 'boolean', default: false },
    version: { type: 'string', default: packageVersion },
  },
})
const out = resolve(process.env.INIT_CWD ?? '.', values.out)
const unknown = values.arch.find((name) => !architectures.some(({ debian }) => debian === name))
if (unknown !== undefined) {
  const names = architectures.map(({ debian }) => debian).join(', ')
  process.stderr.write(`package: there is no architecture ${unknown}; one of: ${names}\n`)
  process.exit(1)
}
mkdirSync(out, { recursive: true })
const options = { epoch: commitTime(), level: values.quick ? 1 : 6 }
for (const architecture of architectures) {
  if (values.arch.length > 0 && !values.arch.includes(architecture.debian)) continue
  make({ root, version: values.version, architecture, cache: join(root, '.cache/packages') })
}

function make(build: Build): void {
  const { version, architecture } = build
  const work = mkdtempSync(join(tmpdir(), 'fieldlog-package-'))
  const name = `fieldlog_${debianVersion(version)}_${architecture.debian}`
  const stage = join(work, 'stage')
  try {
    mkdirSync(stage)
    stageService(stage, version)
    stageProgram(stage, build)
    makeTar(work, stage, name, version)
    const documents = join(stage, 'usr/share/doc/fieldlog')
    mkdirSync(documents, { recursive: true })
    copyFileSync(join(root, 'LICENSE'), join(documents, 'copyright'))
    writeControl(stage, version, architecture)
    normalize(stage, options.epoch)
    makeDeb(stage, join(out, `${name}.deb`), options)
    for (const file of [`${name}.deb`, `${name}.tar.gz`]) say(join(out, file))
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** The stage as `root`, with the installer beside it. */
function makeTar(work: string, stage: string, name: string, version: string): void {
  const folder = join(work, name)
  mkdirSync(folder)
  renameSync(stage, join(folder, 'root'))
  writeFileSync(join(folder, 'install.sh'), script('install.sh', version), { mode: 0o755 })
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  normalize(folder, options.epoch)
  makeTarball(work, name, join(out, `${name}.tar.gz`), options)
  renameSync(join(folder, 'root'), stage)
}

function say(path: string): void {
  process.stdout.write(`${(statSync(path).size / 1e6).toFixed(1).padStart(6)} MB  ${path}\n`)
}

/** Of the last commit; a source without git has the year 2000. */
function commitTime(): number {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH)
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }))
  } catch {
    return 946_684_800
  }
}
