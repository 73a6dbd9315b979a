// What a user sees of each trouble with a port: one status and one line in the log, both saying what to do.
import assert from 'node:assert/strict'
import { withCode } from '../../../lib/kit/errors.ts'
import { readOptions } from '../../../lib/options/options.ts'
import { createSource } from '../../../lib/serial/create-source.ts'
import { framingFields } from '../../../lib/serial/framing/settings.ts'
import { LinePort } from '../../../lib/serial/line-port.ts'
import type { OpenDevice } from '../../../lib/serial/source/device.ts'
import { serialFields } from '../../../lib/serial/source/settings.ts'
import { type Status, statusOf } from '../../../lib/serial/status.ts'
import { findSpeed } from '../../../lib/serial/watch/find-speed.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { createPty } from '../../support/programs/pty.ts'
import { heard } from '../../support/uart.ts'

/** A device that says this again and again each second, as a port at some speed hears it. */
function speaking(text: string, ownSpeed: number, clock: FakeClock): OpenDevice {
  return async (_path, { baudRate }) => {
    const bytes = heard(Buffer.from(text), ownSpeed, baudRate)
    let stop: (error: Error) => void = () => undefined
    return {
      read: (buffer) =>
        new Promise((resolve, reject) => {
          stop = reject
          clock.after(1_000, () => resolve({ bytesRead: bytes.copy(buffer) }))
        }),
      write: async () => undefined,
      close: async () => stop(new Error('closed')),
    }
  }
}

const silentDevice: OpenDevice = async () => {
  let stop: (error: Error) => void = () => undefined
  return {
    read: () =>
      new Promise((_resolve, reject) => {
        stop = reject
      }),
    write: async () => undefined,
    close: async () => stop(new Error('closed')),
  }
}

const serial = readOptions(serialFields, {})
const packets = Array.from({ length: 31 }, (_, i) => `OK ${i} ${(i * 7) % 256} ${(i * 31) % 256} 0\r\n`).join(
  '',
)

describe('a port in trouble', () => {
  /** Opens a port and lets a minute pass; gives its status and what the log has beside the opening. */
  async function minute(path: string, clock: FakeClock, open?: OpenDevice, seconds = 60) {
    const logged: string[] = []
    const port = new LinePort(clock, () => 0.5)
    const source = createSource(path, serial, { clock, ...(open && { open }) })
    port.attach({
      key: '',
      source,
      lines: { maxLine: 65_536, emptyLines: false, framing: readOptions(framingFields, {}) },
      watch: { silentAfter: 30, whenSilent: 'tell' },
      report: (level, text) => void (level === 'warn' && logged.push(text)),
    })
    port.subscribe({ line: () => undefined, changed: () => undefined })
    port.release()
    for (let second = 0; second < seconds; second++) await clock.advance(1_000)
    const status: Status = statusOf(port)
    const closed = port.detach(true)
    await clock.run(closed)
    return { text: status.text, fill: status.fill, logged }
  }

  it('wrong baud rate: yellow, one line; the search proposes the right one', async () => {
    const clock = new FakeClock()
    const device = speaking(packets, 9600, clock)
    const { text, fill, logged } = await minute('/dev/fake', clock, device)
    assert.match(text, /^not text: another baud rate\? \(/)
    assert.equal(fill, 'yellow')
    assert.deepEqual(logged, [
      "what comes from fake looks like another baud rate: much of it is no text, and no line is whole. Set the baud rate in the port's panel, which can find it",
    ])
    const search = findSpeed({
      source: (baudRate) => createSource('/dev/fake', { ...serial, baudRate }, { clock, open: device }),
      clock,
      signal: new AbortController().signal,
      trying: () => undefined,
    })
    assert.equal((await clock.run(search)).found, 9600)
  })

  const refusing =
    (code: string): OpenDevice =>
    () =>
      Promise.reject(withCode(code, new Error(code)))

  const refused: Array<[string, OpenDevice, RegExp, string]> = [
    [
      'no device',
      refusing('ENOENT'),
      /^does not exist, trying again in/,
      'does not exist: is the collector plugged in?',
    ],
    [
      'no permission',
      refusing('EACCES'),
      /^no permission, trying again in/,
      'may not be opened by this user: add the user to the group dialout (sudo usermod -aG dialout <user>) and log in again.',
    ],
    [
      'busy port',
      refusing('EBUSY'),
      /^in use, trying again in/,
      'is in use by another program: close that one first.',
    ],
  ]
  for (const [name, open, status, sentence] of refused) {
    it(`${name}: red, one line`, async () => {
      const { text, fill, logged } = await minute('/dev/fake', new FakeClock(), open)
      assert.match(text, status)
      assert.deepEqual([fill, logged], ['red', [`/dev/fake ${sentence} Trying again by itself.`]])
    })
  }

  it('busy port: the system says so of one that another has open', async () => {
    const pty = await createPty()
    try {
      const nothing = { data: () => undefined, closed: () => undefined }
      const open = () => createSource(pty.path, serial).connect(nothing, new AbortController().signal)
      const first = await open()
      await assert.rejects(open(), {
        message: `${pty.path} is in use by another program: close that one first`,
        short: 'in use',
      })
      await first.close()
    } finally {
      await pty.close()
    }
  })

  it('silent port: yellow, one line', async () => {
    const { text, fill, logged } = await minute('/dev/fake', new FakeClock(), silentDevice)
    assert.deepEqual([text, fill], ['no byte for 1 min (0 lines)', 'yellow'])
    assert.deepEqual(logged, ['no byte came from fake for 30 s: is the device switched on and connected?'])
  })
})
