// Devices of all kinds at the gateway as it ships: each gives its events and no others, and every frame is in the journal.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkDefinition } from '../../lib/formats/check/check.ts'
import { framesOf, type Heard, hear } from '../support/devices/hear.ts'
import { meterDevices } from '../support/devices/meters.ts'
import { radioDevices } from '../support/devices/radio.ts'
import { sketchDevices } from '../support/devices/sketches.ts'

const devices = [...radioDevices, ...meterDevices, ...sketchDevices]

describe('devices of all kinds', function () {
  this.timeout(120_000)
  let home: string
  let heard: Heard[]

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-devices-'))
    heard = await hear(devices, home)
  })
  after(() => rmSync(home, { recursive: true, force: true }))

  for (const [i, device] of devices.entries()) {
    it(device.name, () => {
      for (const definition of device.formats) assert.deepEqual(checkDefinition(definition), [])
      const { logged, good } = heard[i] as Heard
      assert.deepEqual(logged, framesOf(device))
      assert.deepEqual(good, device.good)
    })
  }
})
