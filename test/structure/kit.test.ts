// The kit stands below everything, and holds each of its things once (lib/kit/README.md).
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** What has timers or checksums of its own, and why. */
const exceptions: Record<string, string> = {
  'lib/cli/journal/import.ts': 'the command line looks every half second whether the disk fails',
  'lib/journal/archive/gzip.ts': 'the trailer of a gzip member has the CRC-32 as bytes',
  'lib/time-events/wire/frame.ts':
    'the CRC of a frame of time events starts from another value, and is bytes',
}

const sources = (...folders: string[]) =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  )
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
const offenders = (files: string[], pattern: RegExp) =>
  files.filter((file) => exceptions[file] === undefined && pattern.test(textOf(file)))

describe('the kit', () => {
  const kit = sources('lib/kit')

  it('imports nothing but its own files and Node', () => {
    assert.ok(kit.length >= 10, `only ${kit.length} files`)
    assert.deepEqual(offenders(kit, /from '(?!\.\/|node:)/), [])
  })

  it('runs in a browser, but for the checksums', () => {
    assert.deepEqual(offenders(kit, /from 'node:/), ['lib/kit/sealed.ts'])
  })

  it('has a test for each of its files', () => {
    const missing = kit.filter((file) => {
      const test = `test/${file.replace(/\.ts$/, '.test.ts')}`
      return !sources('test/lib/kit').includes(test)
    })
    assert.deepEqual(missing, [])
  })

  const rest = sources('lib').filter((file) => !kit.includes(file))

  it('has the only timers of the engine', () => {
    assert.deepEqual(offenders(rest, /(?<!socket\.)\b(setTimeout|setInterval)\(/), [])
  })

  it('has the only checksums in words', () => {
    assert.deepEqual(offenders(rest, /\bcrc32\(/), [])
  })

  it('has the only fake clock of the tests', () => {
    const fakes = sources('test').filter((file) => /class \w+ implements Clock\b/.test(textOf(file)))
    assert.deepEqual(fakes, ['test/support/fake-clock.ts'])
  })
})
