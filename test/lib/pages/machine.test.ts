import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spaceOf } from '../../../lib/pages/disk-use.ts'
import { machineStatus } from '../../../lib/pages/machine.ts'

describe('what the system says', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-machine-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const zone = (number: number, type: string, temp: string) => {
    const place = join(folder, `thermal_zone${number}`)
    mkdirSync(place)
    writeFileSync(join(place, 'type'), `${type}\n`)
    writeFileSync(join(place, 'temp'), `${temp}\n`)
  }

  it("is the processor's temperature, of whatever else is measured", async () => {
    zone(0, 'acpitz', '27800')
    zone(1, 'iwlwifi_1', '51000')
    zone(2, 'cpu-thermal', '48312')
    mkdirSync(join(folder, 'cooling_device0'))
    assert.equal((await machineStatus(folder)).temperature, 48.312)
  })

  it('is none where nothing measures it, or it cannot be read', async () => {
    assert.equal((await machineStatus(folder)).temperature, null)
    assert.equal((await machineStatus(join(folder, 'nowhere'))).temperature, null)
    zone(0, 'iwlwifi_1', '51000')
    zone(1, 'cpu-thermal', 'N/A')
    assert.equal((await machineStatus(folder)).temperature, null)
  })

  it('is memory and load, and the room on the disk', async () => {
    const { rss, load } = await machineStatus(folder)
    assert.ok(rss > 10e6 && rss < 2e9, String(rss))
    assert.ok(load >= 0, String(load))
    const { free, total } = await spaceOf(folder)
    assert.ok(free > 0 && total > free, `${free} of ${total}`)
    await assert.rejects(spaceOf(join(folder, 'nowhere')))
  })
})
