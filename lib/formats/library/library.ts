// The formats that come with the package, each with a line to try it on.
import type { FormatDefinition } from '../model/definition.ts'
import { pms5003, sds011 } from './dust.ts'
import { emontx, emontx4, emontxContinuous, emontxDiscrete } from './emontx.ts'
import { energy } from './energy.ts'
import { csv, json, storedEvent, timeEvent } from './general.ts'
import { homepower, radioblip, room, smarelay } from './jeelink.ts'
import { lightnode, ookrelay, otrelay, p1scanner, slowlogger } from './jeelink-relays.ts'
import { lacrosse, lacrosseStation } from './lacrosse.ts'
import { iec62056, linky, linkyStandard, p1 } from './meters.ts'
import { llap, mysensors, mysensorsBattery } from './networks.ts'
import { nmeaGga, nmeaRmc } from './nmea.ts'
import { rflink, rtl433 } from './receivers.ts'
import { scaleAnd, scaleMettler } from './scales.ts'
import { bme280, dht, ds18b20, ds18b20Row } from './sketches.ts'
import { vedirect } from './vedirect.ts'

export interface LibraryFormat {
  /** under which a panel lists it */
  group: string
  definition: FormatDefinition
  /** a line that it decodes, or the lines of a record; none where the device sends binary frames */
  sample?: string
  /** how the port has to be set, where frames are not lines: its settings, as the panel names them */
  framing?: string
}

const jeelink = 'JeeLink'
const emon = 'emonTx'
const radio = 'Radio'
const sketch = 'Arduino'
const instruments = 'Instruments'
const meters = 'Meters'
const others = 'Others'

export const formatLibrary: readonly LibraryFormat[] = [
  { group: jeelink, definition: room, sample: 'OK 12 1 118 182 0' },
  { group: jeelink, definition: homepower, sample: 'OK 9 213 11 68 235 151 90 99 6 88 198 136 89' },
  { group: jeelink, definition: radioblip, sample: 'OK 3 70 5 0 0 133 100 200' },
  { group: jeelink, definition: smarelay, sample: 'OK 15 57 48 215 17 138 12 160 91 57 48 164 6 230 5' },
  { group: jeelink, definition: otrelay, sample: 'OK 14 24 210 17' },
  { group: jeelink, definition: ookrelay, sample: 'OK 19 115 113 98 27 51 181 54 0' },
  {
    group: jeelink,
    definition: p1scanner,
    sample: 'OK 18 129 75 45 135 1 15 21 206 2 217 53 133 130 163 128 128 2 49 118 249',
  },
  { group: jeelink, definition: slowlogger, sample: 'OK 20 16 39 32 78 48 117 64 1' },
  { group: jeelink, definition: lightnode, sample: 'OK 7 128' },
  { group: emon, definition: emontx, sample: 'MSG:71923,Vrms:246.78,P1:157,E1:16346,pulse:15' },
  {
    group: emon,
    definition: emontxContinuous,
    sample:
      'OK 15 243 24 1 0 102 96 157 0 65 1 0 0 216 255 218 63 0 0 16 39 0 0 0 0 0 0 100 0 0 0 66 7 48 117 48 117 15 0 0 0 (-48)',
  },
  {
    group: emon,
    definition: emontxDiscrete,
    sample: 'OK 8 157 0 65 1 0 0 216 255 102 96 186 0 184 11 184 11 184 11 184 11 184 11 15 0 0 0 (-51)',
  },
  {
    group: emon,
    definition: emontx4,
    sample:
      'OK 17 7 0 0 0 168 93 200 0 44 1 0 0 251 255 0 0 0 0 57 48 0 0 16 39 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 102 8 48 117 48 117 9 0 0 0 (-60)',
  },
  { group: radio, definition: lacrosse, sample: 'OK 9 21 129 4 201 44' },
  {
    group: radio,
    definition: lacrosseStation,
    sample: 'OK WS 33 2 4 190 61 0 12 3 132 0 17 0 25 0 3 247',
  },
  { group: radio, definition: rflink, sample: '20;2A;Cresta;ID=8301;TEMP=00c8;HUM=51;BAT=OK;' },
  {
    group: radio,
    definition: rtl433,
    sample:
      '{"time":"2026-11-21 18:00:00","model":"Nexus-TH","id":93,"channel":2,"battery_ok":1,"temperature_C":-3.4,"humidity":81}',
  },
  { group: radio, definition: mysensors, sample: '12;6;1;0;0;21.5' },
  { group: radio, definition: mysensorsBattery, sample: '12;255;3;0;0;87' },
  { group: radio, definition: llap, sample: 'aC3TMPA18.25', framing: 'fixed length, 12 bytes' },
  { group: sketch, definition: ds18b20, sample: 'Temperature for the device 1 (index 0) is: 21.50' },
  { group: sketch, definition: ds18b20Row, sample: 'T1:21.50,T2:-127.00,T3:20.1' },
  { group: sketch, definition: dht, sample: 'Humidity: 48.00%  Temperature: 21.50°C 70.70°F' },
  { group: sketch, definition: bme280, sample: 'Temperature = 21.50 *C' },
  {
    group: instruments,
    definition: nmeaRmc,
    sample: '$GPRMC,101530.00,A,5230.6000,N,01322.3200,E,4.20,87.50,211126,,,A*62',
  },
  {
    group: instruments,
    definition: nmeaGga,
    sample: '$GPGGA,101530.00,5230.6000,N,01322.3200,E,1,08,0.95,34.7,M,44.2,M,,*6D',
  },
  { group: instruments, definition: pms5003, framing: 'fixed length, 32 bytes, begins with \\x42\\x4D' },
  { group: instruments, definition: sds011, framing: 'fixed length, 10 bytes, begins with \\xAA\\xC0' },
  { group: instruments, definition: scaleAnd, sample: 'ST,+00012.34  g' },
  { group: instruments, definition: scaleMettler, sample: 'S S     12.340 g' },
  {
    group: meters,
    definition: p1,
    sample:
      '/ABC5\\2M999\n\n1-3:0.2.8(50)\n0-0:1.0.0(261121120000W)\n0-0:96.1.1(4530)\n1-0:1.8.1(000123.456*kWh)\n1-0:1.8.2(000234.567*kWh)\n0-0:96.14.0(0002)\n1-0:1.7.0(01.193*kW)\n1-0:32.7.0(231.4*V)\n0-1:24.1.0(003)\n0-1:24.2.1(261121115500W)(01234.567*m3)\n!EF34',
  },
  {
    group: meters,
    definition: linky,
    sample:
      '\x02\nADCO 021728123456 @\nOPTARIF BASE 0\nBASE 002815235 %\nPTEC TH.. $\nIINST 003 Z\nPAPP 00750 -\n\x03',
  },
  {
    group: meters,
    definition: linkyStandard,
    sample:
      '\x02\nADSC\t811775123456\t?\nEAST\t006484975\t:\nLTARF\t     BASE       \tF\nURMS1\t233\tB\nSINSTS\t00310\tJ\n\x03',
  },
  {
    group: meters,
    definition: iec62056,
    sample: '/ABC5XYZ\n\x020.0.0(00123456)\n1.8.0(001234.5*kWh)\nF.F(00)\n!\n\x03b',
    framing: 'start and end, from / to \\x03, and 1 byte after the end',
  },
  {
    group: meters,
    definition: vedirect,
    sample:
      'PID\t0xA053\nSER#\tHQ1234D\nV\t12340\nI\t-20\nVPV\t18110\nPPV\t7\nCS\t3\nERR\t0\nLOAD\tON\nH19\t42\nChecksum\tX',
  },
  {
    group: others,
    definition: energy,
    sample:
      'Device: ID=1; Fw=16071801; Evt=2; Alarms: CoilRevesed=OFF; Power: Active=1753W; Reactive=279var; Appearent=403VA; Line: Current=7.35900021; Voltage=230.08V; Phase=-43,841rad; Peaks: 7.33; 7.31; 7.53; FFT Re: 9748;46; FFT Img: 2712;6; UTC Time: 2016-10-4 16:47:50; hz: 49.87; WiFi Strength: -62; Dummy: 20',
  },
  {
    group: others,
    definition: timeEvent,
    sample:
      '{"eventId":"DHCP4_CLIENT","data":{"time":1795612884041,"msec":7723892,"cat":"DHCP4_CLIENT","source":"dhcpc","transport":"queue","known":true,"pid":709,"subject":"eth0","seq":"START"}}',
  },
  { group: others, definition: json, sample: '{"temp":21.5,"humi":48}' },
  { group: others, definition: csv, sample: '2026-11-21T18:00:00Z,21.5,48' },
  {
    group: others,
    definition: storedEvent,
    sample: "Stored Event: {'eventId': 1, 'timestamp': 1701111111.111, 'data': {'key': 'value1'}}",
  },
]
