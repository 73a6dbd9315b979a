// How a port is set: each setting once, for the runtime, the editor's panel and the environment alike.
import { choice, wholeNumber } from '../../options/fields.ts'
import type { Settings } from '../../options/options.ts'

export const baudRates = [300, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600]

/** Of a serial device; without meaning for `tcp://` and `demo:`. */
export const serialFields = {
  baudRate: wholeNumber({
    title: 'baud rate',
    unit: 'bits/s',
    min: 50,
    max: 4_000_000,
    default: 57_600,
    env: true,
  }),
  dataBits: choice([8, 7, 6, 5], { title: 'data bits', default: 8, env: true }),
  parity: choice(['none', 'even', 'odd'], { title: 'parity', default: 'none', env: true }),
  stopBits: choice([1, 2], { title: 'stop bits', default: 1, env: true }),
  flowControl: choice(['none', 'rtscts', 'xonxoff'], { title: 'flow control', default: 'none', env: true }),
  opening: choice(['keep', 'reset'], {
    title: 'at opening',
    description: 'Whether the device is reset by DTR each time the port is opened.',
    default: 'keep',
    env: true,
  }),
}

export type SerialSettings = Settings<typeof serialFields>

/** How a line is set, as people write it: `57600 8N1`, with flow control `57600 8N1 rtscts`. */
export function speedText({ baudRate, dataBits, parity, stopBits, flowControl }: SerialSettings): string {
  const frame = `${baudRate} ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`
  return flowControl === 'none' ? frame : `${frame} ${flowControl}`
}
