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
 * Every packet that the flash has is in the journal; none is there more often than it was on the air; each within 2 s of
 * its moment, where no clock was estimated, and `drift` ms more where the collector's clock goes wrong and was seen with
 * ours at one end only.
 */
export function assertComplete(house: House, drift = 0): void {
  const entries = logged(house)
  const times = !house.journal.some((item) => item.kind === 'notice' && 'clock' in item)
  const onAir = byText(house.air)
  for (const [text, moments] of byText(entries)) {
    const real = onAir.get(text)
    assert.ok(real, `${text} was never on the air`)
    assert.ok(
      moments.length <= real.length,
      `${text} is there ${moments.length} times, and was ${real.length} times on the air`,
    )
    if (times) assertTimes(text, moments, real, 2_000 + drift)
  }
  const had = byText(entries)
  const missing: string[] = []
  for (const [text, count] of flashed(house)) if ((had.get(text)?.length ?? 0) < count) missing.push(text)
  assert.deepEqual(missing, [], 'still in the flash, and not in the journal')
}

/** Each moment has a packet of its own that is near. */
function assertTimes(text: string, moments: number[], real: number[], most: number): void {
  const left = [...real].sort((a, b) => a - b)
  for (const moment of [...moments].sort((a, b) => a - b)) {
    const index = left.findIndex((time) => Math.abs(time - moment) <= most)
    const nearest = Math.min(...left.map((time) => Math.abs(time - moment)))
    assert.ok(index !== -1, `${text} is ${nearest} ms off at ${(moment - startOfTime) / 1000} s`)
    left.splice(index, 1)
  }
}

/** How often each packet is in the good pages of the flash, those left out that nobody asks for. */
function flashed(house: House): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { good, packets } of house.model.onFlash()) {
    if (!good) continue
    for (const { header, bytes } of packets) {
      const text = `OK ${[header, ...bytes].join(' ')}`
      if (!house.unasked.has(text)) counts.set(text, (counts.get(text) ?? 0) + 1)
    }
  }
  return counts
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
