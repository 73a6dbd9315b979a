// What must hold at the end, whatever happened before.
import assert from 'node:assert/strict'
import type { House, Logged } from './house.ts'
import { startOfTime } from './house.ts'

type Entry = Exclude<Logged, { kind: 'notice' }>

/** The packets in the journal. */
export function logged({ journal }: House): Entry[] {
  return journal.filter((item): item is Entry => item.kind !== 'notice' && item.text.startsWith('OK '))
}

/**
 * - Every packet that the flash has, or had when a catch-up ended, is in the journal; none is there more often than it was
 *   on the air.
 * - Each is within 2 s of its moment, where its clock was seen with ours before and behind it, and as much farther as that
 *   clock may have gone wrong where it was seen on one side only.
 * - What the collector said while the gateway was there is in the journal as it came; and what a request made the collector
 *   forget had been logged before.
 */
export function assertComplete(house: House): void {
  const entries = logged(house)
  const onAir = byText(house.air)
  const had = byText(entries)
  for (const [text, moments] of had) {
    const real = onAir.get(text)
    assert.ok(real, `${text} was never on the air`)
    assert.ok(
      moments.length <= real.length,
      `${text} is there ${moments.length} times, and was ${real.length} times on the air`,
    )
  }
  for (const [text, moments] of had) assertTimes(house, text, moments, onAir.get(text)!)
  const missing = (wanted: Map<string, number>) =>
    [...wanted].filter(([text, count]) => !house.unasked.has(text) && (had.get(text)?.length ?? 0) < count)
  assert.deepEqual(missing(house.askable()), [], 'still in the flash, and not in the journal')
  assert.deepEqual(missing(house.promised), [], 'in the flash when a catch-up ended, and not in the journal')
  assert.deepEqual(
    entries.filter(({ kind }) => kind === 'L').map(({ text }) => text),
    house.live,
    'said while the gateway was there',
  )
  assert.deepEqual(missing(forgotten(house)), [], 'forgotten because of a request, and not in the journal')
}

/** Packets that were in the collector's memory when it was asked, and so were never saved: how often each. */
function forgotten(house: House): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { header, bytes, cause } of house.model.lost) {
    const text = `OK ${[header, ...bytes].join(' ')}`
    if (cause === 'page at replay') counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return counts
}

/** Each moment has a packet of its own that is near. */
function assertTimes(house: House, text: string, moments: number[], real: number[]): void {
  const left = [...real].sort((a, b) => a - b)
  for (const moment of [...moments].sort((a, b) => a - b)) {
    const index = left.findIndex((time) => {
      const most = house.tolerance(time - startOfTime)
      return most === undefined || Math.abs(time - moment) <= most
    })
    const nearest = Math.min(...left.map((time) => Math.abs(time - moment)))
    assert.ok(index !== -1, `${text} is ${nearest} ms off at ${(moment - startOfTime) / 1000} s`)
    left.splice(index, 1)
  }
}

function byText(items: ReadonlyArray<{ text: string; time: number }>): Map<string, number[]> {
  const map = new Map<string, number[]>()
  for (const { text, time } of items) {
    const times = map.get(text)
    if (times) times.push(time)
    else map.set(text, [time])
  }
  return map
}
