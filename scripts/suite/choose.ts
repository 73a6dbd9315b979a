// Which test files a command line means.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/** A path on the command line that means no test. */
export class NoTestsError extends Error {}

/** The test files of a folder, sorted, relative to the root as `test/…/x.test.ts`. */
export function testFilesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort()
}

/**
 * The test files that paths stand for: folders and files below test/, or those of the source that they test, such as
 * `lib/journal`, `nodes/log` or `lib/journal/format/line.ts`. Throws a NoTestsError where there are none.
 */
export function chosenTests(root: string, paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => testsOf(root, path)))].sort()
}

/** The folders of test/system with tests of the same parts of lib, for tests of test/lib. */
export function systemTestsBeside(root: string, testFiles: readonly string[]): string[] {
  const parts = testFiles.map((file) => /^test\/lib\/([^/]+)\//.exec(file)?.[1])
  const folders = new Set(parts.map((part) => `test/system/${part}`))
  return [...folders].filter((folder) => existsSync(join(root, folder)))
}

function testsOf(root: string, path: string): string[] {
  const inside = relative(root, resolve(root, path))
  const below = inside.startsWith('test/') || inside === 'test' ? inside : join('test', inside)
  const candidates = [below, below.replace(/(\.test)?\.ts$/, '.test.ts')].map((each) => join(root, each))
  const found = inside.startsWith('..') ? undefined : candidates.find((each) => existsSync(each))
  const tests = found === undefined ? [] : filesAt(root, found)
  if (tests.length > 0) return tests
  throw new NoTestsError(
    `there are no tests for ${path}; give a folder or file such as lib/journal, nodes/log or test/e2e`,
  )
}

function filesAt(root: string, path: string): string[] {
  const name = relative(root, path)
  if (statSync(path).isDirectory()) return testFilesIn(root, name)
  return name.endsWith('.test.ts') ? [name] : []
}
