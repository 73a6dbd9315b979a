// Many faults after one another, at random: in writing, in stopping, in the repair at a start, in the
// repair of what the last repair left. Whatever was called durable stays.
import assert from 'node:assert/strict'
import type { Fault } from '../../../support/fault-disk.ts'
import { type Random, seeded } from '../../../support/random.ts'
import { checkPromises, Machine, type Process } from '../support/machine.ts'

/** How often each goes wrong, per operation; the rest goes well. */
interface Weather {
  faults: Array<[Fault, number]>
  code: string
}

function weather(random: Random): Weather {
  const scale = random() < 0.3 ? 0.1 : random() * 0.15
  return {
    faults: [
      ['fail', scale * random()],
      ['late', scale * random()],
      ['tear', scale * random()],
      ['kill', scale * 0.2 * random()],
      ['kill-after', scale * 0.2 * random()],
    ],
    code: random() < 0.5 ? 'EIO' : 'ENOSPC',
  }
}

/** A process that does this and that until it is killed or has done enough. */
async function life(machine: Machine, random: Random): Promise<Process> {
  const { faults, code } = weather(random)
  const process = machine.boot(
    { bufferSize: 1 + Math.floor(random() * 5), preallocate: random() < 0.3 ? 0 : 1 << 20 },
    {
      code,
      fault: () => {
        let chance = random()
        for (const [fault, likely] of faults) {
          chance -= likely
          if (chance < 0) return fault
        }
        return undefined
      },
    },
  )
  await machine.during(process, () => machine.start(process, 30).catch(() => undefined))
  const steps = Math.floor(random() * 12)
  for (let step = 0; step < steps && !process.disk.killed; step++) await act(machine, process, random)
  return process
}

async function act(machine: Machine, process: Process, random: Random): Promise<void> {
  const choice = random()
  if (choice < 0.55) {
    const day = random() < 0.1 ? Math.floor(random() * 3 - 1) * 86_400_000 : 0
    const text = `${machine.taken.length} ${'x'.repeat(random() < 0.1 ? 2_000 : 3)}`
    machine.log(process, text, { received: machine.time.wall() + day })
  } else if (choice < 0.75) {
    // a journal that could not be opened at all never flushes
    await machine.during(process, () => Promise.race([process.journal.flush(), after(machine, 60_000)]))
  } else if (choice < 0.8) machine.time.step((random() - 0.5) * 4 * 86_400_000)
  else if (choice < 0.85) process.journal.notice('incomplete', { seq: 1, node: 'n' })
  else await machine.time.advance(random() * 7_000)
}

function after(machine: Machine, ms: number): Promise<void> {
  return new Promise((resolve) => machine.time.after(ms, resolve))
}

async function end(machine: Machine, process: Process, random: Random): Promise<void> {
  if (random() < 0.3) await machine.during(process, () => process.journal.stop(2_000).catch(() => undefined))
  if (random() < 0.6) machine.powerCut(process, random)
  else machine.kill(process)
}

describe('journal: many faults after one another', () => {
  for (let block = 0; block < 10; block++) {
    it(
      `keeps what was durable, histories ${block * 30} to ${block * 30 + 29}`,
      seeded(async (randomFor) => {
        for (let number = block * 30; number < block * 30 + 30; number++) {
          await history(number, randomFor(number))
        }
      }),
    )
  }
})

async function history(number: number, random: Random): Promise<void> {
  const machine = new Machine('2026-11-21T23:58:00.000Z', number % 2 === 1)
  for (let round = 0; round < 6; round++) {
    await end(machine, await life(machine, random), random)
    // half of the time the next one finds what the last one left
    if (random() < 0.5) continue
    const where = `history ${number}, round ${round}`
    const process = await machine.open()
    const { entries, damage } = await machine.read()
    checkPromises(machine, entries, where)
    assert.deepEqual(
      damage.filter(({ from, to }) => to >= from),
      [],
      `${where}: no entry is missing`,
    )
    // what was found is durable from now on
    machine.durable.splice(0, machine.durable.length, ...entries)
    if (random() < 0.5) machine.powerCut(process, random)
    else machine.kill(process)
  }
}
