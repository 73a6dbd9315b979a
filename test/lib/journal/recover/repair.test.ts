// What a start repairs, with faults at every single operation of the repair: in the end every whole line is in the
// journal once, under its id, and what was torn is beside it.
import assert from 'node:assert/strict'
import type { Fault } from '../../../support/fault-disk.ts'
import { seeded } from '../../../support/random.ts'
import { chain, verifyFormat } from '../support/format.ts'
import { directory, type Found, Machine } from '../support/machine.ts'
import { days, filesOf, linesOf, machineWith, sampleJournal } from '../support/sample.ts'

const [, , third] = days

interface Case {
  what: string
  machine(): Machine
  /** what must be there in the end */
  entries: Found[]
  /** the files beside the journal's own in the end, at least */
  torn: string[]
}

async function cases(): Promise<Case[]> {
  const sample = await sampleJournal()
  const short = await sampleJournal(1)
  const bytes = sample.files.get(third)!
  const one = short.files.get(third)!
  const cut = linesOf(bytes).filter(({ text }) => text.startsWith('E'))[2]!.at + 9
  const headless = (skip: number) => Buffer.concat([Buffer.from('H 12:00:00.000 fie'), one.subarray(skip)])
  const start = linesOf(one)[0]!.end - 1
  const cutOne = linesOf(one)[2]!.at + 3
  return [
    {
      what: 'a torn end',
      machine: () => machineWith([...sample.files, [third, bytes.subarray(0, cut)]]),
      entries: sample.entries.slice(0, 17),
      torn: [`${third}.torn`],
    },
    {
      what: 'a first batch that was cut off, behind a good H',
      machine: () => machineWith([...short.files, [third, one.subarray(0, cutOne)]]),
      entries: short.entries.slice(0, 13),
      torn: [`${third}.torn`],
    },
    {
      what: 'a last file without a sound H',
      machine: () => machineWith([...short.files, [third, headless(start)]]),
      entries: short.entries,
      torn: [`${third}.torn`],
    },
    {
      what: 'several tries to write the same, none with a sound H',
      machine: () =>
        machineWith([
          ...short.files,
          [third, headless(start).subarray(0, 80)],
          ['2026/20261123-1.txt', headless(start)],
          ['2026/20261123-2.txt', Buffer.alloc(0)],
        ]),
      entries: short.entries,
      torn: [`${third}.torn`, '2026/20261123-1.txt.torn', '2026/20261123-2.txt.torn'],
    },
    {
      what: 'an empty file behind a torn one',
      machine: () =>
        machineWith([
          ...sample.files,
          [third, bytes.subarray(0, cut)],
          ['2026/20261124.txt', Buffer.alloc(0)],
        ]),
      entries: sample.entries.slice(0, 17),
      torn: [`${third}.torn`, '2026/20261124.txt.torn'],
    },
  ]
}

/** Opens again without faults and looks at everything. */
async function checkRepaired(machine: Machine, { entries, torn }: Case, where: string): Promise<void> {
  const process = await machine.open()
  const found = await machine.read()
  assert.deepEqual(found.entries, entries, where)
  assert.deepEqual(found.damage, [], where)
  verifyFormat(machine.disk, where)
  const files = filesOf(machine.disk)
  for (const path of torn) assert.ok(files.has(path), `${where}: ${path} of ${[...files.keys()]}`)
  machine.log(process, 'next')
  await machine.during(process, () => process.journal.flush())
  assert.equal((await machine.read()).entries.length, entries.length + 1, where)
  assert.equal(process.journal.lastSeq, entries.length + 1, where)
}

/** Starts, with a fault at one operation; the name of that operation, undefined where there are not so many. */
async function startWith(machine: Machine, fault: Fault, at: number): Promise<string | undefined> {
  let name: string | undefined
  const process = machine.boot(
    {},
    {
      fault: (operation) => {
        if (operation.number !== at) return undefined
        name = `${fault} at ${at}, ${operation.name} ${operation.path}`
        return fault
      },
    },
  )
  await machine.during(process, () => machine.start(process))
  machine.kill(process)
  return name
}

describe('journal: the repair at a start', () => {
  let all: Case[]
  before(async () => {
    all = await cases()
  })

  it('is done', async () => {
    for (const one of all) await checkRepaired(one.machine(), one, one.what)
  })

  for (const fault of ['fail', 'late', 'tear', 'kill', 'kill-after'] as const) {
    for (const power of fault.startsWith('kill') ? [0, 1, 2, 3, 4] : [0]) {
      it(
        `is done in the end: ${fault}${power > 0 ? ` and a power cut (${power})` : ''} at every operation`,
        seeded(async (randomFor) => {
          for (const one of all) {
            for (let at = 1; ; at++) {
              const machine = one.machine()
              const name = await startWith(machine, fault, at)
              if (name === undefined) break
              if (power > 0) machine.disk.powerCut(randomFor(at * 7 + power))
              await checkRepaired(machine, one, `${one.what}: ${name}`)
            }
          }
        }),
      )
    }
  }

  it('moves aside nothing that another file names, however damaged it is', async () => {
    const sample = await sampleJournal()
    const machine = machineWith([...sample.files, [days[1], Buffer.alloc(900)]])
    await machine.open()
    assert.ok(machine.disk.peek(`${directory}/${days[1]}`)?.equals(Buffer.alloc(900)))
    const { entries } = await machine.read()
    assert.deepEqual(entries, [...sample.entries.slice(0, 6), ...sample.entries.slice(12)])
  })

  it('does not log again what a file before it has already', async () => {
    const short = await sampleJournal(1)
    const copy = short.files.get(third)!.subarray(3)
    const machine = machineWith([...short.files, ['2026/20261123-1.txt', copy]])
    await machine.open()
    assert.deepEqual((await machine.read()).entries, short.entries)
    assert.ok(machine.disk.peek(`${directory}/2026/20261123-1.txt.torn`)?.equals(copy))
    verifyFormat(machine.disk, 'copy')
  })

  it('goes on behind the last entry although a file without entries is missing, and dates run backwards', async () => {
    const machine = new Machine('2026-11-22T12:00:00.000Z')
    await machine.during(await machine.open(), async () => {})
    machine.time.moveTo('2026-11-23T12:00:00.000Z')
    const process = await machine.open()
    machine.time.step(-2 * 86_400_000)
    machine.log(process, 'one')
    machine.log(process, 'two')
    await machine.during(process, () => process.journal.stop())
    const paths = chain(machine.disk).map(({ path, firstSeq }) => `${path} ${firstSeq}`)
    assert.deepEqual(paths, ['2026/20261122.txt 1', '2026/20261123.txt 1', '2026/20261121.txt 1'])
    machine.disk.drop(`${directory}/2026/20261123.txt`)
    const again = await machine.open()
    assert.equal(again.journal.lastSeq, 2)
    machine.log(again, 'three')
    await machine.during(again, () => again.journal.flush())
    assert.deepEqual(
      (await machine.read()).entries.map(({ text }) => text),
      ['one', 'two', 'three'],
    )
  })

  it('puts all batches of the last flush on the medium', async () => {
    const machine = new Machine()
    const process = await machine.open()
    for (let i = 0; i < 30; i++) machine.log(process, `${i} ${'x'.repeat(100_000)}`)
    // its sync fails, so that later ones write nothing of it, and the process ends before it can write it again
    let failed = false
    process.disk.fault = ({ name }) => {
      if (failed) return 'kill'
      failed = name === 'sync'
      return failed ? 'fail' : undefined
    }
    await machine.during(process, () => process.journal.flush())
    machine.kill(process)
    const second = await machine.open()
    const { entries } = await machine.read()
    assert.equal(entries.length, 30)
    machine.powerCut(second, () => 0)
    await machine.open()
    assert.deepEqual((await machine.read()).entries, entries)
  })

  it('does not log again what a file behind it has already', async () => {
    // the power went between the new file and the removal of the old one
    const short = await sampleJournal(1)
    const one = short.files.get(third)!
    const machine = machineWith([...short.files, [third, one.subarray(3)]])
    await machine.open()
    const done = filesOf(machine.disk)
    const again = machineWith([...done, [third, one.subarray(3)]])
    await again.open()
    assert.deepEqual((await again.read()).entries, short.entries)
    assert.ok(again.disk.peek(`${directory}/${third}.torn-1`))
  })
})
