import assert from 'node:assert/strict'
import type { DiskFile } from '../../../../lib/journal/disk/disk.ts'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { pacedDisk } from '../../../../lib/journal/inspect/paced-disk.ts'

describe('journal: a paced disk', () => {
  it('rests before a read so that work takes its share of the time, and no more', async () => {
    let now = 0
    const rests: number[] = []
    const disk = pacedDisk(systemDisk, {
      share: 0.1,
      slice: 10,
      now: () => now,
      async rest(ms) {
        rests.push(Math.round(ms))
        now += ms
      },
    })
    const file: DiskFile = await disk.open(import.meta.filename, 'read')
    // what each read is worth in work
    for (const work of [4, 4, 4, 20, 1]) {
      assert.equal((await file.read(0, 6)).toString(), 'import')
      now += work
    }
    await file.read(0, 6)
    await file.close()
    assert.deepEqual(rests, [108, 180])
  })
})
