// Reports through a real session and outbox on a disk that is cut off at any operation, with a broker that closes connections, is
// away, or keeps its answers to itself. What must hold at the broker: every event in one report, numbers without a gap, and each report
// the same however often it came.
import assert from 'node:assert/strict'
import type { Outgoing } from '../../../../lib/mqtt/message/outgoing.ts'
import { DiskOutbox } from '../../../../lib/mqtt/outbox/disk-outbox.ts'
import { reportLimits } from '../../../../lib/mqtt/report/report-limits.ts'
import { ReportStore } from '../../../../lib/mqtt/report/report-store.ts'
import { Reporter } from '../../../../lib/mqtt/report/reporter.ts'
import type { Session } from '../../../../lib/mqtt/session/session.ts'
import { decodeReport } from '../../../../lib/time-events/wire/report.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { FaultDisk } from '../../../support/fault-disk.ts'
import { MemoryDisk } from '../../../support/memory-disk.ts'
import { type Random, seeded } from '../../../support/random.ts'
import { ModelBroker, type Verdict } from '../model-broker.ts'
import { startModelSession } from '../support.ts'
import { timeEvent } from './helper.ts'

const directory = '/outbox/broker'
const lock = () => ({ release() {} })
const identity = { nodeId: 'NODE', firmware: 'fw1', locationId: 'LOC' }
/** processes that are killed, before one that is not */
const kills = 4

/** The world that outlives each process. */
class World {
  readonly medium = new MemoryDisk()
  readonly time = new FakeClock('2026-11-21T12:00:00.000Z')
  /** events of the log, in order: whether they are done */
  readonly done: boolean[] = []
  /** reports that the broker got, repeats included */
  readonly arrived: Buffer[] = []
  readonly random: Random
  /** the broker does as it should from now on */
  isCalm = false

  constructor(random: Random) {
    this.random = random
  }

  /** What the broker does with a message: it may have it although the answer never comes. */
  judge(message: Outgoing): Verdict {
    const luck = this.isCalm ? 1 : this.random()
    const isTaken = luck >= 0.1
    if (isTaken && !message.topic.endsWith('/stats')) this.arrived.push(message.payload as Buffer)
    if (luck < 0.2) return 'close'
    return luck < 0.25 ? 'ignore' : 'take'
  }

  broker(): ModelBroker {
    const broker = new ModelBroker()
    broker.judge = (message) => this.judge(message)
    broker.login = () => (this.isCalm || this.random() < 0.7 ? undefined : {})
    return broker
  }
}

/** One process: it sends what is not done, and some that is, then new events, for so many steps or until it is killed. */
async function live(world: World, killAt: number): Promise<void> {
  const { medium, time, random } = world
  const disk = new FaultDisk(medium)
  disk.fault = ({ number }) => {
    if (number !== killAt) return undefined
    return random() < 0.5 ? 'kill' : 'kill-after'
  }
  const outbox = new DiskOutbox({ directory, disk, clock: time, lock, reserve: 0 })
  const session = await startModelSession({ broker: world.broker(), time, reports: [] }, {}, { outbox })
  const parts = { directory: `${directory}/reports/node`, disk, clock: time, lock, reserve: 0 }
  const store = new ReportStore(parts, { problem() {} })
  const settings = { topic: 'reports', qos: 1 as const, retain: false, expiry: undefined }
  const reporter = new Reporter({ ...settings, identity, compressed: false }, reportLimits(1), {
    ...{ session, store, clock: time, warn() {} },
    now: () => ({ wall: time.wall(), monotonic: time.monotonic() }),
  })
  const take = (seq: number) => {
    if (disk.killed) return
    reporter.take(timeEvent(seq), (error) => {
      if (!disk.killed && error === undefined) world.done[seq] = true
    })
  }
  const opening = reporter.open()
  for (let seq = 1; seq < world.done.length; seq++) if (!world.done[seq] || random() < 0.3) take(seq)
  const isDelivered = () => world.done.every((is) => is) && session.state.waiting === 0
  const isOver = () => disk.killed || (world.isCalm && isDelivered())
  for (let step = 0; step < (world.isCalm ? 200 : 25) && !isOver(); step++) {
    if (!world.isCalm) {
      for (let more = Math.floor(random() * 4); more > 0; more--) {
        world.done.push(false)
        take(world.done.length - 1)
      }
    }
    await time.advance(random() * 4_000)
    await settle(5)
  }
  if (disk.killed) return
  disk.fault = undefined
  if (killAt > 0 && random() < 0.7) disk.kill()
  else await end(time, session, reporter, opening)
}

async function end(time: FakeClock, session: Session, reporter: Reporter, opening: Promise<void>) {
  await time.run(opening)
  await time.run(reporter.close())
  await time.run(session.close())
}

/** Returns how many reports came, and how often. */
function check({ done, arrived }: World, note: string): { distinct: number; arrived: number } {
  const reports = new Map<number, string>()
  const first: number[] = []
  const seen = new Map<string, number>()
  for (const payload of arrived) {
    const { seqNo, events } = decodeReport(payload)
    const known = reports.get(seqNo)
    assert.ok(known === undefined || known === payload.toString('hex'), `${note}: report ${seqNo} changed`)
    if (known !== undefined) continue
    reports.set(seqNo, payload.toString('hex'))
    first.push(seqNo)
    for (const { msg } of events) {
      assert.equal(seen.get(msg!), undefined, `${note}: ${msg} is in report ${seqNo}, and in an earlier one`)
      seen.set(msg!, seqNo)
    }
  }
  assert.deepEqual(
    first,
    first.map((_, n) => n + 1),
    `${note}: numbers`,
  )
  assert.equal(seen.size, done.length - 1, `${note}: events`)
  return { distinct: reports.size, arrived: arrived.length }
}

describe('reports over kills', () => {
  for (const powerCut of [false, true]) {
    it(
      `of ${powerCut ? 'the machine' : 'the process'}: every event in one report, numbers without a gap, the same bytes`,
      seeded(async function (randomFor) {
        this.timeout(120_000)
        let repeats = 0
        let reports = 0
        for (let history = 0; history < 60; history++) {
          const random = randomFor(history)
          const world = new World(random)
          world.done.push(true)
          for (let n = 0; n < kills; n++) {
            const killAt = 1 + Math.floor(random() * 400)
            await live(world, killAt)
            world.time.forget()
            await settle(5)
            if (powerCut) world.medium.powerCut(random)
          }
          world.isCalm = true
          await live(world, 0)
          assert.ok(
            world.done.every((is) => is),
            `history ${history}: not all is done`,
          )
          const { distinct, arrived } = check(world, `history ${history}`)
          reports += distinct
          repeats += arrived - distinct
        }
        // else nothing was put to the test
        assert.ok(reports > 400 && repeats > 80, `${reports} reports, ${repeats} repeats`)
      }),
    )
  }
})
