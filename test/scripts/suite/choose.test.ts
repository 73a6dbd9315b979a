import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { chosenTests, NoTestsError, systemTestsBeside, testFilesIn } from '../../../scripts/suite/choose.ts'

describe('the tests that a command line means', () => {
  let root: string

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'fieldlog-choose-'))
    for (const file of [
      'test/lib/journal/a.test.ts',
      'test/lib/journal/format/line.test.ts',
      'test/lib/journal/support/disk.ts',
      'test/nodes/log/log.test.ts',
      'test/system/journal/space.test.ts',
    ]) {
      mkdirSync(join(root, dirname(file)), { recursive: true })
      writeFileSync(join(root, file), '')
    }
  })
  after(() => rmSync(root, { recursive: true }))

  const journal = ['test/lib/journal/a.test.ts', 'test/lib/journal/format/line.test.ts']

  it('are all in test without a path', () => {
    assert.deepEqual(testFilesIn(root, 'test'), [
      ...journal,
      'test/nodes/log/log.test.ts',
      'test/system/journal/space.test.ts',
    ])
  })

  for (const path of ['lib/journal', 'test/lib/journal', './lib/journal/', 'test/lib/journal/']) {
    it(`are those of a folder: ${path}`, () => assert.deepEqual(chosenTests(root, [path]), journal))
  }

  for (const path of ['test/lib/journal/format/line.test.ts', 'lib/journal/format/line.test.ts']) {
    it(`are a file: ${path}`, () => assert.deepEqual(chosenTests(root, [path]), [journal[1]]))
  }

  it('have others beside them that need the system', () => {
    assert.deepEqual(systemTestsBeside(root, journal), ['test/system/journal'])
    assert.deepEqual(systemTestsBeside(root, ['test/nodes/log/log.test.ts']), [])
  })

  it('are the tests of a source file', () => {
    assert.deepEqual(chosenTests(root, ['lib/journal/format/line.ts']), [journal[1]])
  })

  it('are each file once, of several paths', () => {
    assert.deepEqual(chosenTests(root, ['nodes/log', 'lib/journal', 'lib/journal/format']), [
      ...journal,
      'test/nodes/log/log.test.ts',
    ])
  })

  for (const path of [
    'lib/nothing',
    'test/lib/journal/support/disk.ts',
    'lib/journal/support',
    '../elsewhere',
  ]) {
    it(`are refused where there are none: ${path}`, () => {
      assert.throws(() => chosenTests(root, [path]), NoTestsError)
    })
  }
})
