// Which file an entry goes to, whatever the clock does, and what links the files.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chain, verifyFormat } from '../support/format.ts'
import { directory } from '../support/machine.ts'
import { running } from '../support/running.ts'

describe('journal: days and clocks', () => {
  it('goes to another file between entries of different dates, in either direction', async () => {
    const { machine, process } = await running()
    const at = (text: string) => Date.parse(`2026-11-${text}Z`)
    machine.time.moveTo('2026-11-22T00:00:01.000Z')
    machine.log(process, 'a', { received: at('21T23:59:59.999') })
    machine.log(process, 'b', { received: at('22T00:00:00.000') })
    machine.log(process, 'c', { received: at('21T23:59:59.998') })
    machine.log(process, 'd', { received: at('22T00:00:00.001') })
    await machine.during(process, () => process.journal.flush())
    assert.deepEqual(
      chain(machine.disk).map(({ path, firstSeq }) => [path, firstSeq]),
      [
        ['2026/20261121.txt', 1],
        ['2026/20261122.txt', 2],
        ['2026/20261121-1.txt', 3],
        ['2026/20261122-1.txt', 4],
      ],
    )
    verifyFormat(machine.disk, 'midnight')
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ text, received }) => [text, received]),
      [
        ['a', at('21T23:59:59.999')],
        ['b', at('22T00:00:00.000')],
        ['c', at('21T23:59:59.998')],
        ['d', at('22T00:00:00.001')],
      ],
    )
    for (let from = 1; from <= 4; from++)
      assert.deepEqual((await machine.read(from)).entries, entries.slice(from - 1))
  })

  it('survives a clock that jumps a day back and a year forward, twice within one batch', async () => {
    const { machine, process } = await running()
    const { time } = machine
    const start = time.wall()
    const expected: number[] = []
    for (const step of [0, -86_400_000, 365 * 86_400_000, 0]) {
      time.step(step)
      expected.push(time.wall())
      machine.log(process, `after ${step}`)
    }
    await machine.during(process, () => process.journal.flush())
    time.step(-365 * 86_400_000)
    expected.push(time.wall())
    machine.log(process, 'back')
    await machine.during(process, () => process.journal.flush())
    await machine.during(process, () => process.journal.stop())
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ received }) => received),
      expected,
    )
    verifyFormat(machine.disk, 'jumps')
    assert.deepEqual(
      chain(machine.disk).map(({ path }) => path),
      ['2026/20261121.txt', '2026/20261120.txt', '2027/20271120.txt', '2026/20261120-1.txt'],
    )
    const steps = chain(machine.disk).flatMap(
      ({ bytes }) => bytes.toString().match(/(?<=^N \S+ step ).*$/gm) ?? [],
    )
    assert.deepEqual(
      steps.map((json) => JSON.parse(json) as unknown),
      [
        { expected: start, now: expected[1] },
        { expected: expected[1], now: expected[2] },
        { expected: expected[3], now: expected[4] },
      ],
    )
  })

  it('flushes one at a time although a flush itself sees the clock step', async () => {
    const { machine, process, log } = await running()
    log(1)
    machine.time.step(5_000)
    const writes: number[] = []
    process.disk.fault = ({ name }) => {
      if (name === 'write') writes.push(process.disk.hanging)
      return name === 'sync' && writes.length === 1 ? 'hang' : undefined
    }
    const flushed = process.journal.flush()
    await machine.time.advance(0)
    assert.deepEqual(writes, [0])
    process.disk.release()
    await machine.time.run(flushed)
    await machine.time.advance(5_000)
    assert.deepEqual(writes, [0, 0])
    verifyFormat(machine.disk, 'step')
  })

  it('does not take a second for a step', async () => {
    const { machine, process, log } = await running()
    machine.time.step(1_000)
    log(1)
    machine.time.step(-1_000)
    await machine.during(process, () => process.journal.flush())
    assert.doesNotMatch(machine.disk.peek(`${directory}/2026/20261121.txt`)!.toString(), / step /)
  })

  it('puts notices alone where the writer is, and after a start into the file of the day', async () => {
    const { machine, process } = await running()
    machine.time.moveTo('2026-11-22T01:00:00.000Z')
    process.journal.notice('incomplete', { seq: 1, node: 'n' })
    await machine.during(process, () => process.journal.stop())
    machine.time.moveTo('2026-11-23T01:00:00.000Z')
    const second = await machine.open()
    await machine.during(second, () => second.journal.stop())
    assert.deepEqual(
      chain(machine.disk).map(({ path, firstSeq, bytes }) => [
        path,
        firstSeq,
        bytes.toString().match(/^N/gm)!.length,
      ]),
      [
        ['2026/20261121.txt', 1, 2],
        ['2026/20261123.txt', 1, 1],
      ],
    )
    verifyFormat(machine.disk, 'notices')
  })
})

describe('journal: the hash chain', () => {
  it('does not wait for the hash of a file that a start found: ? stands for it, and a notice gives it', async () => {
    const { machine, process, log } = await running()
    log(2)
    await machine.during(process, () => process.journal.stop())
    const second = machine.boot()
    let hang = false
    second.disk.fault = ({ name, path }) => {
      // the last thing that a start writes to the file; who reads it from there on works out its hash
      if (name === 'write' && path.endsWith('20261121.txt')) hang = true
      return hang && name === 'read' ? 'hang' : undefined
    }
    await machine.during(second, () => second.journal.start())
    machine.time.moveTo('2026-11-22T00:00:01.000Z')
    machine.log(second, 'next day')
    await machine.during(second, () => second.journal.flush())
    hang = false
    second.disk.release()
    await machine.time.advance(0)
    await machine.during(second, () => second.journal.stop())
    const [before, after] = chain(machine.disk)
    assert.equal(after!.hash, '?')
    const sha256 = createHash('sha256').update(before!.bytes).digest('hex')
    assert.ok(after!.bytes.toString().includes(` hash ${JSON.stringify({ file: before!.path, sha256 })}\n`))
    verifyFormat(machine.disk, 'hash')
  })

  it('gives the hash at once where it is known', async () => {
    const { machine, process, log } = await running()
    log(2)
    await machine.during(process, () => process.journal.stop())
    machine.time.moveTo('2026-11-22T00:00:01.000Z')
    const second = await machine.open()
    machine.log(second, 'next day')
    await machine.during(second, () => second.journal.flush())
    machine.time.moveTo('2026-11-23T00:00:01.000Z')
    machine.log(second, 'and the next')
    await machine.during(second, () => second.journal.flush())
    const [first, ...others] = chain(machine.disk)
    assert.equal(first!.hash, '-')
    assert.equal(others.length, 2)
    for (const { hash } of others) assert.match(hash, /^[0-9a-f]{64}$/)
    verifyFormat(machine.disk, 'hash')
  })
})
