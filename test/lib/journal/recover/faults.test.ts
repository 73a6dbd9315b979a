// Every single operation of a workload fails, tears, takes effect and fails all the same, ends the process, or
// ends it and cuts the power: whatever was called durable is there afterwards, once, in order, under its id.
import assert from 'node:assert/strict'
import type { Fault, FaultPlan } from '../../../support/fault-disk.ts'
import { type Random, seeded } from '../../../support/random.ts'
import { verifyFormat } from '../support/format.ts'
import { checkPromises, Machine, type Process } from '../support/machine.ts'

/** @param durableWrites whether the disk writes and syncs in one request */
const newMachine = (durableWrites: boolean) => new Machine('2026-11-21T23:59:50.000Z', durableWrites)

/** Two processes, four days' files and more: midnight, a day back, a clock that jumps, notices alone. */
async function workload(machine: Machine, plan: FaultPlan): Promise<Process> {
  const { time } = machine
  let process = await machine.open({}, plan)
  const { journal } = process
  const flush = () => machine.during(process, () => process.journal.flush())
  machine.log(process, 'one')
  machine.log(process, 'two', { kind: 'R', time: time.wall() - 5_000_000 })
  await flush()
  machine.log(process, '{"three":3}', { kind: 'E' })
  await flush()
  const before = time.wall()
  if (time.wall() < Date.parse('2026-11-22T00:00:01Z')) time.moveTo('2026-11-22T00:00:01.000Z')
  machine.log(process, 'four')
  machine.log(process, 'five', { received: before })
  machine.log(process, 'six')
  await flush()
  journal.notice('incomplete', { seq: 1, node: 'n1' })
  await flush()
  await machine.during(process, () => journal.stop().catch(() => undefined))
  if (process.disk.killed) return process
  machine.kill(process)
  process = await machine.open({}, plan)
  machine.log(process, 'seven')
  await flush()
  time.step(-86_400_000)
  machine.log(process, 'eight')
  machine.log(process, 'nine')
  await flush()
  machine.log(process, 'ten')
  return process
}

/** Opens without faults, checks, goes on, cuts the power, checks again. */
async function checkAfter(machine: Machine, where: string, random: Random): Promise<void> {
  const process = await machine.open()
  const { entries, damage } = await machine.read()
  checkPromises(machine, entries, where)
  assert.deepEqual(damage, [], `${where}: nothing is damaged`)
  verifyFormat(machine.disk, where)
  machine.powerCut(process, random)
  const again = await machine.open()
  const reread = await machine.read()
  assert.deepEqual(reread.entries, entries, `${where}: what a start found is on the medium`)
  machine.log(again, 'after')
  await machine.during(again, () => again.journal.flush())
  const last = await machine.read()
  assert.equal(last.entries.length, entries.length + 1, where)
  checkPromises(machine, last.entries, where)
  verifyFormat(machine.disk, where)
}

async function countOperations(durableWrites: boolean): Promise<number> {
  const machine = newMachine(durableWrites)
  await workload(machine, {})
  return machine.operations
}

const nameAt = (number: number, fault: Fault): { plan: FaultPlan; where: () => string } => {
  let where = `${fault} at ${number}`
  return {
    plan: {
      fault: (operation) => {
        if (operation.number !== number) return undefined
        where = `${fault} at ${number}, ${operation.name} ${operation.path}`
        return fault
      },
    },
    where: () => where,
  }
}

for (const durableWrites of [false, true]) {
  describe(`journal: a fault at every operation, ${durableWrites ? 'durable writes' : 'writes and syncs'}`, () => {
    it(
      'keeps every promise without any',
      seeded(async (randomFor) => {
        const machine = newMachine(durableWrites)
        await workload(machine, {})
        assert.equal(machine.durable.length, 9)
        await checkAfter(machine, 'no fault', randomFor(1))
      }),
    )

    for (const fault of ['fail', 'late', 'tear'] as const) {
      it(
        `loses nothing when an operation goes wrong: ${fault}`,
        seeded(async (randomFor) => {
          const operations = await countOperations(durableWrites)
          for (let number = 1; number <= operations; number++) {
            const machine = newMachine(durableWrites)
            const { plan, where } = nameAt(number, fault)
            const process = await workload(machine, plan)
            // it goes on in the same process: nothing was lost at all
            await machine.during(process, () => process.journal.flush())
            assert.equal(machine.durable.length, 10, where())
            machine.kill(process)
            await checkAfter(machine, where(), randomFor(number))
          }
        }),
      )
    }

    for (const fault of ['kill', 'kill-after'] as const) {
      it(
        `loses nothing durable when the process ends at an operation: ${fault}`,
        seeded(async (randomFor) => {
          const operations = await countOperations(durableWrites)
          for (let number = 1; number <= operations; number++) {
            const machine = newMachine(durableWrites)
            const { plan, where } = nameAt(number, fault)
            machine.kill(await workload(machine, plan))
            await checkAfter(machine, where(), randomFor(number))
          }
        }),
      )

      it(
        `loses nothing durable when the power goes at an operation: ${fault}`,
        seeded(async (randomFor) => {
          const operations = await countOperations(durableWrites)
          for (let number = 1; number <= operations; number++) {
            for (let cut = 1; cut <= 4; cut++) {
              const random = randomFor(number * 10 + cut)
              const machine = newMachine(durableWrites)
              const { plan, where } = nameAt(number, fault)
              machine.powerCut(await workload(machine, plan), random)
              await checkAfter(machine, `${where()}, power cut ${cut}`, random)
            }
          }
        }),
      )
    }
  })
}
