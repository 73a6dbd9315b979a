// The formats that come with the package, each with a line to try it on.
import type { FormatDefinition } from '../model/definition.ts'
import { emontx, emontxContinuous, emontxDiscrete } from './emontx.ts'
import { energy } from './energy.ts'
import { csv, json, storedEvent } from './general.ts'
import { homepower, radioblip, room, smarelay } from './jeelink.ts'

export interface LibraryFormat {
  /** under which a panel lists it */
  group: string
  definition: FormatDefinition
  /** a line that it decodes */
  sample: string
}

const jeelink = 'JeeLink'
const emon = 'emonTx'
const others = 'Others'

export const formatLibrary: readonly LibraryFormat[] = [
  { group: jeelink, definition: room, sample: 'OK 12 1 118 182 0' },
  { group: jeelink, definition: homepower, sample: 'OK 9 213 11 68 235 151 90 99 6 88 198 136 89' },
  { group: jeelink, definition: radioblip, sample: 'OK 3 70 5 0 0 133 100 200' },
  { group: jeelink, definition: smarelay, sample: 'OK 15 57 48 215 17 138 12 160 91 57 48 164 6 230 5' },
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
    group: others,
    definition: energy,
    sample:
      'Device: ID=1; Fw=16071801; Evt=2; Alarms: CoilRevesed=OFF; Power: Active=1753W; Reactive=279var; Appearent=403VA; Line: Current=7.35900021; Voltage=230.08V; Phase=-43,841rad; Peaks: 7.33; 7.31; 7.53; UTC Time: 2016-10-4 16:47:50; hz: 49.87; WiFi Strength: -62; Dummy: 20',
  },
  { group: others, definition: json, sample: '{"temp":21.5,"humi":48}' },
  { group: others, definition: csv, sample: '2026-11-21T18:00:00Z,21.5,48' },
  {
    group: others,
    definition: storedEvent,
    sample: "Stored Event: {'eventId': 1, 'timestamp': 1701111111.111, 'data': {'key': 'value1'}}",
  },
]
