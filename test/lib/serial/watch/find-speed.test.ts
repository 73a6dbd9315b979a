import assert from 'node:assert/strict'
import { defaultsOf } from '../../../../lib/options/options.ts'
import { createSource } from '../../../../lib/serial/create-source.ts'
import type { OpenDevice } from '../../../../lib/serial/source/device.ts'
import { type SerialSettings, serialFields } from '../../../../lib/serial/source/settings.ts'
import { findSpeed, speeds } from '../../../../lib/serial/watch/find-speed.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { heard } from '../../../support/uart.ts'

/** A device that sends a text over and over, as a port hears it at each speed. */
function device(text: string, ownSpeed: number, refused: number[] = []) {
  const opened: number[] = []
  let open = 0
  const openDevice: OpenDevice = async (_path, { baudRate }) => {
    opened.push(baudRate)
    if (refused.includes(baudRate)) throw Object.assign(new Error('not possible'), { code: 'EINVAL' })
    open++
    const sent = Buffer.alloc(text === '' ? 0 : (ownSpeed / 10) * 1.5, text)
    let bytes = heard(sent, ownSpeed, baudRate)
    let end: (error: Error) => void = () => undefined
    return {
      read(buffer, offset, length) {
        const part = bytes.subarray(0, length)
        bytes = bytes.subarray(length)
        if (part.length > 0) return Promise.resolve({ bytesRead: part.copy(buffer, offset) })
        return new Promise((_, reject) => {
          end = reject
        })
      },
      write: async () => undefined,
      async close() {
        open--
        end(new Error('closed'))
      },
    }
  }
  return { opened, openDevice, stillOpen: () => open }
}

function search(openDevice: OpenDevice, first?: number, signal = new AbortController().signal) {
  const clock = new FakeClock()
  const tried: string[] = []
  const settings = defaultsOf(serialFields) as SerialSettings
  const work = findSpeed({
    source: (baudRate) => createSource('/dev/fake', { ...settings, baudRate }, { clock, open: openDevice }),
    clock,
    signal,
    ...(first !== undefined && { first }),
    trying: (baudRate, number, of) => tried.push(`${baudRate} ${number}/${of}`),
  })
  return { clock, tried, work }
}

const packets = Array.from({ length: 31 }, (_, i) => `OK ${i} ${(i * 7) % 256} ${(i * 31) % 256} 0\r\n`).join(
  '',
)

describe('Finding the speed', () => {
  for (const speed of [300, 1200, 2400, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 1_000_000]) {
    it(`finds ${speed}, and tries no more where that leaves no doubt`, async () => {
      const { openDevice, opened, stillOpen } = device(packets, speed)
      const { clock, work } = search(openDevice)
      const { found, heard } = await clock.run(work)
      assert.equal(found, speed)
      const at = heard.find(({ baudRate }) => baudRate === speed)
      assert.match(at?.sample ?? '', /^OK \d+ \d+ \d+ 0$/)
      assert.deepEqual(opened, speeds.slice(0, speeds.indexOf(speed) + (speed === 300 ? speeds.length : 1)))
      assert.equal(stillOpen(), 0)
    })
  }

  it('tries the speed that is set first, and says how far it is', async () => {
    const { openDevice } = device(packets, 19_200)
    const { clock, work, tried } = search(openDevice, 19_200)
    assert.equal((await clock.run(work)).found, 19_200)
    assert.deepEqual(tried, ['19200 1/17'])
  })

  it('finds nothing where nothing comes, and takes 1.5 seconds for each speed', async () => {
    const { openDevice } = device('', 9600)
    const { clock, work } = search(openDevice)
    const before = clock.monotonic()
    const { found, heard } = await clock.run(work)
    assert.deepEqual([found, heard.length, heard.every(({ bytes }) => bytes === 0)], [undefined, 17, true])
    assert.equal(clock.monotonic() - before, 17 * 1500)
  })

  it('finds the speed of a device that sends text without line ends', async () => {
    const { openDevice } = device('aA1TMPA19.50', 57_600)
    const { clock, work } = search(openDevice)
    assert.equal((await clock.run(work)).found, 57_600)
  })

  it('passes over speeds that the chip does not have, and fails where it is refused each time', async () => {
    const some = device(packets, 57_600, [9600, 115_200])
    const first = search(some.openDevice)
    assert.equal((await first.clock.run(first.work)).found, 57_600)
    const all = search(device(packets, 57_600, speeds).openDevice)
    await assert.rejects(all.clock.run(all.work), { name: 'SourceError', message: '/dev/fake: not possible' })
  })

  it('can be given up, and leaves the port closed', async () => {
    const { openDevice, opened, stillOpen } = device('', 9600)
    const abort = new AbortController()
    const { clock, work } = search(openDevice, undefined, abort.signal)
    await clock.advance(2_000)
    abort.abort(new Error('given up'))
    await assert.rejects(work, { message: 'given up' })
    assert.deepEqual([opened, stillOpen()], [[9600, 57_600], 0])
  })
})
