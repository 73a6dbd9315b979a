// npm test: types, lint and every test on the default Node-RED, and the nodes' tests a second time on the older one.
// `npm test -- lib/journal nodes/log` runs only the tests of what is named; mocha's options may follow (-g TITLE).
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { supportedNodeReds } from '../test/support/real-runtime/node-reds.ts'
import { chosenTests, NoTestsError, systemTestsBeside, testFilesIn } from './suite/choose.ts'
import { type Counts, type Outcome, outcomeOf, totalOf } from './suite/counts.ts'
import { type Job, jobsFor } from './suite/jobs.ts'
import { inParallel, killAll, run } from './suite/pool.ts'
import { repeatedAlone } from './suite/repeat.ts'
import { installSystemPackages } from './suite/system-packages.ts'

const root = join(import.meta.dirname, '..')
/** of one process, ms; the longest takes three minutes on two busy cores */
const limit = Number(process.env.FIELDLOG_TEST_LIMIT || 900) * 1000
/** processes at a time: one more than there are processors, as the tests of the whole way mostly wait */
const slots = Number(process.env.FIELDLOG_TEST_JOBS || availableParallelism() + 1)

const firstOption = process.argv.findIndex((arg, index) => index >= 2 && arg.startsWith('-'))
const optionsAt = firstOption === -1 ? process.argv.length : firstOption
const paths = process.argv.slice(2, optionsAt)
const mochaOptions = process.argv.slice(optionsAt)
const isWhole = paths.length === 0 && mochaOptions.length === 0

const jobs = planned()
const files = jobs.flatMap((job) => job.files)
installSystemPackages(root, files)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killAll()
    process.exit(1)
  })
}
const folder = mkdtempSync(join(tmpdir(), 'fieldlog-counts-'))
const started = performance.now()
const live = jobs.length === 1 && !isWhole
const tasks = jobs.map((job, index) => () => mocha(job, join(folder, String(index))))
const first = await inParallel([...tasks, ...(isWhole ? [typesAndLint] : [])], slots)
const outcomes = isWhole ? await repeatedAlone(first, (index) => tasks[index]!()) : first
// what still ends may write there
rmSync(folder, { recursive: true, maxRetries: 5 })

const { passed, failed, complaints } = totalOf(outcomes)
const seconds = Math.round((performance.now() - started) / 1000)
process.stdout.write(`\n${jobs.length} mocha processes, ${slots} at a time, ${seconds} s\n`)
const more = systemTestsBeside(root, files).filter(
  (folder) => !files.some((file) => file.startsWith(`${folder}/`)),
)
if (more.length > 0) process.stdout.write(`not run, as they need programs or mounts: ${more.join(' ')}\n`)
for (const complaint of complaints) process.stdout.write(`${complaint}\n`)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)

function planned(): Job[] {
  try {
    if (paths.length > 0)
      return jobsFor(chosenTests(root, paths), process.env.FIELDLOG_NODE_RED || 'node-red')
    const [main, ...others] = supportedNodeReds
    return [
      ...jobsFor(testFilesIn(root, 'test'), main!),
      ...others.flatMap((nodeRed) => jobsFor(testFilesIn(root, 'test/nodes'), nodeRed)),
    ]
  } catch (error) {
    if (!(error instanceof NoTestsError)) throw error
    process.stderr.write(`fieldlog: ${error.message}\n`)
    process.exit(1)
  }
}

async function mocha({ name, files, nodeRed }: Job, countsFile: string): Promise<Outcome> {
  const headline = `mocha ${name} (${nodeRed} ${nodeRedVersion(nodeRed)})`
  if (live) process.stdout.write(`\n${headline}\n`)
  const program = join(root, 'node_modules/mocha/bin/mocha.js')
  const reporter = join(root, 'scripts/suite/count-reporter.cjs')
  const color = process.stdout.isTTY ? ['--color'] : []
  // a repeated process must not be judged by the counts of its first run
  rmSync(countsFile, { force: true })
  const end = await run(
    {
      program: process.execPath,
      args: [program, '--forbid-only', '--reporter', reporter, ...color, ...mochaOptions, ...files],
      cwd: root,
      env: {
        ...process.env,
        FIELDLOG_COUNTS: countsFile,
        FIELDLOG_NODE_RED: nodeRed,
        // types are stripped and scripts compiled once, not by each process again
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
      },
      limit,
    },
    live,
  )
  if (!live) process.stdout.write(`\n${headline}, ${seconds1(end.took)}\n${end.output}`)
  const counts = existsSync(countsFile) ? (JSON.parse(readFileSync(countsFile, 'utf8')) as Counts) : undefined
  return outcomeOf(`${name}, ${nodeRed}`, { ...end, mayBeEmpty: mochaOptions.length > 0 }, counts)
}

async function typesAndLint(): Promise<Outcome> {
  const name = 'types and lint'
  const args = [join(root, 'scripts/check.ts')]
  const end = await run({ program: process.execPath, args, cwd: root, env: process.env, limit }, false)
  process.stdout.write(`\n${name}, ${seconds1(end.took)}\n${end.output}`)
  const trouble = end.status === 0 ? undefined : 'failed; the messages stand above'
  return { name, counts: undefined, trouble }
}

function seconds1(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function nodeRedVersion(alias: string): string {
  const text = readFileSync(join(root, 'node_modules', alias, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
