// Meters and instruments whose records are many lines, or frames of bytes.
import { pms5003 } from '../../../lib/formats/library/dust.ts'
import { p1 } from '../../../lib/formats/library/meters.ts'
import { nmeaRmc } from '../../../lib/formats/library/nmea.ts'
import { vedirect } from '../../../lib/formats/library/vedirect.ts'
import { block, telegram } from '../../lib/formats/records/meters.ts'
import { type Device, lines } from './device.ts'

function charger(serial: string, voltage: number, load: 'ON' | 'OFF'): string {
  const groups = ['PID\t0xA053', `SER#\t${serial}`, `V\t${voltage}`, 'I\t-20', 'VPV\t18110', `LOAD\t${load}`]
  return block([...groups, 'OR\t0x00000001', 'H19\t42']).toString('latin1')
}

/** A block whose checksum is a line feed. */
function withLineFeed(voltage: number, load: 'ON' | 'OFF'): string {
  for (let n = 0; n < 26 * 26; n++) {
    const serial = `HQ${String.fromCharCode(65 + (n % 26), 65 + Math.floor(n / 26))}`
    if (charger(serial, voltage, load).endsWith('\n')) return charger(serial, voltage, load)
  }
  throw new Error('no serial number makes the checksum a line feed')
}

const charged = { PID: '0xA053', I: -0.02, VPV: 18.11, OR: 1, H19: 0.42 }

/** A meter at a time, as it writes it, with other lines of it. */
function meter(time: string, ...rest: string[]): string[] {
  return ['/ABC5\\2M999', '', `0-0:1.0.0(${time})`, '0-0:96.1.1(4530)', '1-0:1.8.1(000123.456*kWh)', ...rest]
}

const power = ['0-0:96.14.0(0002)', '1-0:1.7.0(01.193*kW)', '1-0:32.7.0(231.4*V)', '0-1:24.1.0(003)']
const metered = { energy1: 123.456, tariff: 2, power: 1193, v1: 231.4 }
const winter = meter('261121120000W', ...power, '0-1:24.2.1(261121115500W)(01234.567*m3)')

/** 42 4D, the length, thirteen words and the sum of all before. */
function dust(...words: number[]): string {
  const frame = Buffer.alloc(32)
  frame.write('BM')
  for (const [i, word] of [28, ...words].entries()) frame.writeUInt16BE(word, 2 + 2 * i)
  frame.writeUInt16BE(
    frame.subarray(0, 30).reduce((sum, byte) => sum + byte, 0),
    30,
  )
  return frame.toString('latin1')
}

const dusty = dust(9, 10, 13, 9, 10, 13, 2560, 320, 90, 8, 3, 1, 0x9700)
const counts = { n03: 2560, n05: 320, n1: 90, n25: 8, n5: 3, n10: 1 }

/** An NMEA sentence with its checksum. */
function sentence(body: string): string {
  const sum = Buffer.from(body).reduce((all, byte) => all ^ byte, 0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}`
}

const south = sentence('GNRMC,101530.25,A,3351.3000,S,15112.6000,W,4.20,87.50,211126,,,A')

export const meterDevices: Device[] = [
  {
    name: 'VE.Direct blocks: a checksum that is a line feed, and a wrong one',
    formats: [vedirect],
    sent: [
      charger('HQ1', 12_340, 'ON'),
      withLineFeed(12_360, 'OFF'),
      charger('HQ1', 12_350, 'ON').replace('12350', '12850'),
      '\r\nPID\t0xA053\r\n',
    ].join(''),
    good: [
      { ...charged, V: 12.34, LOAD: true },
      { ...charged, V: 12.36, LOAD: false },
    ],
  },
  {
    name: 'P1 telegrams: summer and winter, no gas, a wrong CRC, an old meter',
    formats: [p1],
    sent: lines(
      ...telegram(winter),
      ...telegram(meter('260701120000S', ...power, '0-1:24.2.1(632525252525S)(00000.000*m3)')),
      ...telegram(winter).map((line) => line.replace('01.193', '01.793')),
      '/ABC4 200',
      '',
      '0-0:96.1.1(5A30)',
      '1-0:1.8.1(16722.627*kWh)',
      '1-0:1.7.0(0000.59*kW)',
      '0-2:24.3.0(211123200000)(00)(60)(1)(0-2:24.2.1)(m3)',
      '(13376.292)',
      '!',
    ),
    good: [
      {
        ...metered,
        time: Date.UTC(2026, 10, 21, 11),
        at: '2026-11-21T11:00:00Z',
        gas: 1234.567,
        gasAt: Date.UTC(2026, 10, 21, 10, 55),
      },
      { ...metered, time: Date.UTC(2026, 6, 1, 10), at: '2026-07-01T10:00:00Z' },
      { energy1: 16722.627, power: 590, gas: 13376.292 },
    ],
  },
  {
    name: 'NMEA: malformed, damaged, without a fix, empty, and two sentences in one',
    formats: [nmeaRmc],
    sent: lines(
      sentence('GPRMC,101529.000,A,3351.3K,D'),
      south,
      sentence('GPRMC,101530.00,V,,,,,,,211126,,,N'),
      sentence('GPRMC,,V,,,,,,,,,,N'),
      south.replace('3351', '3352'),
      `${south.slice(0, -2)}${sentence('GNVTG,,T,,M,0.120,N,0.222,K,A')}`,
    ),
    good: [
      {
        time: Date.UTC(2026, 10, 21, 10, 15, 30, 250),
        at: '2026-11-21T10:15:30.25Z',
        lat: -33.855,
        lon: -151.21,
        speed: 4.2,
        course: 87.5,
      },
      { time: Date.UTC(2026, 10, 21, 10, 15, 30), at: '2026-11-21T10:15:30Z' },
    ],
  },
  {
    name: 'a dust sensor: frames of bytes, with line feeds in them',
    framing: { framing: 'length', frameSync: '\\x42\\x4d' },
    formats: [pms5003],
    sent: dusty + dusty.replace('\x0d', '\x0e') + dusty,
    good: [
      { pm1: 9, pm25: 10, pm10: 13, ...counts },
      { pm1: 9, pm25: 10, pm10: 13, ...counts },
    ],
  },
]
