// A serial device, by serialport's native binding. We read by ourselves where the system allows it, for two
// reasons: the binding's own loop spins for ever on a device that hung up (read gives 0 bytes), and closing a
// descriptor while a read on it waits in the thread pool could read from a file that got the same number.
import { constants, read } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { SerialPort } from 'serialport'
import { type Clock, systemClock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import { errorCode } from '../../kit/errors.ts'
import { pulseDtr } from './dtr.ts'
import { deviceError } from './explain.ts'
import { type SerialSettings, speedText } from './settings.ts'
import { type LineSource, type Link, type LinkEvents, SourceError } from './source.ts'

const readDescriptor = promisify(read)
const readSize = 64 * 1024
const closeLimit = 900
/** at 300 bits/s a byte takes 33 ms, and drivers hand bytes on after some 16 ms */
const settlesAfter = 100

/** What we use of an open port of serialport's binding. */
export interface DevicePort {
  read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }>
  write(data: Buffer): Promise<void>
  close(): Promise<void>
  /** sets the lines of the port; each one that is not named goes off */
  set?(lines: PortLines): Promise<void>
  get?(): Promise<object>
  /** throws away what came and was not read yet */
  flush?(): Promise<void>
  /** the descriptor, where the system has one */
  fd?: number | null
  poller?: { once(event: 'readable', ready: (error: Error | null) => void): unknown }
}

interface PortLines {
  dtr: boolean
  rts: boolean
  lowLatency: boolean
}

export type OpenDevice = (path: string, settings: SerialSettings) => Promise<DevicePort>

const openBySerialport: OpenDevice = (path, settings) =>
  SerialPort.binding.open({
    path,
    baudRate: settings.baudRate,
    dataBits: settings.dataBits,
    parity: settings.parity,
    stopBits: settings.stopBits,
    rtscts: settings.flowControl === 'rtscts',
    xon: settings.flowControl === 'xonxoff',
    xoff: settings.flowControl === 'xonxoff',
    // else DTR falls when the port is closed, and rises when it is opened: most boards start anew by that
    hupcl: false,
  })

/** A device, and where it is found. */
export interface Device {
  /** the source's name in the log */
  name: string
  /** as the user wrote it */
  text: string
  /** its path, asked for at each opening; rejects with a SourceError where it is not there */
  find(): Promise<string>
}

/** A serial device as a source of bytes. `open` stands in for serialport in tests. */
export function deviceSource(
  device: Device,
  settings: SerialSettings,
  clock: Clock = systemClock,
  open: OpenDevice = openBySerialport,
): LineSource {
  let isPty = false
  return {
    name: device.name,
    text: device.text,
    holdsBack: settings.flowControl !== 'none',
    get losesUnread() {
      return settings.flowControl === 'none' && !isPty
    },
    settlesAfter,
    baudRate: settings.baudRate,
    speed: speedText(settings),
    place: async () => realPath(await device.find()),
    async connect(events, signal) {
      const path = await device.find()
      const where = path === device.text ? path : `${device.text} (${path})`
      let port: DevicePort
      try {
        port = await open(path, settings)
      } catch (error) {
        throw await openError(path, where, error)
      }
      try {
        if (signal.aborted) throw deviceError(where, signal.reason)
        isPty = await lacksLines(port)
        if (settings.opening === 'reset') await resetAtOpening(where, port, clock)
      } catch (error) {
        await doneWithin(port.close(), closeLimit, clock)
        throw error
      }
      return new DeviceLink(where, port, events, clock)
    },
  }
}

/** Where the links of a path lead; the path itself where nothing is there. */
function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

/** The binding's errors carry no code, so the reason is asked of the system. */
async function openError(path: string, where: string, error: unknown): Promise<SourceError> {
  if (errorCode(error) !== undefined) return deviceError(where, error)
  try {
    await access(path, constants.R_OK | constants.W_OK)
    if ((await stat(path)).isDirectory()) return deviceError(where, error, 'EISDIR')
  } catch (reason) {
    return deviceError(where, error, errorCode(reason))
  }
  const text = String(error)
  if (/lock|busy/i.test(text)) return deviceError(where, error, 'EBUSY')
  if (/inappropriate ioctl/i.test(text)) return deviceError(where, error, 'ENOTTY')
  if (/input\/output error/i.test(text)) return deviceError(where, error, 'ENXIO')
  return deviceError(where, error)
}

/** A program is at the other end, not a wire: there are no lines such as DTR, and who writes waits for who reads. */
async function lacksLines(port: DevicePort): Promise<boolean> {
  try {
    await port.get?.()
    return false
  } catch {
    return true
  }
}

/** What had come before belongs to the run that ends here. */
async function resetAtOpening(where: string, port: DevicePort, clock: Clock): Promise<void> {
  await reset(where, port, clock)
  await port.flush?.()
}

async function reset(where: string, port: DevicePort, clock: Clock): Promise<void> {
  try {
    const { lowLatency = false }: { lowLatency?: boolean } = (await port.get?.()) ?? {}
    await pulseDtr(async (dtr) => port.set?.({ dtr, rts: true, lowLatency }), clock)
  } catch (error) {
    throw new SourceError(
      `${where} has no DTR line, so the device cannot be reset from here: set "at opening" to "do not reset the device"`,
      'no DTR',
      { cause: error },
    )
  }
}

class DeviceLink implements Link {
  /** as messages name it */
  readonly #where: string
  readonly #port: DevicePort
  readonly #events: LinkEvents
  readonly #clock: Clock
  readonly #buffer = Buffer.allocUnsafeSlow(readSize)
  readonly #reading: Promise<void>
  #closing = false
  #waiting = false
  #resume: (() => void) | undefined
  #paused: Promise<void> | undefined

  constructor(where: string, port: DevicePort, events: LinkEvents, clock: Clock) {
    this.#where = where
    this.#port = port
    this.#events = events
    this.#clock = clock
    this.#reading = this.#read()
  }

  async write(data: Buffer): Promise<void> {
    try {
      await this.#port.write(data)
    } catch (error) {
      throw deviceError(this.#where, error)
    }
  }

  pause(): void {
    this.#paused ??= new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  resume(): void {
    this.#resume?.()
    this.#resume = undefined
    this.#paused = undefined
  }

  reset(): Promise<void> {
    return reset(this.#where, this.#port, this.#clock)
  }

  async close(): Promise<void> {
    this.#closing = true
    this.resume()
    // a read that waits for bytes is ended by the close; any other ends by itself, and its bytes count
    if (!this.#waiting) await doneWithin(this.#reading, closeLimit / 3, this.#clock)
    await doneWithin(this.#closePort(), closeLimit / 3, this.#clock)
    await doneWithin(this.#reading, closeLimit / 3, this.#clock)
  }

  async #closePort(): Promise<void> {
    try {
      await this.#port.close()
    } catch (error) {
      // it had closed by itself: all we want
      if (this.#port.fd !== null && this.#port.fd !== undefined) throw deviceError(this.#where, error)
    }
  }

  async #read(): Promise<void> {
    while (!this.#closing) {
      if (this.#paused) await this.#paused
      if (this.#closing) return
      try {
        const count = await this.#readSome()
        if (count > 0) this.#events.data(this.#buffer.subarray(0, count), this.#clock.wall())
        else if (count === 0) throw deviceError(this.#where, new Error('hung up'), 'EIO')
      } catch (error) {
        if (!this.#closing) this.#gone(error)
        return
      }
    }
  }

  /** The number of bytes read; 0 where the device hung up, −1 where there was nothing yet. */
  async #readSome(): Promise<number> {
    const { fd, poller } = this.#port
    if (typeof fd !== 'number' || !poller) {
      this.#waiting = true
      const { bytesRead } = await this.#port.read(this.#buffer, 0, readSize)
      this.#waiting = false
      return bytesRead
    }
    try {
      return (await readDescriptor(fd, this.#buffer, 0, readSize, null)).bytesRead
    } catch (error) {
      const code = errorCode(error)
      if (code !== 'EAGAIN' && code !== 'EWOULDBLOCK' && code !== 'EINTR') throw error
    }
    if (this.#closing) return -1
    this.#waiting = true
    await new Promise<void>((resolve, reject) => {
      poller.once('readable', (error) => (error ? reject(error) : resolve()))
    })
    this.#waiting = false
    return -1
  }

  /** A read that fails means the same, whatever its code: the device is not there any more. */
  #gone(error: unknown): void {
    this.#closing = true
    const closed = () => this.#events.closed(deviceError(this.#where, error, 'EIO'))
    this.#closePort().then(closed, closed)
  }
}
