import assert from 'node:assert/strict'
import { DiskOutbox, type DiskOutboxOptions } from '../../../../lib/mqtt/outbox/disk-outbox.ts'
import { type Entry, OutboxFullError } from '../../../../lib/mqtt/outbox/outbox.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { type Random, seeded, seededRandom } from '../../../support/random.ts'
import { testEntry } from '../support.ts'

/** One process's outbox, and what it told. */
interface Opened {
  outbox: DiskOutbox
  disk: FaultDisk
  kept: string[]
  dropped: number
  problems: Array<string | undefined>
  known: string[]
  found: number
}

const directory = '/outbox/broker'
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e-${from + i}`)

describe('mqtt outbox on disk', () => {
  let medium: MemoryDisk
  let time: FakeClock

  beforeEach(async () => {
    medium = new MemoryDisk()
    time = new FakeClock()
  })

  async function open(options: Partial<DiskOutboxOptions> = {}): Promise<Opened> {
    const disk = new FaultDisk(medium)
    const lock = () => ({ release: () => {} })
    const outbox = new DiskOutbox({ directory, disk, clock: time, lock, ...options })
    const opened: Opened = { outbox, disk, kept: [], dropped: 0, problems: [], known: [], found: 0 }
    outbox.listener = {
      readable: () => {},
      kept: ({ id }) => opened.kept.push(id),
      dropped: (count) => (opened.dropped += count),
      problem: (text) => opened.problems.push(text),
      found: (waiting, keys) => {
        opened.found = waiting
        opened.known.push(...keys)
      },
    }
    await outbox.open()
    return opened
  }

  /** Reads what there is, waiting for the disk, up to `most`. */
  async function readAll(outbox: DiskOutbox, most = Number.POSITIVE_INFINITY): Promise<Entry[]> {
    const entries: Entry[] = []
    for (let idle = 0; idle < 50 && entries.length < most; ) {
      const next = outbox.read()
      if (next) entries.push(next)
      idle = next ? 0 : idle + 1
      if (!next) await settle(1)
    }
    return entries
  }

  const durable = async (opened: Opened, count: number) => {
    for (let i = 0; i < 1000 && opened.kept.length < count; i++) await settle(1)
    assert.equal(opened.kept.length, count)
  }
  const textOf = () =>
    medium
      .paths(directory)
      .map((path) => medium.peek(path)!.toString())
      .join('')
  const namesOf = (entries: readonly Entry[]) => entries.map(({ id }) => id)

  it('leaves the disk alone as long as the broker keeps up', async () => {
    const opened = await open()
    const before = opened.disk.operations.length
    for (const id of ids(0, 500)) opened.outbox.append(testEntry(id))
    for (const each of await readAll(opened.outbox)) opened.outbox.acknowledge(each)
    assert.deepEqual([opened.outbox.count, opened.kept, opened.disk.operations.length], [0, [], before])
  })

  it('keeps all from a spill on, in order, and goes on from there after a power cut', async () => {
    const first = await open()
    const all = ids(0, 40).map((id) => testEntry(id))
    for (const each of all.slice(0, 20)) first.outbox.append(each)
    assert.deepEqual(namesOf(await readAll(first.outbox, 10)), ids(0, 10))
    first.outbox.acknowledge(all[0]!)
    first.outbox.rewind()
    first.outbox.spill()
    for (const each of all.slice(20)) first.outbox.append(each)
    await durable(first, 39)
    assert.deepEqual(first.kept, ids(1, 40))
    first.disk.kill()
    medium.powerCut(seededRandom(1))

    const second = await open()
    assert.equal(second.found, 39)
    assert.deepEqual(
      second.known,
      ids(1, 40).map((id) => `${id} t/${id}`),
    )
    second.outbox.append(testEntry('new'))
    const read = await readAll(second.outbox)
    assert.deepEqual(namesOf(read), [...ids(1, 40), 'new'])
    assert.deepEqual(
      [read[0]!.replayed, read[0]!.payload, read[0]!.key],
      [true, 'payload of e-1', 'e-1 t/e-1'],
    )
    assert.equal(second.outbox.count, 40)
  })

  it('stays in memory again once the broker answers and all that waited is on its way', async () => {
    const { outbox, ...opened } = await open()
    outbox.spill()
    for (const id of ids(0, 3)) outbox.append(testEntry(id))
    const waited = await readAll(outbox)
    outbox.append(testEntry('still kept'))
    const [kept] = await readAll(outbox)
    outbox.acknowledge(waited[0]!)
    outbox.append(testEntry('in memory'))
    await settle(20)
    assert.deepEqual(opened.kept, [...ids(0, 3), 'still kept'])
    for (const each of [...waited.slice(1), kept!, ...(await readAll(outbox))]) outbox.acknowledge(each)
    assert.equal(outbox.count, 0)
  })

  it('sends what comes at once, live first, and what waited behind it at its pace', async () => {
    const { outbox } = await open({ order: 'live-first', pace: 100 })
    outbox.spill()
    for (const id of ids(0, 100)) outbox.append(testEntry(id))
    const [first] = await readAll(outbox, 1)
    outbox.acknowledge(first!)
    outbox.append(testEntry('live'))
    assert.equal(outbox.read()?.id, 'live')
    assert.equal(outbox.read(), undefined)
    await time.advance(1000)
    assert.deepEqual(namesOf(await readAll(outbox)), ids(1, 11), 'a tenth of a second of the pace at once')
    let count = 0
    for (let i = 0; i < 20; i++) {
      await time.advance(25)
      count += (await readAll(outbox)).length
    }
    assert.equal(count, 50)
  })

  it('publishes what had to wait in its late form, and knows it by its first topic', async () => {
    const late = () => ({ topic: 'late/a', payload: Buffer.of(0, 255) })
    const first = await open()
    first.outbox.spill()
    first.outbox.append(testEntry('a', { late, qos: 2, retain: true, expiry: 60, contentType: 'x/y' }))
    await durable(first, 1)
    await first.outbox.close()
    const second = await open()
    const [read] = await readAll(second.outbox)
    const { id, topic, payload, retain, qos, expiry, contentType, replayed, key } = read!
    assert.deepEqual(
      { id, topic, payload, retain, qos, expiry, contentType, replayed, key },
      {
        id: 'a',
        topic: 'late/a',
        payload: Buffer.of(0, 255),
        retain: true,
        qos: 2,
        expiry: 60,
        contentType: 'x/y',
        replayed: true,
        key: 'a t/a',
      },
    )
  })

  it('has little in memory however much waits, and removes files that are done with', async () => {
    const small = { memory: { count: 50 }, fileSize: 20_000 }
    const { outbox, ...opened } = await open(small)
    outbox.spill()
    for (const id of ids(0, 5000)) {
      outbox.append(testEntry(id))
      if (outbox.count % 500 === 0) await durable(opened as Opened, outbox.count)
    }
    const full = outbox.diskBytes
    assert.ok(full > 400_000, `${full} bytes`)
    const read: string[] = []
    while (read.length < 5000) {
      const some = await readAll(outbox, 100)
      read.push(...namesOf(some))
      for (const each of some) outbox.acknowledge(each)
      if (read.length % 1000 === 0) await time.advance(1000)
    }
    assert.deepEqual(read, ids(0, 5000))
    await time.advance(2000)
    await settle(50)
    assert.ok(outbox.diskBytes <= 70_000, `${outbox.diskBytes} bytes`)
    const files = await medium.list(`${directory}/2026`)
    assert.ok(files.length <= 2, files.join())
    await outbox.close()
    assert.equal((await open(small)).found, 0)
  })

  it('keeps the oldest within its limit, and says what it turned away', async () => {
    const opened = await open({ maxBytes: 10_000 })
    opened.outbox.spill()
    const errors: Error[] = []
    for (const id of ids(0, 300)) {
      const error = opened.outbox.append(testEntry(id))
      if (error) errors.push(error)
      await settle(4)
    }
    assert.ok(errors.length > 50 && errors.every((error) => error instanceof OutboxFullError))
    assert.match(errors[0]!.message, /^the outbox has its 0 MB, with \d+ messages$/)
    assert.equal(opened.outbox.count + errors.length, 300)
    assert.deepEqual(namesOf(await readAll(opened.outbox)), ids(0, 300 - errors.length))
    await opened.outbox.close()
    assert.match(textOf(), new RegExp(`dropped {"count":${errors.length},`))
  })

  it('keeps the newest within its limit, and says what it gave up', async () => {
    const opened = await open({ maxBytes: 10_000, keep: 'newest', memory: { count: 20 } })
    opened.outbox.spill()
    opened.outbox.append(testEntry('under way'))
    const [underWay] = await readAll(opened.outbox, 1)
    for (const id of ids(0, 300)) {
      assert.equal(opened.outbox.append(testEntry(id)), undefined)
      await settle(4)
    }
    assert.ok(opened.dropped > 50)
    assert.equal(opened.outbox.count, 301 - opened.dropped)
    opened.outbox.acknowledge(underWay!)
    assert.deepEqual(namesOf(await readAll(opened.outbox)), ids(opened.dropped, 300))
    await opened.outbox.close()
    assert.match(textOf(), /dropped {"from":\d+,"to":\d+,"count":\d+,"reason":"size limit"}/)
  })

  it('settles nothing while the disk fails, and all when it works again', async () => {
    const opened = await open()
    opened.disk.fault = ({ name }) => (name === 'sync' || name === 'create' ? 'fail' : undefined)
    opened.disk.code = 'ENOSPC'
    opened.outbox.spill()
    for (const id of ids(0, 10)) opened.outbox.append(testEntry(id))
    await settle(20)
    assert.deepEqual(opened.kept, [])
    assert.match(opened.problems[0]!, /^outbox: cannot write .* disk is full: make room; holding \d+ events/)
    const [first] = await readAll(opened.outbox, 1)
    opened.outbox.acknowledge(first!)
    opened.disk.fault = undefined
    await time.advance(6000)
    assert.deepEqual(opened.kept, ids(0, 10))
    assert.equal(opened.problems.at(-1), undefined)
    assert.deepEqual(namesOf(await readAll(opened.outbox)), ids(1, 10))
  })

  it('waits in memory when it cannot be opened, and moves to the disk when it can', async () => {
    medium = new MemoryDisk()
    let locked = true
    const lock = () => {
      if (locked) throw new Error('another writer has it')
      return { release: () => {} }
    }
    const opened = await open({ lock })
    assert.match(
      opened.problems[0]!,
      /^outbox: cannot be opened: another writer has it; messages wait in memory$/,
    )
    opened.outbox.spill()
    for (const id of ids(0, 5)) opened.outbox.append(testEntry(id))
    assert.deepEqual(namesOf(await readAll(opened.outbox, 2)), ids(0, 2))
    locked = false
    await time.advance(5000)
    await durable(opened, 5)
    opened.outbox.rewind()
    assert.deepEqual(namesOf(await readAll(opened.outbox)), ids(0, 5))
    assert.equal(opened.problems.at(-1), undefined)
  })

  it('counts as lost what cannot be read any more, and gives the rest', async () => {
    const first = await open()
    first.outbox.spill()
    for (let batch = 0; batch < 30; batch += 10) {
      for (const id of ids(batch, batch + 10)) first.outbox.append(testEntry(id))
      await durable(first, batch + 10)
    }
    await first.outbox.close()
    for (const path of medium.paths(directory).filter((each) => each.endsWith('.txt'))) {
      medium.place(path, medium.peek(path)!.toString().replace('payload of e-15', 'payload of e-xx'))
    }
    const second = await open()
    const read = namesOf(await readAll(second.outbox))
    assert.ok(!read.includes('e-15') && read.includes('e-29') && read.includes('e-0'))
    assert.equal(second.dropped, 30 - read.length)
    assert.equal(second.outbox.count, read.length)
  })

  for (let number = 1; number <= 40; number++) {
    it(
      `agrees with a model through crashes, whatever happens (${number})`,
      seeded((randomFor) => walk(randomFor(number), open, () => medium)),
    )
  }

  /** Random steps beside a list of what must still come. */
  async function walk(random: Random, openOutbox: typeof open, disk: () => MemoryDisk): Promise<void> {
    const pick = (below: number) => Math.floor(random() * below)
    const options = { memory: { count: 5 + pick(40) }, fileSize: 2000 + pick(5000) }
    let opened = await openOutbox(options)
    let next = 0
    /** ids that the outbox must still give, in order; those that it has kept must survive a crash */
    let waiting: string[] = []
    let underWay: Entry[] = []
    for (let step = 0; step < 150; step++) {
      const what = random()
      if (what < 0.35) {
        for (let i = pick(30); i > 0; i--) {
          const id = `s-${next++}`
          assert.equal(opened.outbox.append(testEntry(id)), undefined)
          waiting.push(id)
        }
      } else if (what < 0.55) underWay.push(...(await readAll(opened.outbox, 1 + pick(30))))
      else if (what < 0.75) {
        for (let i = pick(underWay.length + 1); i > 0; i--) {
          const [done] = underWay.splice(pick(Math.min(3, underWay.length)), 1)
          opened.outbox.acknowledge(done!)
          waiting.splice(waiting.indexOf(done!.id), 1)
        }
      } else if (what < 0.83) {
        opened.outbox.rewind()
        opened.outbox.spill()
        underWay = []
      } else if (what < 0.88) opened.outbox.spill()
      else if (what < 0.95) await time.advance(pick(1500))
      else {
        const kept = new Set(opened.kept)
        const clean = random() < 0.4
        if (clean) await opened.outbox.close()
        const survivors = clean ? new Set(opened.kept) : kept
        opened.disk.kill()
        disk().powerCut(random)
        opened = await openOutbox(options)
        const all = await readAll(opened.outbox)
        const found = new Set(namesOf(all))
        for (const id of waiting) if (survivors.has(id)) assert.ok(found.has(id), `${id} is lost`)
        // what was acknowledged within the last second may come again, before all others
        const known = namesOf(all).filter((id) => waiting.includes(id))
        assert.deepEqual(
          known,
          waiting.filter((id) => found.has(id)),
          'order',
        )
        waiting = namesOf(all)
        underWay = all
        opened.kept.push(...waiting)
        continue
      }
      assert.equal(opened.outbox.count, waiting.length, `step ${step}: count`)
      assert.deepEqual(
        namesOf(underWay),
        waiting.filter((id) => namesOf(underWay).includes(id)),
        'order',
      )
    }
    opened.outbox.rewind()
    assert.deepEqual(namesOf(await readAll(opened.outbox)), waiting)
    await opened.outbox.close()
  }
})
