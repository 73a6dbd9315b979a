// A disk that is full: events are held, told, and kept; what memory has no room for is counted.
import assert from 'node:assert/strict'
import { chain, written } from '../support/format.ts'
import { directory } from '../support/machine.ts'
import { running } from '../support/running.ts'
import { goesOn, noticesOf, writing } from '../support/trouble.ts'

describe('journal: a full disk', () => {
  it('holds what comes, says so, and writes it when there is room', async () => {
    const one = await running({ reserve: 10_000 })
    const { machine, process, log } = one
    machine.disk.quota = 30_000
    for (let i = 0; i < 20; i++) {
      log(50)
      await machine.time.advance(5_000)
    }
    const { failure, held } = process.journal.statistics
    assert.match(
      failure!,
      /^journal: cannot write 2026\/20261121\.txt: disk is full \(0\.0 MB free, 0\.0 MB of it kept for the system\): make room; holding [\d,]+ events in memory, dropping none$/,
    )
    assert.equal(held + machine.durable.length, 1_000)
    assert.ok(held > 300)
    // the reserve is left to others, and no half-written files take the rest
    assert.ok((await machine.disk.freeSpace()) >= 10_000 - 4_096)
    assert.equal(machine.disk.paths(directory).length, 1)
    machine.disk.quota = 1_000_000
    await machine.time.advance(10_000)
    assert.equal(machine.durable.length, 1_000)
    await goesOn(one, 'room again')
  })

  it('drops what memory has no room for, and notes the gap where it was', async () => {
    const one = await running({ maxHeldEvents: 300, bufferSize: 50 })
    const { machine, process, log } = one
    const told: Array<string | undefined> = []
    process.disk.code = 'ENOSPC'
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    const results: boolean[] = []
    for (let i = 0; i < 450; i++) {
      results.push(
        process.journal.append({ kind: 'L', received: 1_795_262_400_000 + i, source: 'tty', text: `n ${i}` }),
      )
      if (i % 100 === 0) await machine.time.advance(1_000)
      told.push(process.journal.statistics.failure)
    }
    machine.taken.push(...results.flatMap((taken, i) => (taken ? [`n ${i}`] : [])))
    assert.equal(results.filter(Boolean).length, 300)
    assert.equal(process.journal.statistics.dropped, 150)
    await machine.time.advance(5_000)
    assert.match(
      process.journal.statistics.failure!,
      /holding 300 events in memory, memory is full: dropping new ones$/,
    )
    process.disk.fault = undefined
    await machine.time.advance(10_000)
    log(1)
    await machine.during(process, () => process.journal.flush())
    assert.deepEqual(noticesOf(machine, 'gap'), [
      { dropped: 150, from: 1_795_262_400_300, to: 1_795_262_400_449 },
    ])
    const text = chain(machine.disk)
      .map(({ bytes }) => bytes.toString())
      .join('')
    assert.ok(text.indexOf(' n 299\n') < text.indexOf(' gap '))
    assert.ok(text.indexOf(' gap ') < text.indexOf(` ${machine.taken.at(-1)}\n`))
    await goesOn(one, 'after the gap')
  })

  it('goes on trying when what should make room fails', async () => {
    let asked = 0
    const one = await running({
      makeRoom: async () => {
        asked++
        throw new Error('no room in a test')
      },
    })
    const { machine, process, log } = one
    process.disk.code = 'ENOSPC'
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    log(5)
    await machine.time.advance(20_000)
    assert.ok(asked > 1)
    process.disk.fault = undefined
    await machine.time.advance(10_000)
    await goesOn(one, 'after that')
  })

  it('counts each gap by itself', async () => {
    const { machine, process, log } = await running({ maxHeldEvents: 10 })
    for (const lost of [3, 5]) {
      process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
      log(10)
      await machine.time.advance(5_000)
      for (let i = 0; i < lost; i++) machine.log(process, `too much ${i}`)
      process.disk.fault = undefined
      await machine.time.advance(20_000)
    }
    assert.deepEqual(
      noticesOf(machine, 'gap').map((gap) => (gap as { dropped: number }).dropped),
      [3, 5],
    )
    assert.equal(process.journal.statistics.dropped, 8)
  })

  it('notes a gap in front of a short event that had room where a long one had not', async () => {
    const { machine, process } = await running({ maxHeldBytes: 5_000 })
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    const sizes = [4_000, 3_000, 10]
    const taken = sizes.map((size) =>
      process.journal.append({ kind: 'L', received: 1, source: 'a', text: `${size} ${'x'.repeat(size)}` }),
    )
    assert.deepEqual(taken, [true, false, true])
    process.disk.fault = undefined
    await machine.time.advance(20_000)
    const text = chain(machine.disk)
      .map(({ bytes }) => bytes.toString())
      .join('')
    assert.match(text, / a 4000 x+\nN \S+ gap \{"dropped":1,"from":1,"to":1\}\nL \S+ a 10 x+\n/)
  })

  it('bounds the bytes that it holds, and notices too', async () => {
    const { machine, process } = await running({ maxHeldBytes: 100_000 })
    process.disk.fault = (operation) => (writing(operation) ? 'fail' : undefined)
    let taken = 0
    for (let i = 0; i < 100; i++)
      if (process.journal.append({ kind: 'L', received: 1, source: 'a', text: 'x'.repeat(4_800) })) taken++
    assert.equal(taken, 20)
    // one that is larger than all of it is taken where nothing else is held
    const other = await running({ maxHeldBytes: 100_000, maxHeldEvents: 5 })
    assert.ok(
      other.process.journal.append({ kind: 'L', received: 1, source: 'a', text: 'x'.repeat(200_000) }),
    )
    other.process.disk.fault = process.disk.fault
    for (let i = 0; i < 3_000; i++) other.process.journal.notice('incomplete', { seq: i, node: 'n' })
    assert.equal(other.process.journal.statistics.held, 1_005)
    other.process.disk.fault = undefined
    await other.machine.time.advance(20_000)
    assert.deepEqual(noticesOf(other.machine, 'gap'), [{ dropped: 0, from: null, to: null, notices: 1_996 }])
    await machine.time.advance(0)
  })

  it('gives back the room of a write that the disk broke off', async () => {
    const one = await running()
    const { machine, process, log } = one
    log(10)
    await machine.during(process, () => process.journal.flush())
    const { length: size } = written(machine.disk.peek(`${directory}/2026/20261121.txt`)!)
    process.disk.code = 'ENOSPC'
    process.disk.fault = ({ name }) => (name === 'write' ? 'tear' : undefined)
    log(100)
    await machine.time.advance(20_000)
    // what was good stays, what was torn is cut off, and no file is left of the tries that followed
    assert.equal(machine.disk.peek(`${directory}/2026/20261121.txt`)!.length, size)
    assert.deepEqual(machine.disk.paths(directory), [`${directory}/2026/20261121.txt`])
    process.disk.fault = undefined
    await machine.time.advance(10_000)
    assert.deepEqual(
      chain(machine.disk).map(({ path, previousSize }) => [path, previousSize]),
      [
        ['2026/20261121.txt', 0],
        ['2026/20261121-1.txt', size],
      ],
    )
    await goesOn(one, 'after the tear')
  })
})
