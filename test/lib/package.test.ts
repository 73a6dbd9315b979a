import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollback } from '../../lib/package.ts'

describe('an update that was taken back', () => {
  it('is known by what its trial has noted beside the versions', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fieldlog-rollback-'))
    try {
      const root = join(folder, 'kept/1.0.0')
      mkdirSync(root, { recursive: true })
      assert.equal(rollback(root), undefined)
      const path = join(folder, 'rolled-back')
      writeFileSync(path, 'version 1.1.0 did not come up\n')
      assert.deepEqual(rollback(root), { path, says: 'version 1.1.0 did not come up' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
