// What an entry of an earlier moment keeps: that moment, and when it came.
import assert from 'node:assert/strict'
import { earliestPlausible, endOfPlausible, msPerDay } from '../../../../lib/journal/format/time.ts'
import { chain, verifyFormat } from '../support/format.ts'
import { Machine } from '../support/machine.ts'
import { running } from '../support/running.ts'

describe('journal: records', () => {
  it('keep when they came, to the millisecond, in a notice for those that came together', async () => {
    const { machine, process } = await running()
    const first = machine.time.wall()
    machine.log(process, 'a', { kind: 'R', time: first - 60_000 })
    machine.log(process, 'b', { kind: 'R', time: first - 50_000 })
    machine.log(process, 'c')
    await machine.time.advance(7)
    machine.log(process, 'd', { kind: 'R', time: first - 40_000 })
    await machine.during(process, () => process.journal.flush())
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ kind, time, received }) => [kind, time - first, received - first]),
      [
        ['R', -60_000, 0],
        ['R', -50_000, 0],
        ['L', 0, 0],
        ['R', -40_000, 7],
      ],
    )
    assert.deepEqual(machine.durable, entries)
    const lines = chain(machine.disk)[0]!.bytes.toString().split('\n')
    assert.deepEqual(
      lines.slice(-9, -2).map((line) => line.replace(/^(.) \S+ /, '$1 ')),
      [
        `C 1 0 ${lines.at(-9)!.slice(-8)}`,
        `N received {"at":${first}}`,
        'R tty a',
        'R tty b',
        'L tty c',
        `N received {"at":${first + 7}}`,
        'R tty d',
      ],
    )
    verifyFormat(machine.disk, 'records')
  })

  it('keep it in every batch of a large write', async () => {
    const { machine, process } = await running({ bufferSize: 100 })
    const now = machine.time.wall()
    for (let i = 0; i < 60; i++)
      machine.log(process, `${i} ${'x'.repeat(50_000)}`, { kind: 'R', time: now - 1_000 * i })
    await machine.during(process, () => process.journal.flush())
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ time, received }) => [time, received]),
      Array.from({ length: 60 }, (_, i) => [now - 1_000 * i, now]),
    )
  })

  it('are lines that say when they came where the moment cannot be', async () => {
    const { machine, process } = await running()
    const now = machine.time.wall()
    const times = [earliestPlausible - 1, earliestPlausible, now + msPerDay, now + msPerDay + 1, 0]
    for (const time of times) machine.log(process, `at ${time}`, { kind: 'R', time })
    await machine.during(process, () => process.journal.flush())
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ kind, time, received }) => [kind, time, received]),
      [
        ['L', now, now],
        ['R', earliestPlausible, now],
        ['R', now + msPerDay, now],
        ['L', now, now],
        ['L', now, now],
      ],
    )
  })

  it('may be of any year up to 2100 where the gateway itself has no clock', async () => {
    const machine = new Machine('1970-01-01T00:00:10.000Z')
    const process = await machine.open()
    const now = machine.time.wall()
    machine.log(process, 'a', { kind: 'R', time: endOfPlausible })
    machine.log(process, 'b', { kind: 'R', time: endOfPlausible + 1 })
    await machine.during(process, () => process.journal.flush())
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ kind, time, received }) => [kind, time, received]),
      [
        ['R', endOfPlausible, now],
        ['L', now, now],
      ],
    )
  })

  it('are written so when lines of a day without a file wait for the disk until after midnight', async () => {
    const machine = new Machine('2026-11-21T23:59:59.500Z')
    const process = machine.boot()
    machine.log(process, 'before')
    const came = machine.time.wall()
    machine.time.moveTo('2026-11-22T00:00:01.000Z')
    machine.log(process, 'behind')
    await machine.during(process, () => process.journal.start())
    const { entries } = await machine.read()
    assert.deepEqual(
      entries.map(({ kind, time, received, text }) => [kind, time, received, text]),
      [
        ['R', came, came, 'before'],
        ['L', machine.time.wall(), machine.time.wall(), 'behind'],
      ],
    )
    assert.deepEqual(
      chain(machine.disk).map(({ path }) => path),
      ['2026/20261122.txt'],
    )
  })
})
