// The first proposals for what devices of many kinds send, taken as they are: nearly all values are right.
import assert from 'node:assert/strict'
import type { Scalar } from '../../../../lib/event.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import { EventMemory } from '../../../../lib/formats/model/memory.ts'
import { proposeFormats } from '../../../../lib/formats/propose/propose.ts'
import { payloadsOf } from '../../../support/devices/frames.ts'
import { meterDevices } from '../../../support/devices/meters.ts'
import { radioDevices } from '../../../support/devices/radio.ts'
import { sketchDevices } from '../../../support/devices/sketches.ts'

const enough = 0.95
/** what nothing in the lines tells: digits in reverse order; a reading that is glued to noise is given up */
const beyond = ['a weather station whose digits stand in reverse']
const givenUp = [{ volt: 3.31 }]

/** All values of all events, a list for each, in the order of their lines. */
function valuesOf(payloads: ReadonlyArray<string | Buffer>, zone: string): Scalar[][] {
  const definitions = proposeFormats(payloads, { zone }).map(({ definition }) => definition)
  const formats = compileFormats(definitions, { memory: new EventMemory() })
  const received = Date.UTC(2030, 0, 1)
  return payloads
    .flatMap((payload, seq) =>
      formats.take({ payload, source: 's', id: `e-${seq}`, seq, received: received + seq }),
    )
    .sort((a, b) => a.reading.seq - b.reading.seq)
    .flatMap(({ outcome }) => (outcome.kind === 'clean' ? outcome.events : []))
    .map(({ data, time }) => [...Object.values(data), time ?? null])
}

/** How many of the values an event has, whatever their fields are called. */
function foundIn(values: readonly Scalar[], expected: readonly Scalar[]): number {
  const texts = values.map(String)
  return expected.filter((value) => texts.includes(String(value))).length
}

describe('formats: proposals for devices of all kinds', () => {
  for (const device of [...radioDevices, ...meterDevices, ...sketchDevices]) {
    if (beyond.includes(device.name)) continue
    it(device.name, () => {
      const payloads = payloadsOf(device).slice(device.isCutIn ? 1 : 0)
      const zone = device.name.startsWith('rtl_433') ? 'Europe/Amsterdam' : 'Europe/Berlin'
      const events = valuesOf(payloads, zone)
      let right = 0
      let all = 0
      for (const { at, ...data } of device.good) {
        if (givenUp.some(({ volt }) => volt === data.volt)) continue
        const expected = [...Object.values(data), ...(at === undefined ? [] : [Date.parse(String(at))])]
        const best = Math.max(0, ...events.map((values) => foundIn(values, expected)))
        right += best
        all += expected.length
      }
      assert.ok(right >= enough * all, `${right} of ${all}`)
    })
  }
})
