// Messages of closed topics in an outbox on disk, beside a small model: a list for each topic.
import assert from 'node:assert/strict'
import { DiskOutbox, type DiskOutboxOptions } from '../../../../lib/mqtt/outbox/disk-outbox.ts'
import { type Entry, OutboxFullError } from '../../../../lib/mqtt/outbox/outbox.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { type Random, seeded } from '../../../support/random.ts'
import { testEntry } from '../support.ts'

interface Opened {
  outbox: DiskOutbox
  disk: FaultDisk
  kept: Set<string>
  dropped: number
  found: number
}

const directory = '/outbox/broker'

describe('mqtt outbox on disk: messages of closed topics', () => {
  let medium: MemoryDisk
  let time: FakeClock

  beforeEach(() => {
    medium = new MemoryDisk()
    time = new FakeClock()
  })

  async function open(options: Partial<DiskOutboxOptions> = {}): Promise<Opened> {
    const disk = new FaultDisk(medium)
    const outbox = new DiskOutbox({
      directory,
      disk,
      clock: time,
      lock: () => ({ release: () => {} }),
      ...options,
    })
    const opened: Opened = { outbox, disk, kept: new Set(), dropped: 0, found: 0 }
    outbox.listener = {
      readable: () => {},
      kept: ({ id }) => opened.kept.add(id),
      dropped: (count) => (opened.dropped += count),
      problem: () => {},
      found: (waiting) => (opened.found = waiting),
    }
    await outbox.open()
    return opened
  }

  const append = (outbox: DiskOutbox, id: string) =>
    outbox.append(testEntry(id, { topic: id.split('-')[0]!, payload: `payload of ${id}` }))

  async function readAll(next: () => Entry | undefined, most = Number.POSITIVE_INFINITY): Promise<Entry[]> {
    const entries: Entry[] = []
    for (let idle = 0; idle < 40 && entries.length < most; ) {
      const entry = next()
      if (entry) entries.push(entry)
      idle = entry ? 0 : idle + 1
      if (!entry) await settle(1)
    }
    return entries
  }
  const namesOf = (entries: readonly Entry[]) => entries.map(({ id }) => id)
  const lineOf = (outbox: DiskOutbox, topic: string, most?: number) =>
    readAll(() => outbox.readParked(topic, true), most)
  const ids = (topic: string, count: number) => Array.from({ length: count }, (_, i) => `${topic}-${i}`)

  /** So many messages on each of these topics, in turn; those of the closed ones are parked, the others acknowledged. */
  async function fill({ outbox }: Opened, topics: string[], closed: string[], count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      for (const topic of topics) assert.equal(append(outbox, `${topic}-${i}`), undefined)
      for (let entry = outbox.read(); entry !== undefined; entry = outbox.read()) {
        if (closed.includes(entry.topic)) assert.equal(outbox.park(entry, false), true)
        else outbox.acknowledge(entry)
      }
      if (i % 100 === 99) await settle(5)
    }
    await settle(30)
  }

  it('has little of them in memory, and reads several topics back on one way', async () => {
    const opened = await open({ memory: { count: 40 }, fileSize: 20_000 })
    await fill(opened, ['a', 'b', 'c', 'd'], ['a', 'b', 'c'], 1_000)
    assert.equal(opened.outbox.count, 3_000)
    const before = opened.disk.operations.length
    const got: Record<string, string[]> = { a: [], b: [] }
    for (let idle = 0; idle < 100; ) {
      const entries = ['a', 'b'].flatMap((topic) => opened.outbox.readParked(topic, true) ?? [])
      for (const entry of entries) {
        got[entry.topic]!.push(entry.id)
        opened.outbox.acknowledge(entry)
      }
      idle = entries.length > 0 ? 0 : idle + 1
      if (entries.length === 0) await settle(1)
    }
    assert.deepEqual(got, { a: ids('a', 1_000), b: ids('b', 1_000) })
    assert.equal(opened.outbox.count, 1_000)
    const reads = opened.disk.operations.slice(before).filter(({ name }) => name === 'read').length
    assert.ok(reads < 200, `${reads} reads`)
    assert.deepEqual(namesOf(await lineOf(opened.outbox, 'c')), ids('c', 1_000))
  })

  it('knows after a start what of each topic is acknowledged, and removes files that nobody needs', async () => {
    const options = { memory: { count: 20 }, fileSize: 20_000 }
    const first = await open(options)
    await fill(first, ['a', 'b'], ['a', 'b'], 500)
    for (const entry of await lineOf(first.outbox, 'a', 300)) first.outbox.acknowledge(entry)
    await first.outbox.close()
    const second = await open(options)
    assert.equal(second.found, 700)
    assert.deepEqual(
      second.outbox.parked().map(({ topic, count, unread }) => [topic, count, unread]),
      [
        ['a', 200, 200],
        ['b', 500, 500],
      ],
    )
    for (const topic of ['a', 'b'])
      for (const entry of await lineOf(second.outbox, topic)) second.outbox.acknowledge(entry)
    assert.equal(second.outbox.count, 0)
    await time.advance(5_000)
    await settle(50)
    assert.ok(second.outbox.diskBytes <= 60_000, `${second.outbox.diskBytes} bytes`)
    await second.outbox.close()
    assert.equal((await open(options)).found, 0)
  })

  it('does not let a topic that is closed for long keep files alive in which others are done with', async () => {
    const options = { memory: { count: 20 }, fileSize: 10_000 }
    const opened = await open(options)
    const { outbox } = opened
    const cold: string[] = []
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 100; i++) {
        const id = i === 50 ? `cold-${round}` : `hot-${round * 100 + i}`
        if (i === 50) cold.push(id)
        append(outbox, id)
        assert.equal(outbox.park(outbox.read()!, false), true)
      }
      await settle(10)
      for (const entry of await lineOf(outbox, 'hot')) outbox.acknowledge(entry)
      await time.advance(2_000)
      await settle(20)
    }
    assert.ok(outbox.diskBytes < 60_000, `${outbox.diskBytes} bytes`)
    await outbox.close()
    const second = await open(options)
    assert.equal(second.found, cold.length)
    assert.deepEqual(namesOf(await lineOf(second.outbox, 'cold')), cold)
  })

  it('takes no more than the limit for both, and says so of what is not on disk yet', async () => {
    const opened = await open({ maxBytes: 10_000 })
    let full = 0
    for (const id of ids('a', 300)) {
      assert.equal(append(opened.outbox, id), undefined)
      const entry = opened.outbox.read()!
      const parked = opened.outbox.park(entry, false)
      if (parked instanceof OutboxFullError) {
        full++
        opened.outbox.acknowledge(entry)
      }
      await settle(4)
    }
    assert.ok(full > 50 && full < 290, `${full}`)
    assert.equal(opened.outbox.count, 300 - full)
    assert.deepEqual(namesOf(await lineOf(opened.outbox, 'a')), ids('a', 300 - full))
  })

  it('has room for what waited on disk already when its topic is closed', async () => {
    const opened = await open({ maxBytes: 10_000 })
    opened.outbox.spill()
    let kept = 0
    for (const id of ids('a', 300)) {
      if (append(opened.outbox, id) === undefined) kept++
      await settle(4)
    }
    for (const entry of await readAll(() => opened.outbox.read()))
      assert.equal(opened.outbox.park(entry, false), true)
    await settle(20)
    assert.deepEqual(namesOf(await lineOf(opened.outbox, 'a')), ids('a', kept))
  })

  it('gives all that it finds when what it stored of the topics is damaged', async () => {
    const first = await open()
    await fill(first, ['b', 'a'], ['a', 'b'], 20)
    for (const entry of await lineOf(first.outbox, 'a', 10)) first.outbox.acknowledge(entry)
    await first.outbox.close()
    medium.place(`${directory}/parked/.topics`, 'nonsense')
    const second = await open()
    assert.equal(second.found, 40)
    assert.deepEqual(namesOf(await lineOf(second.outbox, 'a')), ids('a', 20))
  })

  it('counts as dropped what cannot be read any more, and gives the rest', async () => {
    const first = await open()
    for (let batch = 0; batch < 3; batch++) {
      for (let i = 0; i < 10; i++) {
        append(first.outbox, `a-${batch * 10 + i}`)
        first.outbox.park(first.outbox.read()!, false)
      }
      await settle(20)
    }
    await first.outbox.close()
    for (const path of medium.paths(`${directory}/parked`).filter((each) => each.endsWith('.txt')))
      medium.place(path, medium.peek(path)!.toString().replace('payload of a-15', 'payload of a-xx'))
    const second = await open()
    const read = namesOf(await lineOf(second.outbox, 'a'))
    assert.ok(!read.includes('a-15') && read.includes('a-29') && read.includes('a-0'))
    assert.deepEqual([second.dropped, second.outbox.count], [30 - read.length, read.length])
  })

  for (let number = 1; number <= 60; number++) {
    it(
      `agree with a model through crashes, whatever happens (${number})`,
      seeded((randomFor) => walk(randomFor(1000 + number), number % 3 === 0)),
    )
  }

  /** @param isSmall the oldest are dropped for want of room */
  async function walk(random: Random, isSmall: boolean): Promise<void> {
    const pick = (below: number) => Math.floor(random() * below)
    const topics = ['a', 'b', 'c', 'd']
    const options: Partial<DiskOutboxOptions> = {
      memory: { count: 4 + pick(30) },
      fileSize: 1500 + pick(4000),
      ...(isSmall && { keep: 'newest', maxBytes: 20_000 }),
    }
    let opened = await open(options)
    let next = 0
    let [taken, acknowledged] = [0, 0]
    /** what must still come, by topic, in order */
    let waiting = new Map(topics.map((topic) => [topic, [] as string[]]))
    let inFlight: Entry[] = []
    const check = (when: string) => {
      const { count } = opened.outbox
      assert.equal(taken, acknowledged + opened.dropped + count, `${when}: the account`)
      if (!isSmall) assert.equal(count, [...waiting.values()].flat().length, `${when}: count`)
    }
    /** In order within the topic, none twice, none that was acknowledged; some may have been dropped. */
    const checkOrder = (entries: readonly Entry[], when: string) => {
      for (const topic of topics) {
        const got = namesOf(entries.filter((entry) => entry.topic === topic))
        const known = waiting.get(topic)!
        assert.deepEqual(
          got,
          known.filter((id) => got.includes(id)),
          `${when}: order of ${topic}`,
        )
      }
    }
    const done = (entry: Entry) => {
      opened.outbox.acknowledge(entry)
      acknowledged++
      inFlight = inFlight.filter((other) => other !== entry)
      const ofTopic = waiting.get(entry.topic)!
      ofTopic.splice(ofTopic.indexOf(entry.id), 1)
    }
    for (let step = 0; step < 120; step++) {
      const what = random()
      const topic = topics[pick(4)]!
      if (what < 0.3) {
        for (let i = pick(25); i > 0; i--) {
          const of = topics[pick(4)]!
          const id = `${of}-${next++}`
          assert.equal(append(opened.outbox, id), undefined)
          waiting.get(of)!.push(id)
          taken++
        }
      } else if (what < 0.5) {
        // the first topics are closed most of the time; those with a line stay so until it is empty
        for (const entry of await readAll(() => opened.outbox.read(), 1 + pick(30))) {
          const isClosed =
            opened.outbox.parkedOn(entry.topic) !== undefined || topics.indexOf(entry.topic) < pick(4)
          if (isClosed) {
            // as a session does it: what is in flight of the topic goes before
            for (const other of inFlight)
              if (other.topic === entry.topic && !other.parked)
                assert.equal(opened.outbox.park(other, true), true)
            assert.equal(opened.outbox.park(entry, false), true)
          } else inFlight.push(entry)
        }
      } else if (what < 0.62) {
        const entries = await lineOf(opened.outbox, topic, 1 + pick(12))
        checkOrder(entries, `step ${step}`)
        inFlight.push(...entries)
      } else if (what < 0.78) {
        for (let i = pick(inFlight.length + 1); i > 0; i--)
          done(inFlight[pick(Math.min(3, inFlight.length))]!)
      } else if (what < 0.82) {
        const [entry] = inFlight.filter(({ parked }) => parked)
        if (entry) {
          opened.outbox.putBack(entry)
          inFlight = inFlight.filter((other) => other !== entry)
        }
      } else if (what < 0.88) {
        opened.outbox.rewind()
        opened.outbox.spill()
        inFlight = []
      } else if (what < 0.95) await time.advance(pick(2500))
      else if (!isSmall) {
        const isClean = random() < 0.4
        const kept = new Set(opened.kept)
        if (isClean) await opened.outbox.close()
        const survivors = isClean ? opened.kept : kept
        opened.disk.kill()
        time.forget()
        medium.powerCut(random)
        opened = await open(options)
        const all = [...(await readAll(() => opened.outbox.read()))]
        const lines: Entry[] = []
        for (const each of topics) lines.push(...(await lineOf(opened.outbox, each)))
        const found = namesOf([...lines, ...all])
        for (const each of topics) {
          const known = waiting.get(each)!
          for (const id of known) if (survivors.has(id)) assert.ok(found.includes(id), `${id} is lost`)
          // the newest acknowledgements may be forgotten, and what was just being moved may be in both places
          const firsts = [...new Set(found)].filter((id) => known.includes(id))
          assert.deepEqual(
            firsts,
            known.filter((id) => found.includes(id)),
            'order after a crash',
          )
        }
        assert.equal(opened.found, found.length, 'found')
        // it goes on with what it has now, as it has it
        for (const entry of [...lines, ...all]) opened.outbox.acknowledge(entry)
        assert.equal(opened.outbox.count, 0)
        waiting = new Map(topics.map((each) => [each, [] as string[]]))
        ;[taken, acknowledged, inFlight] = [0, 0, []]
        opened.dropped = 0
      }
      check(`step ${step}`)
    }
    opened.outbox.rewind()
    for (let left = 1; left > 0; ) {
      const main = await readAll(() => opened.outbox.read(), 50)
      const parked: Entry[] = []
      for (const topic of topics) parked.push(...(await lineOf(opened.outbox, topic, 50)))
      checkOrder(parked, 'at the end, parked')
      checkOrder(main, 'at the end')
      for (const entry of [...parked, ...main]) done(entry)
      left = main.length + parked.length
    }
    check('at the end')
    assert.equal(opened.outbox.count, 0)
    await opened.outbox.close()
  }
})
