// Formats of devices whose lines, or frames, are complete by themselves. All samples are made up.
import assert from 'node:assert/strict'
import { sums } from '../../../../lib/formats/frames/sums.ts'
import { jeelinkFormats } from '../../../../lib/formats/library/jeelink.ts'
import { formatLibrary } from '../../../../lib/formats/library/library.ts'
import { clean, decoded, outcome } from '../helper.ts'

const all = formatLibrary.map(({ definition }) => definition)
const devices = all.filter(({ type }) => !['json', 'csv', 'stored', 'energy'].includes(type))

/** Line, type, key, data: among all formats of devices, none takes another's lines. */
const lines: Array<[line: string, type: string, key: string | undefined, data: object]> = [
  [
    'OK 9 21 129 4 201 44',
    'lacrosse',
    '21.1',
    { id: 21, channel: 1, newbatt: 1, temp: 22.5, humi: 44, weak: 0 },
  ],
  ['OK 9 22 2 3 180 106', 'lacrosse', '22.2', { id: 22, channel: 2, newbatt: 0, temp: -5.2, weak: 0 }],
  ['OK 9 22 1 4 0 253', 'lacrosse', '22.1', { id: 22, channel: 1, newbatt: 0, temp: 2.4, weak: 1 }],
  [
    'OK WS 33 2 4 190 61 0 12 3 132 0 17 0 25 0 3 247',
    'lacrosse-ws',
    '33.2',
    {
      id: 33,
      model: 2,
      temp: 21.4,
      humi: 61,
      rain: 12,
      winddir: 90,
      wind: 1.7,
      gust: 2.5,
      flags: 0,
      pressure: 1015,
    },
  ],
  [
    'OK WS 34 3 3 255 255 255 255 255 255 255 255 255 255 2 255 255',
    'lacrosse-ws',
    '34.3',
    { id: 34, model: 3, temp: 2.3, flags: 2 },
  ],
  [
    '20;2A;Cresta;ID=8301;TEMP=80c8;HUM=51;WINDIR=0003;XYZ=1;BAT=LOW;RAIN=0123;',
    'rflink',
    'Cresta.8301.',
    { model: 'Cresta', id: '8301', temp: -20, humi: 51, rain: 29.1, winddir: 67.5, lobat: true },
  ],
  [
    '20;07;NewKaku;ID=00c142;SWITCH=2;CMD=OFF;',
    'rflink',
    'NewKaku.00c142.2',
    { model: 'NewKaku', id: '00c142', switch_: '2', command: 'OFF' },
  ],
  [
    '{"time":"2026-11-21 18:00:00","model":"Nexus-TH","id":93,"channel":2,"temperature_C":-3.4,"humidity":NaN}',
    'rtl433',
    'Nexus-TH.93.2',
    { model: 'Nexus-TH', id: '93', channel: '2', temp: -3.4 },
  ],
  [
    '{"model":"Meter","id":"0a7","power_W":-nan,"pulses":12}',
    'rtl433',
    'Meter.0a7.',
    {
      model: 'Meter',
      id: '0a7',
      pulses: 12,
    },
  ],
  ['12;6;1;0;0;21.5', 'mysensors', '12.6', { temp: 21.5 }],
  ['12;7;1;0;16;1', 'mysensors', '12.7', { tripped: true }],
  ['12;8;1;0;47;open', 'mysensors', '12.8', { value: 'open' }],
  ['12;255;3;0;0;87', 'mysensors-battery', '12.255', { battery: 87 }],
  ['aC3TMPA18.25', 'llap', 'C3', { node: 'C3', temp: 18.25 }],
  ['aC3TMPA-0.5-', 'llap', 'C3', { node: 'C3', temp: -0.5 }],
  ['aC3BATT2.71-', 'llap', 'C3', { node: 'C3', batt: 2.71 }],
  ['aC3BATTLOW--', 'llap', 'C3', { node: 'C3', message: 'BATTLOW' }],
  ['T1:18.25,T2:-127.00,T3:85.00', 'ds18b20-row', undefined, { T1: 18.25 }],
  ['Temperature for the device 2 (index 1) is: 19.06', 'ds18b20', '2', { temp: 19.06, sensor: '2' }],
  [
    'Device Address: 28FF641E8216034C Temp C: -0.50 Temp F: 31.10',
    'ds18b20',
    '28FF641E8216034C',
    { temp: -0.5, sensor: '28FF641E8216034C' },
  ],
  ['  Temperature = 21.50 Celsius, 70.70 Fahrenheit', 'ds18b20', '', { temp: 21.5 }],
  ['T1:85.00,T2:-127.00,T3:20.3,T4: ovf', 'ds18b20-row', undefined, { T3: 20.3 }],
  [
    'Humidity: 48.00%  Temperature: 21.50°C 70.70°F  Heat index: 21.19°C 70.14°F',
    'dht',
    undefined,
    { humi: 48, temp: 21.5, heatIndex: 21.19 },
  ],
  ['Humidity: nan %\tTemperature: 21.50 *C 70.70 *F', 'dht', undefined, { temp: 21.5 }],
  ['Temperature = -1.50 *C', 'bme280', undefined, { temp: -1.5 }],
  ['Pressure = 101325 Pa', 'bme280', undefined, { pressure: 1013.25 }],
  ['Pressure = 1013.25 hPa', 'bme280', undefined, { pressure: 1013.25 }],
  ['Approx. Altitude = 34.20 m', 'bme280', undefined, { altitude: 34.2 }],
  ['Humidity = 48.10 %', 'bme280', undefined, { humi: 48.1 }],
  ['ST,+00012.34  g', 'scale', undefined, { weight: 12.34, stable: true }],
  ['US,-001.200 kg', 'scale', undefined, { weight: -1200, stable: false }],
  ['S S     12.340 g', 'scale-mettler', undefined, { weight: 12.34, stable: true }],
  ['S D      -0.335 g', 'scale-mettler', undefined, { weight: -0.335, stable: false }],
  [
    'MSG:9,V1:239.1,V2:240.2,V3:238.3,P12:-5,E12:77,T6:18.5,pulse2:3',
    'emontx',
    undefined,
    { MSG: 9, V1: 239.1, V2: 240.2, V3: 238.3, P12: -5, E12: 77, T6: 18.5, pulse2: 3 },
  ],
]

/** An NMEA sentence with its checksum. */
function sentence(text: string): string {
  const sum = [...Buffer.from(text)].reduce((xor, byte) => xor ^ byte, 0)
  return `$${text}*${sum.toString(16).toUpperCase().padStart(2, '0')}`
}

describe('formats: the library of devices', () => {
  for (const [line, type, key, data] of lines) {
    it(`${type}: ${line}`, () => {
      const event = clean(devices, line)
      assert.deepEqual([event.type, event.key, event.data], [type, key, data])
    })
  }

  it('emonTx 4 by radio', () => {
    const sample = formatLibrary.find(({ definition }) => definition.type === 'emontx4')?.sample
    assert.deepEqual(clean(devices, sample).data, {
      MSG: 7,
      Vrms: 239.76,
      P1: 200,
      P2: 300,
      P3: 0,
      P4: -5,
      P5: 0,
      P6: 0,
      E1: 12345,
      E2: 10000,
      E3: 0,
      E4: 0,
      E5: 0,
      E6: 0,
      T1: 21.5,
      pulse: 9,
    })
  })

  it('what is no reading is unknown: banners, overloads, answers', () => {
    for (const line of [
      '20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R48;',
      '20;05;PONG;',
      '[LaCrosseITPlusReader.10.1s (RFM12B f:868300 r:17241)]',
      '0;255;3;0;9;Init complete',
      'Failed to read from DHT sensor!',
      'Requesting temperatures...DONE',
      'OL,+9999999E+19',
      'S +',
      'vCal = 268.97',
    ]) {
      assert.deepEqual(outcome(devices, line), { kind: 'unknown' }, line)
    }
  })

  it('leaves the formats of JeeLink alone with packets of other sketches, and the other way round', () => {
    assert.equal(decoded([...jeelinkFormats], 'OK 9 21 129 4 201 44'), 'unknown')
    assert.equal(clean(devices, 'OK 9 213 11 68 235 151 90 99 6 88 198 136 89').type, 'homepower')
  })

  it('NMEA: place and time by RMC, only the time without a fix, nothing where the checksum is wrong', () => {
    const fix = sentence('GNRMC,101530.25,A,3351.3000,S,15112.6000,W,4.20,87.50,211126,,,A')
    const event = clean(devices, fix)
    const time = Date.UTC(2026, 10, 21, 10, 15, 30, 250)
    assert.deepEqual([event.type, event.time], ['gps', time])
    assert.deepEqual(event.data, { time, lat: -33.855, lon: -151.21, speed: 4.2, course: 87.5 })
    assert.deepEqual(decoded(devices, sentence('GPRMC,101530.00,V,,,,,,,211126,,,N')), { time: time - 250 })
    assert.equal(outcome(devices, sentence('GPRMC,,V,,,,,,,,,,N')).kind, 'rejected')
    assert.equal(outcome(devices, fix.replace('3351', '3352')).kind, 'rejected')
    assert.equal(outcome(devices, `${fix.split('*')[0]}*${fix}`).kind, 'rejected')
    const malformed = sentence('GPRMC,101530.25,A,3351.3K,S,15112.6000,W,4.20,87.50,211126,,,A')
    assert.equal(outcome(devices, malformed).kind, 'rejected')
  })

  it('NMEA: altitude and quality by GGA', () => {
    assert.deepEqual(
      decoded(devices, sentence('GPGGA,101530.00,5230.6000,N,01322.3200,E,1,08,0.95,34.7,M,44.2,M,,')),
      { quality: 1, lat: 52.51, lon: 13.372, altitude: 34.7, satellites: 8, hdop: 0.95 },
    )
    assert.deepEqual(decoded(devices, sentence('GPGGA,101530.00,,,,,0,03,9.9,,M,,M,,')), {
      quality: 0,
      satellites: 3,
    })
  })

  it('PMS5003: frames by their sum, whatever bytes they hold', () => {
    const frame = Buffer.alloc(32)
    frame.write('BM')
    const words = [28, 1, 2, 3, 9, 10, 13, 640, 320, 90, 8, 3, 1]
    words.forEach((word, i) => {
      frame.writeUInt16BE(word, 2 + 2 * i)
    })
    const { add, start } = sums.sum16
    frame.writeUInt16BE(add(start, frame, 0, 30) & 0xffff, 30)
    assert.deepEqual(decoded(devices, frame), {
      pm1: 9,
      pm25: 10,
      pm10: 13,
      n03: 640,
      n05: 320,
      n1: 90,
      n25: 8,
      n5: 3,
      n10: 1,
    })
    frame[13]! ^= 1
    assert.equal(outcome(devices, frame).kind, 'rejected')
    assert.equal(outcome(devices, Buffer.from([0x42, 0x4e, 1, 2])).kind, 'unknown')
  })

  it('SDS011: frames by their sum', () => {
    const frame = Buffer.from([0xaa, 0xc0, 212, 4, 58, 10, 161, 96, 0, 0xab])
    frame[8] = frame.subarray(2, 8).reduce((sum, byte) => sum + byte, 0) & 255
    const event = clean(devices, frame)
    assert.deepEqual([event.data, event.key], [{ pm25: 123.6, pm10: 261.8 }, '41312'])
    frame[2]! ^= 1
    assert.equal(outcome(devices, frame).kind, 'rejected')
  })
})
