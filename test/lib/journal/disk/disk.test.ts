import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CountingDisk } from '../../../../lib/journal/disk/counting-disk.ts'
import { systemDisk, writeDurably } from '../../../../lib/journal/disk/disk.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { type DiskUnderTest, describeDisk } from './disk-contract.ts'

describeDisk('the system', () => onSystem(systemDisk))
describeDisk('the system, counting', () => onSystem(new CountingDisk(systemDisk)))
describeDisk('in memory', () => inMemory((disk) => disk))
describeDisk('in memory, with faults to come', () => inMemory((disk) => new FaultDisk(disk)))
describeDisk('in memory, durable writes in one', () =>
  inMemory((disk) => new FaultDisk(disk, { durableWrites: true })),
)

describe('disk: the system', () => {
  it('closes a file behind the durable writes that were begun', async () => {
    const { root, remove } = onSystem(systemDisk)
    const path = join(root, 'a')
    const file = await systemDisk.open(path, 'create')
    await writeDurably(file, Buffer.from('0'), 0)
    const megabyte = Buffer.alloc(1 << 20, 'x')
    const written = [1, 2, 3].map((place) => writeDurably(file, megabyte, place << 20))
    await Promise.all([...written, file.close()])
    assert.deepEqual(readFileSync(path).subarray(1 << 20), Buffer.alloc(3 << 20, 'x'))
    remove()
  })
})

function onSystem(disk: DiskUnderTest['disk']): DiskUnderTest {
  const root = mkdtempSync(join(tmpdir(), 'fieldlog-disk-'))
  return { disk, root, remove: () => rmSync(root, { recursive: true }) }
}

async function inMemory(wrap: (disk: MemoryDisk) => DiskUnderTest['disk']): Promise<DiskUnderTest> {
  const disk = new MemoryDisk()
  await disk.makeDirectory('/root')
  return { disk: wrap(disk), root: '/root', remove() {} }
}
