// Whatever is done with a journal, in whatever order: it agrees with a model of a few lines.
import assert from 'node:assert/strict'
import { fc, seededRandom } from '../../../support/random.ts'
import { verifyFormat } from '../support/format.ts'
import { type Found, Machine, type Process, readEntries } from '../support/machine.ts'
import { Model } from '../support/model.ts'

type Command =
  | { do: 'append'; count: number; kind: 'L' | 'R' | 'E'; days: number; size: number }
  | { do: 'flush' }
  | { do: 'notice' }
  | { do: 'advance'; ms: number }
  | { do: 'step'; ms: number }
  | { do: 'midnight' }
  | { do: 'read'; part: number }
  | { do: 'stop' }
  | { do: 'crash'; power: boolean; seed: number }
  | { do: 'fail'; at: number; fault: 'fail' | 'late' | 'tear' }

const day = 86_400_000
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 7 }),
      kind: fc.constantFrom('L', 'L', 'L', 'R', 'E'),
      days: fc.constantFrom(0, 0, 0, 0, -1, 1),
      size: fc.constantFrom(0, 5, 30, 600),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'notice' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 8_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('step' as const),
      ms: fc.constantFrom(-day, -5_000, 500, 5_000, day),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'midnight' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      part: fc.double({ min: 0, max: 1.2, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'stop' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('crash' as const), power: fc.boolean(), seed: fc.nat() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      at: fc.integer({ min: 1, max: 12 }),
      fault: fc.constantFrom('fail', 'late', 'tear'),
    }),
  },
)

/** The real journal beside the model. */
class Both {
  readonly model = new Model()
  readonly machine: Machine
  readonly #preallocate: number
  #process!: Process
  #count = 0

  constructor(preallocate: number, durableWrites: boolean) {
    this.machine = new Machine('2026-11-21T23:59:50.000Z', durableWrites)
    this.#preallocate = preallocate
  }

  async open(): Promise<void> {
    this.#process = await this.machine.open({ bufferSize: 5, preallocate: this.#preallocate })
    this.model.open(this.#process.journal.epoch)
  }

  async run(one: Command): Promise<void> {
    const { machine, model } = this
    const { journal, disk } = this.#process
    switch (one.do) {
      case 'append':
        for (let i = 0; i < one.count; i++) this.#append(one)
        break
      case 'flush':
        await machine.time.run(journal.flush())
        model.flush()
        break
      case 'notice':
        journal.notice('incomplete', { seq: 1, node: 'n' })
        break
      case 'advance':
        await machine.time.advance(one.ms)
        break
      case 'step':
        machine.time.step(one.ms)
        break
      case 'midnight':
        machine.time.moveTo(new Date((Math.floor(machine.time.wall() / day) + 1) * day).toISOString())
        break
      case 'read':
        await this.#read(Math.max(1, Math.round(one.part * model.length)))
        break
      case 'stop':
        await machine.time.run(journal.stop())
        model.flush()
        await this.#reopen()
        break
      case 'crash':
        if (one.power) machine.powerCut(this.#process, seededRandom(one.seed))
        else machine.kill(this.#process)
        await this.#reopen()
        break
      case 'fail': {
        const number = disk.operations.length + one.at
        disk.fault = (operation) => (operation.number === number ? one.fault : undefined)
      }
    }
    model.told(machine.durable)
  }

  #append({ kind, days, size }: Command & { do: 'append' }): void {
    const text = kind === 'E' ? JSON.stringify({ n: this.#count++ }) : `${this.#count++} ${'x'.repeat(size)}`
    const given = this.machine.time.wall()
    const received = given + days * day
    const time = received - 1_000
    assert.ok(this.#process.journal.append({ kind, received, time, source: 'tty', text }))
    this.model.append({ kind, received, time: kind === 'R' ? time : received, source: 'tty', text }, given)
  }

  async #read(from: number): Promise<void> {
    const told = this.machine.durable.length
    const limits = { durableSize: (path: string) => this.#process.journal.durableSize(path) }
    const { entries, damage } = await readEntries(this.machine.disk, from, limits)
    assert.deepEqual(damage, [])
    this.model.check(from, entries)
    // no less than what was told before, and no more than what has been told since
    const last = from - 1 + entries.length
    assert.ok(last >= told && (entries.length === 0 || last <= this.machine.durable.length))
  }

  async #reopen(): Promise<void> {
    const { machine, model } = this
    await this.open()
    const found: Found[] = (await machine.read()).entries
    model.crash(found)
    machine.durable.splice(0, machine.durable.length, ...found)
    assert.equal(this.#process.journal.lastSeq, found.length)
  }

  async end(): Promise<void> {
    await this.run({ do: 'stop' })
    verifyFormat(this.machine.disk, 'in the end')
  }
}

describe('journal: the model', () => {
  for (const preallocate of [0, 1 << 20]) {
    it(`agrees with the journal, with ${preallocate} bytes taken ahead at most`, async function () {
      this.timeout(120_000)
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 40 }), fc.boolean(), async (commands, durable) => {
          const both = new Both(preallocate, durable)
          await both.open()
          for (const one of commands) await both.run(one)
          await both.end()
        }),
        { numRuns: 1_000 },
      )
    })
  }
})
