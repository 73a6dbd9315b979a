import assert from 'node:assert/strict'
import { join } from 'node:path'
import { testFilesIn } from '../../../scripts/suite/choose.ts'
import { jobsFor } from '../../../scripts/suite/jobs.ts'

const root = join(import.meta.dirname, '../../..')
const many = (folder: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${folder}/${i}.test.ts`)

describe('the mocha processes of a test run', () => {
  it('have each file of this repository once', () => {
    const files = testFilesIn(root, 'test')
    const given = jobsFor(files, 'node-red').flatMap((job) => job.files)
    assert.deepEqual(given.sort(), files)
  })

  it('start with what takes longest', () => {
    const names = jobsFor(['test/lib/a.test.ts', 'test/e2e/b.test.ts'], 'node-red').map(({ name }) => name)
    assert.deepEqual(names, ['test/e2e/b.test.ts', 'test/lib/a.test.ts'])
  })

  it('are more where there are more files, each with about as many', () => {
    const sizes = jobsFor(many('test/nodes', 20), 'node-red').map(({ files }) => files.length)
    assert.deepEqual(sizes, [5, 5, 5, 5])
  })

  it('have names that tell them apart', () => {
    const names = jobsFor(many('test/nodes', 12), 'node-red-4').map(
      ({ name, nodeRed }) => `${name} ${nodeRed}`,
    )
    assert.deepEqual(names, ['test/nodes (1 of 2) node-red-4', 'test/nodes (2 of 2) node-red-4'])
  })
})
