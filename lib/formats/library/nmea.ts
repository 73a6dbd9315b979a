// NMEA 0183: where a GPS receiver is, and how fast (RMC), how high and how well received (GGA).
import type { CheckDefinition, FieldDefinition, FormatDefinition } from '../model/definition.ts'

const check: CheckDefinition = { kind: 'xor8', from: '$', to: '*' }

/** degrees without a sign in front of the minutes, as `5936.7900,N,01042.5500,E` */
const place =
  '(?P<latDegrees>[0-9]{2})?(?P<latMinutes>[^,]*),(?P<ns>[NS]?),(?P<lonDegrees>[0-9]{3})?(?P<lonMinutes>[^,]*),(?P<ew>[EW]?)'

/** `$GPRMC,181535.000,A,5936.7900,N,01042.5500,E,0.13,309.62,120820,,,A*60`; nothing but the time without a fix (V). */
export const nmeaRmc: FormatDefinition = {
  type: 'gps',
  name: 'NMEA 0183: RMC (place, speed, time)',
  check,
  decoder: {
    kind: 'pattern',
    pattern: `^\\$[A-Z]{2}RMC,(?:(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2}(?:[.][0-9]+)?))?,(?P<status>[AV]?),${place},(?P<speed>[^,]*),(?P<course>[^,]*),(?:(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{2}))?,`,
  },
  fields: [
    {
      name: 'time',
      computed: "'20' + year + '-' + month + '-' + day + 'T' + hour + ':' + minute + ':' + second + 'Z'",
      type: 'time',
      time: 'iso',
    },
    ...position("status == 'A'"),
    { name: 'speed', when: "status == 'A'", type: 'number', unit: 'kn', min: 0 },
    { name: 'course', when: "status == 'A'", type: 'number', unit: '°', min: 0, max: 360 },
    ...['status', 'hour', 'minute', 'second', 'day', 'month', 'year'].map(hiddenText),
  ],
  time: 'time',
}

/** `$GPGGA,172356.000,5051.8430,N,00510.3105,E,1,7,1.23,32.6,M,47.4,M,,*62`; quality 0: no fix. */
export const nmeaGga: FormatDefinition = {
  type: 'gps-fix',
  name: 'NMEA 0183: GGA (place, altitude, quality)',
  check,
  decoder: {
    kind: 'pattern',
    pattern: `^\\$[A-Z]{2}GGA,(?P<clock>[0-9]{6})?(?:[.][0-9]*)?,${place},(?P<quality>[0-9]?),(?P<satellites>[0-9]*),(?P<hdop>[^,]*),(?P<altitude>[^,]*),M?,`,
  },
  fields: [
    { name: 'quality', type: 'integer' },
    ...position('quality > 0'),
    { name: 'altitude', when: 'quality > 0', type: 'number', unit: 'm' },
    { name: 'satellites', type: 'integer', min: 0 },
    { name: 'hdop', when: 'quality > 0', type: 'number' },
    { name: 'at', from: 'clock', type: 'time', time: 'pattern', pattern: 'HHmmss', hidden: true },
  ],
  time: 'at',
}

function position(when: string): FieldDefinition[] {
  return [
    coordinate('lat', "ns == 'S'", 90, when),
    coordinate('lon', "ew == 'W'", 180, when),
    ...['latDegrees', 'latMinutes', 'lonDegrees', 'lonMinutes'].map((name): FieldDefinition => {
      return { name, type: 'number', hidden: true }
    }),
    ...['ns', 'ew'].map(hiddenText),
  ]
}

function coordinate(name: string, isNegative: string, most: number, when: string): FieldDefinition {
  return {
    name,
    computed: `(${name}Degrees + ${name}Minutes / 60) * (${isNegative} ? -1 : 1)`,
    when,
    type: 'number',
    unit: '°',
    decimals: 6,
    min: -most,
    max: most,
  }
}

function hiddenText(name: string): FieldDefinition {
  return { name, type: 'string', hidden: true }
}
