// Aggregates that are made once at the end are those that were made along with the rows, to the last bit.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FieldlogEvent } from '../../../../lib/event.ts'
import { BatchMaker, type Shape } from '../../../../lib/history/store/batch.ts'
import { RowWriter } from '../../../../lib/history/store/row-writer.ts'
import { StoreFile } from '../../../../lib/history/store/store-file.ts'
import { type Random, seeded } from '../../../support/random.ts'
import { contentsOf } from '../support/contents.ts'

const begin = Date.UTC(2026, 0, 1, 22)
/** more than one step of two series: one with many readings a minute, one with fewer than one */
const count = 20_000
const pace = { meter: 1_000, room: 64_000 }

function eventsOf(random: Random): FieldlogEvent[] {
  return Array.from({ length: count }, (_, place) => {
    const seq = place + 1
    const type = place % 2 === 0 ? 'meter' : 'room'
    // some come late, a few from before 1970, and there is a gap of days
    const late = random() < 0.01 ? Math.floor(random() * 20 * 86_400_000) : 0
    const gap = place > count / 2 ? 3 * 86_400_000 : 0
    const time =
      random() < 0.001 ? -Math.floor(random() * 1e9) : begin + gap + (place / 2) * pace[type] - late
    const data = { temp: random() < 0.02 ? null : Math.round(random() * 1e4) / 7, on: random() < 0.5 }
    return {
      ...{ id: `k3x9a7qd-${seq}`, seq, received: time, time: Math.floor(time), source: 'ttyUSB0', raw: '' },
      ...{ replayed: false, type, key: '1', device: type, data, rules: 'a1' },
      ...{
        verdict: random() < 0.05 ? ('bad' as const) : ('good' as const),
        reasons: [],
        flags: { spike: 1 },
      },
    }
  })
}

describe('history: aggregates that are made once at the end', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-aggregates-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** @param between called before each batch of 5,000 rows */
  function written(name: string, events: readonly FieldlogEvent[], between: Between): string {
    const path = join(folder, name)
    let writer = new RowWriter(StoreFile.open(path))
    const maker = new BatchMaker()
    const shapes = new Map<number, Shape>()
    for (let at = 0; at <= events.length; at += 5_000) {
      writer = between(writer, at, path)
      for (const event of events.slice(at, at + 5_000)) maker.add(event)
      const batch = maker.take()
      for (const shape of batch.shapes) shapes.set(shape.id, shape)
      const options = { upTo: undefined, oldest: Number.NEGATIVE_INFINITY, shapes }
      writer.file.transaction(() => writer.write(batch, options))
    }
    writer.file.transaction(() => writer.aggregation.make())
    writer.file.close()
    return path
  }

  it(
    'are the same, also where rows come while they are made, or the file was closed meanwhile',
    seeded((randomFor) => {
      const events = eventsOf(randomFor(0))
      const expected = contentsOf(written('along.sqlite', events, (writer) => writer))
      assert.ok(expected.aggregates > count)

      let steps = 0
      const step = ({ file, aggregation }: RowWriter) => {
        steps++
        return file.transaction(() => aggregation.makeStep())
      }
      const deferred = written('deferred.sqlite', events, (writer, at, path) => {
        if (at === 0) writer.aggregation.defer()
        if (at !== 10_000 && at !== 15_000 && at !== count) return writer
        if (at === count) while (step(writer));
        else for (let n = 1; n <= 2; n++) assert.equal(step(writer), true)
        if (at !== 10_000) return writer
        assert.ok(contentsOf(path).aggregates > 0)
        // it begins again with the first series
        writer.file.close()
        return new RowWriter(StoreFile.open(path))
      })
      assert.ok(steps > 5, `${steps} steps`)
      assert.deepEqual(contentsOf(deferred), expected)
    }),
  ).timeout(60_000)
})

type Between = (writer: RowWriter, at: number, path: string) => RowWriter
