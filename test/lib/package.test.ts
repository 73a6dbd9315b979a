import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Journal } from '../../lib/journal/journal.ts'
import { packageRoot, packageVersion } from '../../lib/package.ts'
import { readJournal, systemDisk } from '../../lib/public/journal.ts'

const root = join(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string
  publishConfig: { tag?: string }
}

describe('the package', () => {
  it('is found from the sources, with its version', () => {
    assert.deepEqual([packageRoot, packageVersion], [root, manifest.version])
  })

  it("is named by each journal's open notice", async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fieldlog-open-'))
    try {
      const journal = new Journal({ directory, reserve: 0 })
      await journal.start()
      await journal.stop()
      for await (const reading of readJournal(systemDisk, directory, 1)) {
        assert.equal(reading.kind, 'batch')
        const [open] = reading.items
        assert.equal(open?.kind, 'N')
        assert.deepEqual(JSON.parse(open.json), { epoch: journal.epoch, software: manifest.version })
        return
      }
      assert.fail('the journal is empty')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('is published as a pre-release under a tag of its own, so that nobody gets it unasked', () => {
    assert.equal(manifest.publishConfig.tag, manifest.version.includes('-') ? 'next' : undefined)
  })
})
