import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevicePort, deviceSource, type OpenDevice } from '../../../../lib/serial/source/device.ts'
import type { SerialSettings } from '../../../../lib/serial/source/settings.ts'
import type { SourceError } from '../../../../lib/serial/source/source.ts'
import { FakeClock, settle } from '../../../support/fake-clock.ts'
import { createPty, terminalSettings } from '../../../support/programs/pty.ts'

const settings: SerialSettings = {
  baudRate: 57_600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flowControl: 'none',
  opening: 'keep',
}
const nothing = { data: () => undefined, closed: () => undefined }

const device = (path: string) => ({ name: 'x', text: path, find: async () => path })

function opening(path: string, open?: OpenDevice, used = settings, clock = new FakeClock()) {
  const signal = new AbortController().signal
  return deviceSource(device(path), used, clock, open).connect(nothing, signal)
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

/** A port that notes what is done with its lines, and when (ms). */
function withLines() {
  const clock = new FakeClock()
  const start = clock.monotonic()
  const calls: string[] = []
  const port: DevicePort = {
    ...fakePort().port,
    get: async () => ({ lowLatency: true }),
    async set({ dtr, rts, lowLatency }) {
      assert.deepEqual([rts, lowLatency], [true, true])
      calls.push(`dtr ${dtr ? 'on' : 'off'} at ${clock.monotonic() - start}`)
    },
    async flush() {
      calls.push('flush')
    },
  }
  return { clock, calls, port }
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

  it('is opened without a reset: its port keeps DTR up when it is closed', async () => {
    const pty = await createPty()
    try {
      const link = await opening(pty.path)
      const flags = terminalSettings(pty.path)
      await link.close()
      assert.match(flags, / -hupcl /)
    } finally {
      await pty.close()
    }
  })

  it('is reset by DTR, low for 100 ms, where that is chosen; what had come before is thrown away', async () => {
    const { clock, calls, port } = withLines()
    const link = await clock.run(
      opening('/dev/x', async () => port, { ...settings, opening: 'reset' }, clock),
    )
    const pulse = (from: number) => [`dtr off at ${from}`, `dtr on at ${from + 100}`]
    assert.deepEqual(calls, [...pulse(0), 'flush'])
    await clock.run(link.reset?.() as Promise<void>)
    assert.deepEqual(calls, [...pulse(0), 'flush', ...pulse(100)])
    await link.close()
  })

  it('is not reset by a plain opening', async () => {
    const { clock, calls, port } = withLines()
    await (await opening('/dev/x', async () => port, settings, clock)).close()
    assert.deepEqual(calls, [])
  })

  it('says that it cannot be reset where its port has no such line, and is closed then', async () => {
    const pty = await createPty()
    const message = `${pty.path} has no DTR line, so the device cannot be reset from here: set "at opening" to "do not reset the device"`
    try {
      await assert.rejects(opening(pty.path, undefined, { ...settings, opening: 'reset' }), {
        message,
        short: 'no DTR',
      })
      const link = await opening(pty.path)
      await assert.rejects(link.reset?.() as Promise<void>, { message })
      await link.close()
    } finally {
      await pty.close()
    }
  })

  it('is looked for at each opening, and is named by both in what is said', async () => {
    const paths = ['/dev/ttyUSB0', '/dev/ttyUSB1']
    const tried: string[] = []
    const usb = { name: 'A1', text: 'usb:0403:6001:A1', find: async () => paths.shift() as string }
    const source = deviceSource(usb, settings, new FakeClock(), async (path) => {
      tried.push(path)
      throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    })
    for (const path of ['/dev/ttyUSB0', '/dev/ttyUSB1'])
      await assert.rejects(source.connect(nothing, new AbortController().signal), {
        message: `usb:0403:6001:A1 (${path}) does not exist: is the collector plugged in?`,
      })
    assert.deepEqual(tried, ['/dev/ttyUSB0', '/dev/ttyUSB1'])
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
      opening: 'keep',
    }
    await (await opening('/dev/x', open, used)).close()
    assert.deepEqual(seen, [used])
    const holdsBack = (flowControl: SerialSettings['flowControl']) =>
      deviceSource(device('/dev/x'), { ...settings, flowControl }).holdsBack
    assert.deepEqual([holdsBack('none'), holdsBack('rtscts'), holdsBack('xonxoff')], [false, true, true])
  })

  it('loses what is not read without flow control, but for a pty, whose other end waits', async () => {
    const pty = await createPty()
    try {
      const signal = new AbortController().signal
      const onPty = deviceSource(device(pty.path), settings)
      await (await onPty.connect(nothing, signal)).close()
      const onWire = deviceSource(device('/dev/x'), settings, new FakeClock(), async () => withLines().port)
      await (await onWire.connect(nothing, signal)).close()
      assert.deepEqual([onPty.losesUnread, onWire.losesUnread], [false, true])
      assert.equal(deviceSource(device('/dev/x'), { ...settings, flowControl: 'rtscts' }).losesUnread, false)
    } finally {
      await pty.close()
    }
  })

  it('closes a port whose opening nobody waits for any more', async () => {
    const { port, closes } = fakePort()
    const abort = new AbortController()
    const open = async () => {
      abort.abort(new Error('no more'))
      return port
    }
    const connecting = deviceSource(device('/dev/x'), settings, new FakeClock(), open).connect(
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
      const source = deviceSource(device('/dev/x'), settings, new FakeClock(), async () => port)
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
    const source = deviceSource(device('/dev/x'), settings, new FakeClock(), async () => port)
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
