import assert from 'node:assert/strict'
import { Journal } from '../../../../lib/journal/journal.ts'
import { OutboxStore } from '../../../../lib/mqtt/outbox/outbox-store.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'

const directory = '/outbox/broker'
const lock = () => ({ release() {} })

describe('mqtt outbox: its positions, and the files that they point into', () => {
  async function opened(disk: MemoryDisk): Promise<OutboxStore> {
    const store = new OutboxStore({ directory, disk, lock, reserve: 0 }, { durable() {}, problem() {} })
    await store.open()
    return store
  }

  async function append(store: OutboxStore, count: number): Promise<void> {
    const last = store.lastSeq + count
    for (let i = 0; i < count; i++) store.append('{"id":"e","topic":"t"}', undefined)
    while (store.durableSeq < last) await new Promise((resolve) => setImmediate(resolve))
  }

  it('count only as far as both agree: other messages in an older copy are sent', async () => {
    const disk = new MemoryDisk()
    const first = await opened(disk)
    await append(first, 4)
    first.acknowledge(1, 2)
    await first.close()
    const older = disk.paths(directory).map((path) => ({ path, bytes: disk.peek(path)! }))

    const second = await opened(disk)
    assert.equal(second.acknowledgedSeq, 2)
    await append(second, 6)
    second.acknowledge(3, 10)
    await second.close()
    const checkpoint = disk.peek(`${directory}/.checkpoint`)!

    const other = new MemoryDisk()
    for (const { path, bytes } of older) other.place(path, bytes)
    other.drop(`${directory}/.checkpoint`)
    other.place(`${directory}/.checkpoint`, checkpoint)
    const foreign = new Journal({ directory, disk: other, lock, reserve: 0, flushInterval: 0 })
    await foreign.start()
    for (let i = 0; i < 8; i++) {
      foreign.append({ kind: 'E', received: Date.now(), source: 'outbox', text: '{"id":"x","topic":"t"}' })
    }
    await foreign.stop()
    const third = await opened(other)
    assert.deepEqual([third.acknowledgedSeq, third.lastSeq], [4, 12])
    await third.close()

    const same = await opened(disk)
    assert.equal(same.acknowledgedSeq, 10)
    await same.close()
  })
})
