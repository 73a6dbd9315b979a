// Receivers of radio sensors, and radio nodes by themselves.
import { emontx, emontxDiscrete } from '../../../lib/formats/library/emontx.ts'
import { room } from '../../../lib/formats/library/jeelink.ts'
import { lacrosse, lacrosseStation } from '../../../lib/formats/library/lacrosse.ts'
import { llap } from '../../../lib/formats/library/networks.ts'
import { rflink, rtl433 } from '../../../lib/formats/library/receivers.ts'
import type { FieldDefinition, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { type Device, lines, number } from './device.ts'

/** A weather station writes its digits, and those of its hexadecimal counter of rain, with the least significant first. */
const station: FormatDefinition = {
  type: 'station',
  decoder: {
    kind: 'pattern',
    pattern:
      '^810d04[0-9a-fx]{2}4027a001(?P<temp>[0-9a-f]{3})(?P<humi>[0-9a-f]{2})(?P<wind>[0-9a-f]{3})(?P<rain>[0-9a-f]{3})f$',
  },
  fields: [
    packed('temp', { unit: '°C', scale: '1/10', decimals: 1 }),
    packed('humi', { unit: '%' }),
    packed('wind', { unit: 'km/h', scale: '1/10', decimals: 1 }),
    number('rain', { notation: 'hex', reversed: true }),
  ],
}

function packed(name: string, rest: Partial<FieldDefinition>): FieldDefinition {
  return number(name, { notation: 'bcd', reversed: true, ...rest })
}

export const radioDevices: Device[] = [
  {
    name: 'LaCrosse thermometers, with and without humidity',
    formats: [lacrosse],
    sent: lines(
      '[LaCrosseITPlusReader.10.1s (RFM12B f:868300 r:17241)]',
      'OK 9 21 129 4 201 44',
      'OK 9 22 2 3 180 106',
      'OK 9 22 1 4 0 253',
    ),
    good: [
      { id: 21, channel: 1, newbatt: 1, temp: 22.5, humi: 44, weak: 0 },
      { id: 22, channel: 2, newbatt: 0, temp: -5.2, weak: 0 },
      { id: 22, channel: 1, newbatt: 0, temp: 2.4, weak: 1 },
    ],
  },
  {
    name: 'a LaCrosse weather station without some of its sensors',
    formats: [lacrosseStation],
    sent: lines(
      'OK WS 33 2 4 190 61 0 12 3 132 0 17 0 25 0 3 247',
      'OK WS 34 3 3 255 255 255 255 255 255 255 255 255 255 2 255 255',
    ),
    good: [
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
      { id: 34, model: 3, temp: 2.3, flags: 2 },
    ],
  },
  {
    name: 'an emonTx that says how it is set first',
    formats: [emontx],
    sent: lines(
      'emonTx V3.4 EmonLibCM Continuous Monitoring V1.80',
      'Settings:',
      'vCal = 264.10',
      'pulses = 1',
      'POST.....wait 10s',
      'MSG:1,Vrms:239.80,P1:87,P2:-12,E1:0,E2:0,T1:300.00,T2:18.44,pulse:3',
    ),
    good: [{ MSG: 1, Vrms: 239.8, P1: 87, P2: -12, E1: 0, E2: 0, T2: 18.44, pulse: 3 }],
  },
  {
    name: 'an emonTx by radio, with the strength of its signal',
    formats: [emontxDiscrete],
    sent: lines(
      'OK 8 157 0 65 1 0 0 216 255 102 96 186 0 184 11 184 11 184 11 184 11 184 11 15 0 0 0 (-51) ',
    ),
    good: [{ P1: 157, P2: 321, P3: 0, P4: -40, Vrms: 246.78, T1: 18.6, pulse: 15 }],
  },
  {
    name: 'RFLink: hexadecimal tenths, signs in the highest bit',
    formats: [rflink],
    sent: lines(
      '20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R48;',
      '20;2A;Cresta;ID=8301;TEMP=0062;HUM=51;BAT=OK;',
      '20;2B;Cresta;ID=0301;TEMP=8019;HUM=77;WINSP=0023;WINDIR=0003;BAT=LOW;',
    ),
    good: [
      { model: 'Cresta', id: '8301', temp: 9.8, humi: 51, lobat: false },
      { model: 'Cresta', id: '0301', temp: -2.5, humi: 77, wind: 3.5, winddir: 67.5, lobat: true },
    ],
  },
  {
    name: 'rtl_433: repeats, NaN, local times',
    formats: [{ ...rtl433, zone: 'Europe/Amsterdam' }],
    sent: lines(
      '{"time" : "2026-01-14 07:12:01", "model" : "Nexus-TH", "id" : 93, "channel" : 2, "temperature_C" : -3.400, "humidity" : 81}',
      '{"time" : "2026-01-14 07:12:01", "model" : "Nexus-TH", "id" : 93, "channel" : 2, "temperature_C" : -3.400, "humidity" : 81}',
      '{"time" : "2026-01-14 07:12:05", "model" : "Prologue-TH", "id" : 7, "temperature_C" : NaN, "pulses" : 12}',
      '{"time" : "2026-01-14 07:12:09", "model" : "Prologue-TH", "id" : 7, "temperature_C" : 4.5, "humidity" : -nan}',
    ),
    good: [
      { at: '2026-01-14T06:12:01Z', model: 'Nexus-TH', id: '93', channel: '2', temp: -3.4, humi: 81 },
      { at: '2026-01-14T06:12:05Z', model: 'Prologue-TH', id: '7', pulses: 12 },
      { at: '2026-01-14T06:12:09Z', model: 'Prologue-TH', id: '7', temp: 4.5 },
    ],
  },
  {
    name: 'LLAP: twelve characters and no line end',
    framing: { framing: 'fixed', frameSize: 12 },
    formats: [llap],
    sent: 'aC3TMPA18.25aC3BATT2.71-bC4TMPA-0.5-aC4tmpa-0.5-',
    good: [
      { node: 'C3', temp: 18.25 },
      { node: 'C3', batt: 2.71 },
      { node: 'C4', temp: -0.5 },
    ],
  },
  {
    name: 'a weather station whose digits stand in reverse',
    formats: [station],
    sent: lines('810d04xx4027a001512940834f1f', '810d04xx4027a00151f940834f1f'),
    good: [{ temp: 21.5, humi: 49, wind: 38, rain: 0x1f4 }],
  },
  {
    name: 'room nodes by a JeeLink',
    formats: [room],
    sent: lines('OK 5 1 118 215 0', 'OK 6 1 118 182 0', ' ? 4 254 249', 'OK 24 1 118 190 0'),
    good: [
      { light: 0, moved: 0, humi: 59, temp: 21.5, lobat: 0 },
      { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 },
      { light: 0, moved: 0, humi: 59, temp: 19, lobat: 0 },
    ],
  },
]
