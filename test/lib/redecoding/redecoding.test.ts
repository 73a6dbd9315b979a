import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReplayResult } from '../../../lib/delivery/send/replay.ts'
import { room } from '../../../lib/formats/library/jeelink.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { systemDisk } from '../../../lib/journal/disk/disk.ts'
import { Journal } from '../../../lib/journal/journal.ts'
import { systemClock } from '../../../lib/kit/clock.ts'
import { chooseLines, firstSince } from '../../../lib/redecoding/choice.ts'
import type { FormatSet } from '../../../lib/redecoding/decoded-by.ts'
import { type Offer, Redecoding, type RedecodingJournal } from '../../../lib/redecoding/redecoding.ts'

const noon = Date.UTC(2026, 10, 21, 12)
const temp: FormatDefinition = {
  type: 'hall',
  decoder: { kind: 'key-values', valueSeparator: '=' },
  takes: { prefix: 'T', word: true },
  fields: [{ name: 'temp', from: 'T', type: 'number', wrong: 'reject' }],
}
const before: FormatSet = { formats: [room], match: 'first' }
const now: FormatSet = { formats: [room, temp], match: 'first' }
const lines = [
  'T=20.5', // 1: unknown before
  'OK 12 1 118 182 0', // 2: a reading, before and now
  '? 1 2 3', // 3: unknown, before and now
  'OK 12 1 118', // 4: rejected, before and now
  'T=x', // 5: unknown before, rejected now
  'T=21', // 6: unknown before
  'T=22', // 7: unknown before
]

describe('redecoding: lines that were logged before a format could take them', () => {
  let directory: string

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'fieldlog-redecoding-'))
    const clock = { ...systemClock, wall: () => noon }
    const journal = new Journal({ directory, flushInterval: 0, clock })
    await journal.start()
    for (const [i, text] of lines.entries())
      journal.append({ kind: 'L', source: 's', text, received: noon + i * 1000 })
    await journal.stop()
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const choose = async (by: FormatSet, to = lines.length, today = now) => {
    const { lines, ...counts } = await chooseLines(systemDisk, directory, [{ from: 1, to, by }], today)
    return { lines: [...lines], ...counts }
  }

  it('chooses those that gave no reading, and give one now', async () => {
    const chosen = {
      lines: [
        [1, 1],
        [6, 7],
      ],
      unknown: 3,
      rejected: 0,
      changed: 0,
    }
    assert.deepEqual(await choose(before), chosen)
    assert.deepEqual((await choose(before, 6)).lines, [
      [1, 1],
      [6, 6],
    ])
  })

  it('chooses rejected ones that can be decoded now', async () => {
    const mended: FormatDefinition = { ...temp, fields: [{ name: 'temp', from: 'T', type: 'string' }] }
    const today: FormatSet = { ...now, formats: [room, mended] }
    const chosen = { lines: [[5, 5]], unknown: 0, rejected: 1, changed: 3 }
    assert.deepEqual(await choose(now, lines.length, today), chosen)
  })

  it('leaves out readings, and counts those that would be others now', async () => {
    const renamed: FormatDefinition = { ...temp, fields: [{ name: 't', from: 'T', type: 'number' }] }
    const today: FormatSet = { ...now, formats: [room, renamed] }
    const { lines: chosen, changed } = await choose(now, lines.length, today)
    assert.deepEqual([chosen, changed], [[], 3])
    const described: FormatDefinition = { ...temp, name: 'The hall' }
    const none = { lines: [], unknown: 0, rejected: 0, changed: 0 }
    assert.deepEqual(await choose(now, lines.length, { ...now, formats: [room, described] }), none)
  })

  it('finds the first line of a time', async () => {
    assert.equal(await firstSince(systemDisk, directory, noon + 2500), 4)
    assert.equal(await firstSince(systemDisk, directory, noon - 90_000_000), 1)
    assert.equal(await firstSince(systemDisk, directory, noon + 60_000), undefined)
  })

  /** A journal's delivery, whose replays end when the test says so. */
  class Deliveries implements RedecodingJournal {
    readonly directory = directory
    /** the seqs that were asked for, a list for each replay */
    readonly asked: Array<Array<readonly [number, number]>> = []
    /** the first seq that a replay which is cancelled was not done with */
    next = 6
    progressed: (next: number) => void = () => undefined
    #end: (result: ReplayResult) => void = () => undefined
    #begun = Promise.withResolvers<void>()

    checkpoint(): number {
      return lines.length
    }

    async whenDelivering(): Promise<boolean> {
      return true
    }

    replay(
      ranges: Iterable<readonly [number, number]>,
      options: { progressed(next: number): void },
    ): Promise<ReplayResult> {
      this.asked.push([...ranges])
      this.progressed = options.progressed
      this.#begun.resolve()
      return new Promise((resolve) => {
        this.#end = resolve
      })
    }

    cancel(): void {
      this.end({ cancelled: true, next: this.next })
    }

    end(result: Partial<ReplayResult> = {}): void {
      const counts = { complete: 0, failed: 0, incomplete: 0, missing: 0, waiting: 0 }
      this.#end({ ...counts, stopped: false, cancelled: false, next: undefined, ...result })
    }

    begun(): Promise<void> {
      return this.#begun.promise
    }
  }

  async function offered(redecoding: Redecoding, since = 0): Promise<Omit<Offer, 'formats'>> {
    const { formats, ...counts } = await redecoding.offer(since)
    assert.match(formats, /^[0-9a-f]{8}$/)
    return counts
  }

  /** Resolves when it has told of a change after which `isSo`. */
  function attach(redecoding: Redecoding, journal: RedecodingJournal, set: FormatSet) {
    const warnings: string[] = []
    const waiting = new Set<() => void>()
    redecoding.attach(journal, set, {
      changed: () => {
        for (const check of waiting) check()
      },
      warn: (text) => warnings.push(text),
    })
    const until = (isSo: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!isSo()) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      })
    return { warnings, until }
  }

  it('offers them after a change of the formats, and not again once they are decoded', async () => {
    const journal = new Deliveries()
    const redecoding = new Redecoding('c')
    attach(redecoding, journal, before)
    const none = { lines: 0, unknown: 0, rejected: 0, changed: 0 }
    assert.deepEqual(await offered(redecoding), none)

    const { until, warnings } = attach(redecoding, journal, now)
    assert.deepEqual(await offered(redecoding), { ...none, lines: 3, unknown: 3 })
    assert.deepEqual(await offered(redecoding, noon + 5500), { ...none, lines: 1, unknown: 1 })
    await redecoding.start(0)
    await journal.begun()
    assert.deepEqual(journal.asked, [
      [
        [1, 1],
        [6, 7],
      ],
    ])
    journal.progressed(6)
    assert.deepEqual(redecoding.state.running, { done: 1, total: 3 })
    journal.end()
    await until(() => redecoding.state.running === undefined)
    assert.deepEqual(redecoding.state.last, { done: 3, total: 3, isStopped: false, notTaken: 0 })
    assert.deepEqual(await offered(redecoding), none)
    assert.deepEqual(warnings, [])
  })

  it('offers what is left after it was stopped', async () => {
    const journal = new Deliveries()
    const redecoding = new Redecoding('c')
    attach(redecoding, journal, before)
    attach(redecoding, journal, now)
    await redecoding.start(0)
    await journal.begun()
    await redecoding.stop()
    assert.equal(redecoding.state.running, undefined)
    assert.deepEqual(redecoding.state.last, { done: 1, total: 3, isStopped: true, notTaken: 0 })
    assert.equal((await redecoding.offer(0)).lines, 2)
  })

  it('goes on after a restart, with what the flow was not done with', async () => {
    const first = new Deliveries()
    const killed = new Redecoding('c')
    attach(killed, first, before)
    attach(killed, first, now)
    await killed.start(0)
    await first.begun()
    first.progressed(6)
    // the journal is closed: what is stored by then is what a kill would leave
    first.end({ stopped: true, next: 6 })
    await killed.detach()

    const second = new Deliveries()
    const redecoding = new Redecoding('c')
    const { until } = attach(redecoding, second, now)
    await second.begun()
    assert.deepEqual(second.asked, [[[6, 7]]])
    assert.deepEqual(redecoding.state.running, { done: 1, total: 3 })
    second.end()
    await until(() => redecoding.state.running === undefined)
    assert.equal((await redecoding.offer(0)).lines, 0)
  })

  it('goes on by the formats of a deploy that comes meanwhile', async () => {
    const journal = new Deliveries()
    const redecoding = new Redecoding('c')
    attach(redecoding, journal, before)
    attach(redecoding, journal, now)
    await redecoding.start(0)
    await journal.begun()
    journal.next = 1
    const whole: FormatDefinition = { ...temp, fields: [{ ...temp.fields[0]!, type: 'integer' }] }
    const { until } = attach(redecoding, journal, { ...now, formats: [room, whole] })
    await until(() => redecoding.state.running?.total === 2)
    assert.deepEqual(journal.asked[1], [[6, 7]])
    journal.end()
    await until(() => redecoding.state.running === undefined)
  })

  it('does not offer anything without a journal', async () => {
    const redecoding = new Redecoding('c')
    await assert.rejects(redecoding.offer(0), { code: 'JOURNAL_NOT_OPEN' })
  })
})
