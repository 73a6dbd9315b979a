import { DiskOutbox, type DiskOutboxOptions } from '../../../../lib/mqtt/outbox/disk-outbox.ts'
import { MemoryOutbox } from '../../../../lib/mqtt/outbox/outbox.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { describeOutbox, type OutboxUnderTest } from './outbox-contract.ts'

describeOutbox('in memory', () => ({ outbox: new MemoryOutbox(), settle: () => settle(5) }))
describeOutbox('on disk', () => onDisk({}))
describeOutbox('on disk, with room for two messages in memory', () => onDisk({ memory: { count: 2 } }))
describeOutbox('on disk that cannot be opened', () =>
  onDisk({
    lock: () => {
      throw new Error('another writer has it')
    },
  }),
)

function onDisk(options: Partial<DiskOutboxOptions>): OutboxUnderTest {
  const time = new FakeClock()
  const lock = () => ({ release() {} })
  const disk = new MemoryDisk()
  const outbox = new DiskOutbox({ directory: '/outbox/b', disk, clock: time, lock, ...options })
  return { outbox, settle: () => settle(30) }
}
