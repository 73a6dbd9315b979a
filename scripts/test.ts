// npm test: system packages, types, lint, then mocha: everything on the default Node-RED, and the node tests
// a second time on the older one. `npm test -- test/lib/journal` runs only the files given.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check } from './check.ts'
import { installSystemPackages } from './system-packages.ts'

const root = join(import.meta.dirname, '..')
const chosen = process.argv.slice(2)

installSystemPackages()
const clean = chosen.length > 0 || check()
const folder = mkdtempSync(join(tmpdir(), 'fieldlog-counts-'))
const counts = join(folder, 'counts')
const runs = chosen.length > 0 ? [mocha('node-red', chosen)] : allRuns()
const total = { passes: 0, failures: 0, pending: 0 }
for (const line of existsSync(counts) ? readFileSync(counts, 'utf8').trim().split('\n') : []) {
  const count = JSON.parse(line) as typeof total
  total.passes += count.passes
  total.failures += count.failures
  total.pending += count.pending
}
rmSync(folder, { recursive: true })
const crashed = runs.some((status) => status !== 0) && total.failures === 0
if (!clean) process.stdout.write('types or lint failed; the messages stand above\n')
if (crashed) process.stdout.write('a mocha run ended without a count; its message stands above\n')
if (total.pending > 0) process.stdout.write(`${total.pending} skipped tests: not allowed\n`)
const failed = total.failures + (clean ? 0 : 1) + (crashed ? 1 : 0) + total.pending
process.stdout.write(`${total.passes} passed, ${failed} failed\n`)
process.exit(failed === 0 && total.passes > 0 ? 0 : 1)

function allRuns(): number[] {
  return [mocha('node-red', ['test']), mocha('node-red-4', ['test/nodes'])]
}

function mocha(nodeRed: string, paths: string[]): number {
  process.stdout.write(`\nmocha ${paths.join(' ')} (${nodeRed} ${nodeRedVersion(nodeRed)})\n`)
  const result = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/mocha/bin/mocha.js'),
      '--reporter',
      join(root, 'scripts/count-reporter.cjs'),
      ...paths.map(testFiles),
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, FIELDLOG_COUNTS: counts, FIELDLOG_NODE_RED: nodeRed },
    },
  )
  return result.status ?? 1
}

/** The tests in a folder: what else is there, is run by them. */
function testFiles(path: string): string {
  return path.endsWith('.ts') ? path : join(path, '**', '*.test.ts')
}

function nodeRedVersion(alias: string): string {
  const text = readFileSync(join(root, 'node_modules', alias, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
