// Which file an entry goes to, whatever the clock does, and what links the files.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chain, verifyFormat } from '../support/format.ts'
import { directory } from '../support/machine.ts'
import { running } from '../support/running.ts'

describe('journal: days and clocks', () => {
  it('goes to another file when its own day changes, and keeps what was received before it in the one before', async () => {
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
      ],
    )
    verifyFormat(machine.disk, 'midnight')
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ text, kind, received, time }) => [text, kind, received, time]),
      [
        ['a', 'L', at('21T23:59:59.999'), at('21T23:59:59.999')],
        ['b', 'L', at('22T00:00:00.000'), at('22T00:00:00.000')],
        ['c', 'R', at('22T00:00:01.000'), at('21T23:59:59.998')],
        ['d', 'L', at('22T00:00:00.001'), at('22T00:00:00.001')],
      ],
    )
    assert.deepEqual(machine.durable, entries)
    for (let from = 1; from <= 4; from++)
      assert.deepEqual((await machine.read(from)).entries, entries.slice(from - 1))
  })

  it('writes one file for 7,500 entries of alternating dates', async () => {
    const { machine, process } = await running({ bufferSize: 1_000 })
    const now = machine.time.wall()
    for (let i = 0; i < 7_500; i++) machine.log(process, `n ${i}`, { received: now - (i % 2) * 86_400_000 })
    await machine.during(process, () => process.journal.flush())
    assert.deepEqual(
      chain(machine.disk).map(({ path }) => path),
      ['2026/20261121.txt'],
    )
    const { entries, damage } = await machine.read()
    assert.deepEqual(damage, [])
    assert.deepEqual(
      entries.map(({ text, time, received }) => [text, time, received]),
      Array.from({ length: 7_500 }, (_, i) => [`n ${i}`, now - (i % 2) * 86_400_000, now]),
    )
  })

  it('keeps a structured event of another day as what it is', async () => {
    const { machine, process } = await running()
    const now = machine.time.wall()
    const text = JSON.stringify({ eventId: 7, data: { note: 'a "quoted" \\ line\nand é' } })
    machine.log(process, text, { kind: 'E', received: now - 86_400_000 })
    machine.log(process, text, { kind: 'E' })
    await machine.during(process, () => process.journal.flush())
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ kind, time, received, ...entry }) => [kind, time, received, entry.text]),
      [
        ['E', now - 86_400_000, now, text],
        ['E', now, now, text],
      ],
    )
    assert.deepEqual(machine.durable, entries)
    // to a reader that does not know the notice it is a line with that text
    const [file] = chain(machine.disk)
    assert.match(
      file!.bytes.toString(),
      /\nR 2026-11-20T12:00:00\.000 tty \{"eventId":7,"data":\{"note":"a \\x5c"/,
    )
  })

  it('goes on in a file of the new day where only records come', async () => {
    const { machine, process } = await running()
    const log = async (text: string) => {
      const time = machine.time.wall() - 3_600_000
      machine.log(process, text, { kind: 'R', time })
      await machine.during(process, () => process.journal.flush())
    }
    await log('one')
    machine.time.moveTo('2026-11-22T00:10:00.000Z')
    await log('two')
    assert.deepEqual(
      chain(machine.disk).map(({ path, firstSeq }) => [path, firstSeq]),
      [
        ['2026/20261121.txt', 1],
        ['2026/20261122.txt', 2],
      ],
    )
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
      // the clock is looked at once for all that happens in one go
      await undefined
    }
    await machine.during(process, () => process.journal.flush())
    time.step(-365 * 86_400_000)
    expected.push(time.wall())
    machine.log(process, 'back')
    await machine.during(process, () => process.journal.flush())
    await machine.during(process, () => process.journal.stop())
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ time, received, kind }) => [time, received, kind]),
      expected.map((time, index) => [time, time, index === 1 ? 'R' : 'L']),
    )
    verifyFormat(machine.disk, 'jumps')
    assert.deepEqual(
      chain(machine.disk).map(({ path }) => path),
      ['2026/20261121.txt', '2027/20271120.txt', '2026/20261120.txt'],
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
