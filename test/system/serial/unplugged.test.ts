// A device that is unplugged and plugged in again under load, each time on another path: found by its USB ids, no line
// lost that was written while the port was open, none twice, none spliced, and nothing left behind in the process.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, systemClock } from '../../../lib/kit/clock.ts'
import { readOptions } from '../../../lib/options/options.ts'
import { createSource } from '../../../lib/serial/create-source.ts'
import { framingFields } from '../../../lib/serial/framing/settings.ts'
import { LinePort } from '../../../lib/serial/line-port.ts'
import type { PortLine } from '../../../lib/serial/port-line.ts'
import { serialFields } from '../../../lib/serial/source/settings.ts'
import { createPty, type Pty } from '../../support/programs/pty.ts'

const rounds = process.env.FIELDLOG_SOAK === '1' ? 50 : 10
/** ms and lines: 2,000 lines a second */
const step = 10
const linesAStep = 20
const stepsARound = 20

/** The pauses between attempts grow to half a minute; here they stay short. */
const impatient: Clock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms >= 500 ? 20 : ms, callback),
}

const line = (round: number, number: number) => `${round}/${number} ${'0123456789'.repeat(3)}`
const halfLine = (round: number) => `${round}/half a li`

/** What must be the same before and after: files, timers and listeners of this process. */
function leftovers() {
  const listeners = process.eventNames().map((name) => [String(name), process.listenerCount(name)])
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
  return { files: readdirSync('/proc/self/fd').length, timers: timers.length, listeners }
}

describe('a device that is unplugged again and again', function () {
  this.timeout(180_000)
  let plugged: Pty | undefined
  const lines: PortLine[] = []
  const warnings: string[] = []
  let changed: () => void = () => undefined
  let port: LinePort

  /** Resolves when it is so; looks whenever the port says that something has changed. */
  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        changed = resolve
      })
    }
  }

  function open(): LinePort {
    const list = async () => (plugged ? [{ path: plugged.path, vendorId: '0403', productId: '6001' }] : [])
    const source = createSource('usb:0403:6001', readOptions(serialFields, {}), { clock: impatient, list })
    const framing = readOptions(framingFields, {})
    const opened = new LinePort(impatient)
    opened.attach({
      key: '',
      source,
      lines: { maxLine: 65_536, emptyLines: false, framing },
      report: (level, text) => void (level === 'warn' && warnings.push(text)),
    })
    opened.subscribe({
      line(received) {
        lines.push(received)
        changed()
      },
      changed: () => changed(),
    })
    opened.release()
    return opened
  }

  /** Writes 2,000 lines a second, and cuts the device off in the middle of one. Gives how many lines were written. */
  async function load(round: number, isAbrupt: boolean): Promise<number> {
    plugged = await createPty()
    await until(() => port.state.state === 'open')
    for (let at = 0; at < stepsARound; at++) {
      const some = Array.from({ length: linesAStep }, (_, i) => `${line(round, at * linesAStep + i)}\r\n`)
      await plugged.write(some.join(''))
      await pause(step)
    }
    await plugged.write(halfLine(round))
    const last = line(round, stepsARound * linesAStep - 1)
    // what the system has not handed over when the device goes is lost there: half of the times we wait for it
    if (!isAbrupt) await until(() => lines.some(({ payload }) => payload === last))
    const pty = plugged
    plugged = undefined
    await pty.close()
    await until(() => port.state.state === 'waiting')
    return stepsARound * linesAStep
  }

  it(`loses no line, doubles none and splices none in ${rounds} times`, async () => {
    port = open()
    // the first time makes what a process makes once
    await load(0, false)
    const before = leftovers()
    for (let round = 1; round <= rounds; round++) {
      lines.length = 0
      const isAbrupt = round % 2 === 0
      const written = await load(round, isAbrupt)
      const expected = Array.from({ length: written }, (_, number) => line(round, number))
      // bytes come at once, so the first line is marked as one that may lack its beginning
      const whole = lines.filter(({ framed }) => framed?.cut === undefined || framed.cut === 'start')
      const cutOff = lines.filter(({ framed }) => framed?.cut === 'end' || framed?.cut === 'both')
      if (isAbrupt) assert.ok(whole.length > written / 2, `${whole.length} of ${written} lines`)
      else assert.equal(whole.length, written)
      assert.deepEqual(
        whole.map(({ payload }) => payload),
        expected.slice(0, whole.length),
      )
      assert.ok(cutOff.length <= 1)
      const next = expected[whole.length] ?? halfLine(round)
      for (const { payload } of cutOff) assert.ok(next.startsWith(String(payload)), String(payload))
      for (const { source } of lines) assert.equal(source, '0403-6001')
    }
    assert.deepEqual(leftovers(), before)
    assert.equal(port.counts.dropped, 0)
    await port.drain(1_000)
  })
})
