import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevicePort, deviceSource } from '../../../../lib/serial/source/device.ts'
import type { SerialSettings } from '../../../../lib/serial/source/settings.ts'
import type { SourceError } from '../../../../lib/serial/source/source.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { createPty } from '../../../support/programs/pty.ts'

const settings: SerialSettings = {
  baudRate: 57_600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flowControl: 'none',
}
const nothing = { data: () => undefined, closed: () => undefined }

function opening(path: string, open?: Parameters<typeof deviceSource>[4], used = settings) {
  const signal = new AbortController().signal
  return deviceSource(path, 'tty', used, new FakeClock(), open).connect(nothing, signal)
}

/** A port whose reads the test answers one by one; without a descriptor, as on other systems. */
function fakePort() {
  const reads: Array<{ give(text: string): void; fail(error: Error): void }> = []
  let closes = 0
  const port: DevicePort = {
    read: (buffer) =>
      new Promise((resolve, reject) => {
        reads.push({ give: (text) => resolve({ bytesRead: buffer.write(text) }), fail: reject })
      }),
    write: async () => undefined,
    async close() {
      closes++
      reads.at(-1)?.fail(Object.assign(new Error('Canceled'), { canceled: true }))
    },
  }
  return { port, reads, closes: () => closes }
}

describe('A serial device', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fieldlog-device-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('says in words why it cannot be opened', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const cases: Array<[string, string, string]> = [
      [join(folder, 'none'), 'does not exist: is the collector plugged in?', 'does not exist'],
      [folder, 'is a folder, not a serial port', 'not a serial port'],
      [file, 'is not a serial port', 'not a serial port'],
    ]
    for (const [path, message, short] of cases) {
      await assert.rejects(opening(path), { name: 'SourceError', message: `${path} ${message}`, short })
    }
  })

  it('names a device that is in use', async () => {
    const pty = await createPty()
    const link = await opening(pty.path)
    await assert.rejects(opening(pty.path), { short: 'in use' })
    await link.close()
    await pty.close()
  })

  it('gives the hint about the group for a missing permission', async () => {
    const denied = async () => {
      throw Object.assign(new Error('Error: Permission denied, cannot open /dev/ttyUSB0'), { code: 'EACCES' })
    }
    await assert.rejects(opening('/dev/ttyUSB0', denied), (error: SourceError) => {
      assert.match(error.message, /^\/dev\/ttyUSB0 may not be opened by this user: .*usermod -aG dialout/)
      assert.equal(error.short, 'no permission')
      return true
    })
  })

  it('passes every setting on, flow control in its two kinds', async () => {
    const seen: SerialSettings[] = []
    const open = async (_path: string, used: SerialSettings) => {
      seen.push(used)
      return fakePort().port
    }
    const used: SerialSettings = {
      baudRate: 9600,
      dataBits: 7,
      parity: 'even',
      stopBits: 2,
      flowControl: 'rtscts',
    }
    await (await opening('/dev/x', open, used)).close()
    assert.deepEqual(seen, [used])
    const holdsBack = (flowControl: SerialSettings['flowControl']) =>
      deviceSource('/dev/x', 'x', { ...settings, flowControl }).holdsBack
    assert.deepEqual([holdsBack('none'), holdsBack('rtscts'), holdsBack('xonxoff')], [false, true, true])
  })

  it('closes a port whose opening nobody waits for any more', async () => {
    const { port, closes } = fakePort()
    const abort = new AbortController()
    const open = async () => {
      abort.abort(new Error('no more'))
      return port
    }
    const connecting = deviceSource('/dev/x', 'x', settings, new FakeClock(), open).connect(
      nothing,
      abort.signal,
    )
    await assert.rejects(connecting, /no more/)
    assert.equal(closes(), 1)
  })

  it('takes 0 bytes and any failed read for an unplugged device', async () => {
    for (const end of ['nothing', 'error'] as const) {
      const { port, reads, closes } = fakePort()
      const reasons: SourceError[] = []
      const source = deviceSource('/dev/x', 'x', settings, new FakeClock(), async () => port)
      await source.connect(
        { data: () => undefined, closed: (reason) => reasons.push(reason) },
        new AbortController().signal,
      )
      if (end === 'nothing') reads[0]!.give('')
      else reads[0]!.fail(Object.assign(new Error('bad file descriptor'), { code: 'EBADF' }))
      await settle()
      assert.deepEqual(
        [reasons.map((reason) => reason.message), closes()],
        [['/dev/x has gone: was the collector unplugged?'], 1],
      )
    }
  })

  it('reads no more while paused', async () => {
    const { port, reads } = fakePort()
    const source = deviceSource('/dev/x', 'x', settings, new FakeClock(), async () => port)
    const given: string[] = []
    const link = await source.connect(
      { data: (chunk) => given.push(chunk.toString()), closed: () => undefined },
      new AbortController().signal,
    )
    link.pause()
    reads[0]!.give('on its way')
    await settle()
    assert.deepEqual([given, reads.length], [['on its way'], 1])
    link.resume()
    await settle()
    assert.equal(reads.length, 2)
    await link.close()
  })
})
