import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, CheckpointFile } from '../../../lib/delivery/progress/checkpoint.ts'
import { findNoted } from '../../../lib/delivery/progress/noted.ts'
import { type Disk, systemDisk } from '../../../lib/journal/disk/disk.ts'
import { readJournal } from '../../../lib/journal/read/reader.ts'
import { readJournal as readJournalText } from '../../support/journal-files.ts'
import { quick, ServiceBench } from './support/service-bench.ts'

describe('delivery: LogService', () => {
  let directory: string
  let running: Bench[]

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fieldlog-service-'))
    running = []
  })

  afterEach(async () => {
    await Promise.all(running.map((bench) => bench.service.stop()))
    await rm(directory, { recursive: true })
  })

  /** On a real directory, and stopped after the test. */
  class Bench extends ServiceBench {
    constructor(disk: Disk = systemDisk) {
      super({ directory, disk })
      running.push(this)
    }

    override async stop(): Promise<void> {
      running = running.filter((bench) => bench !== this)
      await super.stop()
    }
  }

  const checkpointPath = () => join(directory, '.checkpoint')

  async function storedCheckpoint() {
    const file = new CheckpointFile(systemDisk, checkpointPath())
    try {
      return await file.read()
    } finally {
      await file.close()
    }
  }

  async function storeCheckpoint(checkpoint: Checkpoint) {
    const file = new CheckpointFile(systemDisk, checkpointPath())
    await file.read()
    await file.write(checkpoint)
    await file.close()
  }

  const notices = (...kinds: string[]) =>
    readJournalText(directory).notices.filter(({ kind }) => kinds.includes(kind))

  it('logs, delivers, and stores the checkpoint with its counters at the stop', async () => {
    const bench = new Bench().start()
    await bench.log(50)
    await bench.until(({ complete }) => complete === 50)
    await bench.stop()
    const epoch = bench.sent[0]!.event.id.split('-')[0]
    assert.deepEqual(await storedCheckpoint(), {
      seq: 50,
      counters: { complete: 50, failed: 0, incomplete: 0, damaged: 0 },
      journal: epoch,
      epochs: [[1, epoch]],
    })
    const next = new Bench().start()
    await next.log(1)
    await next.until(({ checkpoint }) => checkpoint === 51)
    assert.deepEqual(
      next.sent.map(({ event }) => event.seq),
      [51],
    )
    assert.equal(next.service.state.delivery?.complete, 51)
  })

  it('reads the checkpoint again where that failed, on the journal that is open already', async () => {
    const first = new Bench().start()
    await first.log(3)
    await first.until(({ complete }) => complete === 3)
    await first.stop()
    let failures = 2
    const disk: Disk = {
      ...systemDisk,
      open(path, mode) {
        if (path.endsWith('.checkpoint') && failures-- > 0) return Promise.reject(new Error('EIO'))
        return systemDisk.open(path, mode)
      },
    }
    const second = new Bench(disk).start()
    await second.log(2)
    await second.until(({ complete }) => complete === 5)
    assert.deepEqual(second.warnings, ['journal: cannot open: EIO; trying again'])
    assert.equal(second.service.state.problem, undefined)
    assert.deepEqual(
      second.sent.map(({ event }) => event.seq),
      [4, 5],
    )
    await second.stop()
    assert.equal(notices('open').length, 2)
  })

  it('sends all that there is again, with a warning, where neither slot is valid', async () => {
    const first = new Bench().start()
    await first.log(20)
    await first.until(({ complete }) => complete === 20)
    await first.stop()
    await writeFile(checkpointPath(), 'x'.repeat(8192))
    const second = new Bench().start({ ...quick, pace: 5_000 })
    await second.until(({ complete }) => complete === 20)
    assert.deepEqual(
      second.sent.map(({ event }) => [event.seq, event.replayed]),
      Array.from({ length: 20 }, (_, i) => [i + 1, true]),
    )
    assert.match(second.warnings[0]!, /checkpoint is missing or damaged: events 1 to 20/)
  })

  it('stores at once where it goes on when the checkpoint is ahead of the journal', async () => {
    const first = new Bench().start()
    await first.log(2)
    await first.until(({ complete }) => complete === 2)
    await first.stop()
    await storeCheckpoint({ seq: 9, counters: { complete: 9, failed: 0, incomplete: 0, damaged: 0 } })
    // a crash at any moment must find the checkpoint set back, or nothing new in the journal
    let checkpointAtFirstWrite: number | undefined
    const disk: Disk = {
      ...systemDisk,
      async open(path, mode) {
        const opened = await systemDisk.open(path, mode)
        if (!path.endsWith('.txt')) return opened
        return {
          async write(bytes, position) {
            // the repair writes the old end again; what is new begins with the note of the start
            if (String(bytes).startsWith('N ')) checkpointAtFirstWrite ??= (await storedCheckpoint())?.seq
            return opened.write(bytes, position)
          },
          read: (position, length) => opened.read(position, length),
          size: () => opened.size(),
          sync: () => opened.sync(),
          truncate: (size) => opened.truncate(size),
          close: () => opened.close(),
        }
      },
    }
    const second = new Bench(disk).start()
    await second.until(() => true)
    assert.equal(checkpointAtFirstWrite, 2, 'events 3 to 9 will be other ones')
    await second.log(7)
    await second.until(({ checkpoint }) => checkpoint === 9)
    assert.deepEqual(
      second.sent.map(({ event }) => event.seq),
      [3, 4, 5, 6, 7, 8, 9],
    )
  })

  it('notes incomplete events in the journal, and sends them again on request until they are complete', async () => {
    const bench = new Bench()
    bench.completes = (seq) => seq % 4 !== 0
    bench.start()
    await bench.log(12)
    await bench.until(({ checkpoint }) => checkpoint === 12)
    assert.deepEqual(
      notices('incomplete').map(({ json }) => json),
      [4, 8, 12].map((seq) => ({ seq, node: 'sink' })),
    )
    const { complete, incomplete } = bench.service.state.delivery!
    assert.deepEqual({ complete, incomplete }, { complete: 9, incomplete: 3 })
    await bench.stop()

    const second = new Bench()
    second.completes = (seq) => seq !== 8
    second.start()
    await second.until(() => true)
    const result = await second.service.replayNoted('incomplete')
    assert.deepEqual([result.complete, result.incomplete], [2, 1])
    assert.deepEqual(
      second.sent.map(({ event }) => event.seq),
      [4, 8, 12],
    )
    second.completes = () => true
    assert.equal((await second.service.replayNoted('incomplete')).complete, 1)
    assert.deepEqual(second.sent.at(-1)?.event.seq, 8)
    assert.equal((await second.service.replayNoted('incomplete')).complete, 0)
    assert.equal(second.service.state.delivery?.complete, 12)
    await second.stop()
    assert.deepEqual(
      notices('completed').map(({ json }) => json),
      [4, 12, 8].map((seq) => ({ seq })),
    )
    assert.deepEqual([...(await findNoted(readJournal(systemDisk, directory, 1))).incomplete], [])
    assert.equal((await storedCheckpoint())?.incompleteFrom, undefined)
  })

  it('takes notes above the checkpoint for void after a crash: those events are sent again', async () => {
    const bench = new Bench()
    bench.completes = (seq) => seq !== 3 && seq !== 5
    bench.start({ quietTime: 0.05, timeLimit: 0.3 })
    await bench.log(6)
    await bench.until(({ incomplete }) => incomplete === 2)
    await bench.stop()
    // as a crash before the save would have left it
    await storeCheckpoint({
      seq: 3,
      counters: { complete: 2, failed: 0, incomplete: 1, damaged: 0 },
      incompleteFrom: 3,
    })
    const second = new Bench().start()
    await second.until(({ checkpoint }) => checkpoint === 6)
    await second.stop()
    assert.deepEqual(notices('resume').at(-1)?.json, { after: 3 })
    assert.deepEqual([...(await findNoted(readJournal(systemDisk, directory, 3))).incomplete], [[3, 3]])
  })

  it('replays a range for one sink from the files', async () => {
    const bench = new Bench().start()
    await bench.log(30)
    await bench.until(({ complete }) => complete === 30)
    const result = await bench.service.replay({ from: 11, to: 13, for: 'store' })
    assert.equal(result.complete, 3)
    assert.deepEqual(
      bench.sent.slice(30).map(({ payload, event }) => [payload, event.seq, event.for, event.replayed]),
      [11, 12, 13].map((seq) => [`line ${seq}`, seq, 'store', true]),
    )
  })

  it('refuses a replay while the journal is not open', async () => {
    const bench = new Bench()
    await assert.rejects(bench.service.replay({ from: 1, to: 2 }), /the journal is not open/)
    await assert.rejects(bench.service.replayNoted('incomplete'), /the journal is not open/)
  })

  it('gives two events that were logged from one message ids of their own', async () => {
    const bench = new Bench()
    bench.start()
    for (let i = 0; i < 2; i++) bench.service.log({ payload: 'x', _msgid: 'one' }, '', () => {})
    await bench.until(({ complete }) => complete === 2)
    const [first, second] = bench.sent
    assert.deepEqual([first!._msgid, second!._msgid], [first!.event.id, second!.event.id])
  })

  it('still takes what was sent to the log node before the deploy and comes in the next turn', async () => {
    const bench = new Bench().start()
    await bench.until(() => true)
    let waiting = 0
    for (let i = 0; i < 3; i++) {
      waiting++
      setImmediate(() => bench.service.log({ payload: `late ${i}`, source: 's' }, '', () => waiting--))
    }
    await Promise.all([bench.service.detach(), bench.stop()])
    assert.equal(waiting, 0)
    assert.deepEqual(
      readJournalText(directory).entries.map(({ text }) => text),
      ['late 0', 'late 1', 'late 2'],
    )
  })

  it('flushes the journal at the stop although the checkpoint file cannot be closed', async () => {
    const disk: Disk = {
      ...systemDisk,
      async open(path, mode) {
        const file = await systemDisk.open(path, mode)
        if (!path.endsWith('.checkpoint')) return file
        return Object.assign(Object.create(file) as typeof file, {
          read: file.read.bind(file),
          write: file.write.bind(file),
          sync: file.sync.bind(file),
          async close() {
            await file.close()
            throw new Error('EIO')
          },
        })
      },
    }
    const bench = new ServiceBench({ directory, disk, flushInterval: 3600 }).start()
    await bench.until(() => true)
    const logged = bench.give({ payload: 'last words' })
    await bench.stop()
    await logged
    assert.deepEqual(
      readJournalText(directory).entries.map(({ text }) => text),
      ['last words'],
    )
    assert.deepEqual(bench.warnings, ['log: while it was closed: EIO'])
  })

  it('stops in time where the checkpoint cannot be written, and says so', async () => {
    let hang = false
    const disk: Disk = {
      ...systemDisk,
      async open(path, mode) {
        const file = await systemDisk.open(path, mode)
        if (!path.endsWith('.checkpoint')) return file
        return {
          read: file.read.bind(file),
          size: file.size.bind(file),
          truncate: file.truncate.bind(file),
          close: file.close.bind(file),
          write: (bytes, position) => (hang ? new Promise<void>(() => {}) : file.write(bytes, position)),
          sync: file.sync.bind(file),
        }
      },
    }
    const bench = new Bench(disk).start()
    await bench.log(1)
    hang = true
    await bench.until(({ complete }) => complete === 1)
    await bench.stop()
    assert.deepEqual(bench.warnings, [
      'log: the checkpoint could not be saved in time: events may be sent again',
    ])
    assert.equal((await storedCheckpoint())?.seq, 0)
  })
})
