import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, CheckpointFile } from '../../../../lib/delivery/progress/checkpoint.ts'
import { type Disk, systemDisk } from '../../../../lib/journal/disk/disk.ts'

const at = (seq: number): Checkpoint => ({
  seq,
  counters: { complete: seq, failed: 0, incomplete: 0, damaged: 0 },
})

describe('delivery: CheckpointFile', () => {
  let directory: string
  let path: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fieldlog-checkpoint-'))
    path = join(directory, '.checkpoint')
  })

  afterEach(() => rm(directory, { recursive: true }))

  async function write(...checkpoints: Checkpoint[]): Promise<void> {
    const file = new CheckpointFile(systemDisk, path)
    await file.read()
    for (const checkpoint of checkpoints) await file.write(checkpoint)
    await file.close()
  }

  async function read(): Promise<Checkpoint | undefined> {
    const file = new CheckpointFile(systemDisk, path)
    try {
      return await file.read()
    } finally {
      await file.close()
    }
  }

  async function spoil(position: number): Promise<void> {
    const bytes = await readFile(path)
    bytes[position] = bytes[position]! ^ 0x04
    await writeFile(path, bytes)
  }

  it('has no checkpoint before the first, then always the last one written', async () => {
    assert.equal(await read(), undefined)
    for (const seq of [1, 2, 3, 1_000_000]) {
      await write(at(seq))
      assert.deepEqual(await read(), at(seq))
    }
    assert.equal((await readFile(path)).length, 2 * 4096)
  })

  it('keeps every field', async () => {
    const full = { ...at(90), above: [3, 2, 5, 1], incompleteFrom: 4, pacedUpTo: 200 }
    await write(full)
    assert.deepEqual(await read(), full)
  })

  it('falls back to the slot before, at any bit spoilt in the newer one', async () => {
    await write(at(1), at(2), at(3))
    const whole = await readFile(path)
    const newer = whole.indexOf('"seq":3') > 4096 ? 4096 : 0
    const length = whole.indexOf(10, newer) + 1 - newer
    for (let position = 0; position < length; position++) {
      await writeFile(path, whole)
      await spoil(newer + position)
      assert.deepEqual(await read(), at(2), `byte ${position}`)
    }
  })

  it('writes to the spoilt slot next, so that the good one stays', async () => {
    await write(at(1), at(2), at(3))
    const newer = (await readFile(path)).indexOf('"seq":3') > 4096 ? 4096 : 0
    await spoil(newer + 12)
    await write(at(4))
    await spoil(newer + 12)
    assert.deepEqual(await read(), at(2))
  })

  it('has none where both slots are spoilt, cut off, or garbage', async () => {
    await write(at(1), at(2))
    await spoil(3)
    await spoil(4096 + 3)
    assert.equal(await read(), undefined)
    for (const content of ['', '\n', 'x'.repeat(9000), '\0'.repeat(8192), '00000000 {}\n']) {
      await writeFile(path, content)
      assert.equal(await read(), undefined, JSON.stringify(content.slice(0, 12)))
    }
  })

  it('reads what a cut file still has', async () => {
    await write(at(1), at(2))
    const second = (await readFile(path)).indexOf('"seq":2') > 4096 ? 2 : 1
    await truncate(path, 4096 + 20)
    assert.deepEqual(await read(), second === 2 ? at(1) : at(2))
  })

  it('leaves the newer slot alone while the other one is written, and after that failed', async () => {
    const disk: Disk = {
      ...systemDisk,
      async open(name, mode) {
        const file = await systemDisk.open(name, mode)
        return Object.assign(Object.create(file) as typeof file, {
          read: file.read.bind(file),
          close: file.close.bind(file),
          sync: () => Promise.reject(new Error('EIO')),
          // half of it
          write: (bytes: Uint8Array, position: number) => file.write(bytes.subarray(0, 20), position),
        })
      },
    }
    await write(at(1), at(2))
    const failing = new CheckpointFile(disk, path)
    await failing.read()
    for (const seq of [3, 4, 5]) await assert.rejects(failing.write(at(seq)), /EIO/)
    await failing.close()
    assert.deepEqual(await read(), at(2))
  })

  it('leaves out the highest of what is complete above it where the slot has no room', async () => {
    const above = Array.from({ length: 4_000 }, (_, i) => (i % 2 === 0 ? 12 : 7))
    await write({ ...at(5), above })
    const stored = await read()
    assert.equal(stored?.seq, 5)
    assert.ok(stored.above!.length > 1_000 && stored.above!.length % 2 === 0, String(stored.above!.length))
    assert.deepEqual(stored.above, above.slice(0, stored.above!.length))
  })
})
