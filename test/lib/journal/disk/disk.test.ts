import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CountingDisk } from '../../../../lib/journal/disk/counting-disk.ts'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { type DiskUnderTest, describeDisk } from './disk-contract.ts'

describeDisk('the system', () => onSystem(systemDisk))
describeDisk('the system, counting', () => onSystem(new CountingDisk(systemDisk)))
describeDisk('in memory', () => inMemory((disk) => disk))
describeDisk('in memory, with faults to come', () => inMemory((disk) => new FaultDisk(disk)))

function onSystem(disk: DiskUnderTest['disk']): DiskUnderTest {
  const root = mkdtempSync(join(tmpdir(), 'fieldlog-disk-'))
  return { disk, root, remove: () => rmSync(root, { recursive: true }) }
}

async function inMemory(wrap: (disk: MemoryDisk) => DiskUnderTest['disk']): Promise<DiskUnderTest> {
  const disk = new MemoryDisk()
  await disk.makeDirectory('/root')
  return { disk: wrap(disk), root: '/root', remove() {} }
}
