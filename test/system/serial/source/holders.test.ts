import assert from 'node:assert/strict'
import { realpathSync } from 'node:fs'
import { readOptions } from '../../../../lib/options/options.ts'
import { createSource } from '../../../../lib/serial/create-source.ts'
import { holdersOf } from '../../../../lib/serial/source/holders.ts'
import { serialFields } from '../../../../lib/serial/source/settings.ts'
import { createPty } from '../../../support/programs/pty.ts'

describe('Who has a device open', () => {
  it('is said of this process, and of others, until it is closed', async () => {
    const pty = await createPty()
    try {
      const device = realpathSync(pty.path)
      const source = createSource(pty.path, readOptions(serialFields, {}))
      const nothing = { data: () => undefined, closed: () => undefined }
      const link = await source.connect(nothing, new AbortController().signal)
      // socat has both ends
      assert.match(
        (await holdersOf([device, '/dev/none'])).get(device) ?? '',
        /^(socat \(process \d+\) and this gateway|this gateway and socat \(process \d+\))$/,
      )
      await link.close()
      assert.match((await holdersOf([device])).get(device) ?? '', /^socat \(process \d+\)$/)
    } finally {
      await pty.close()
    }
  })
})
