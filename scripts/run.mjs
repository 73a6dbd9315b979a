// Entry of every npm script. Plain JavaScript, because it runs on the machine's own Node (20 or later)
// before anything is installed: it installs the dependencies when the lock file changed, builds when the
// sources changed, then hands over to the pinned Node from the npm package `node`, or the one that FIELDLOG_NODE names.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pinnedNode = join(root, 'node_modules/node/bin/node')
// another Node to run on, of those that the package promises to run on: .ci/matrix tries them
const node = process.env.FIELDLOG_NODE || pinnedNode
const lockStamp = join(root, 'node_modules/.fieldlog-lock')
const buildStamp = join(root, 'dist/.sources')
const sources = ['lib', 'nodes', 'bin', 'pages', 'types', 'flows', 'icons', 'scripts/build.ts']
const sourceFiles = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.types.json',
  'package-lock.json',
]

const targets = {
  start: 'dist/bin/start.js',
  fieldlog: 'dist/bin/fieldlog.js',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  bench: 'bench/bench.ts',
  soak: 'bench/soak/soak.ts',
  package: 'scripts/package/package.ts',
  'test:appliance': 'test/appliance/appliance.ts',
  build: undefined,
}

const [command = 'start', ...args] = process.argv.slice(2)
if (!(command in targets)) {
  fail(`unknown command ${command}; one of: ${Object.keys(targets).join(', ')}`)
}
const major = Number(process.versions.node.split('.')[0])
if (major < 20) fail(`Node ${process.versions.node} is too old; install Node 20 or later`)

installDependencies()
build()
const target = targets[command]
if (target) handOver(join(root, target))

function installDependencies() {
  const wanted = digest([join(root, 'package-lock.json')])
  if (readIfThere(lockStamp) === wanted && existsSync(pinnedNode)) return
  say('installing the dependencies (once, and after an update) …')
  const npm = process.env.npm_execpath
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []]
  // under `npm publish --dry-run` npm tells its children to do nothing either, and there would be nothing to pack
  const options = ['--dry-run=false', '--no-audit', '--no-fund', '--loglevel=error']
  const result = spawnSync(program, [...first, 'ci', ...options], {
    cwd: root,
    // standard output stays free for the command itself
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) fail('npm could not install the dependencies; its message stands above')
  if (!existsSync(pinnedNode)) {
    fail('the npm package `node` did not unpack: run `npm ci` again with install scripts allowed')
  }
  writeFileSync(lockStamp, wanted)
}

function build() {
  const files = [
    ...sources.flatMap((path) => walk(join(root, path))),
    ...sourceFiles.map((f) => join(root, f)),
  ]
  const wanted = digest(files)
  if (readIfThere(buildStamp) === wanted) return
  say('building …')
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const result = spawnSync(pinnedNode, [join(root, 'scripts/build.ts')], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) fail('the build failed; its message stands above')
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(buildStamp, wanted)
}

/** Runs the target on the pinned Node; its exit status is ours. It learns of our end by the IPC channel. */
function handOver(path) {
  const child = spawn(node, [...flags(), path, ...args], {
    cwd: command === 'fieldlog' ? (process.env.INIT_CWD ?? process.cwd()) : root,
    stdio: ['inherit', 'inherit', 'inherit', ...(command === 'start' ? ['ipc'] : [])],
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  if (command === 'start') stopWithParent(child)
  child.on('error', (error) => fail(`cannot run ${node}: ${error.message}`))
  child.on('exit', (status, signal) => process.exit(signal ? 1 : status))
}

/** Of Node itself: they keep the memory of a gateway small, as the README of the package says. */
function flags() {
  return command === 'start'
    ? JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).config.startFlags
    : []
}

/** A signal to npm ends npm and its shell, but reaches us only where the shell has made way for us. */
function stopWithParent(child) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, 500)
  watch.unref()
}

function walk(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => walk(join(path, name)))
}

function digest(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function say(text) {
  process.stderr.write(`fieldlog: ${text}\n`)
}

function fail(text) {
  say(text)
  process.exit(1)
}
