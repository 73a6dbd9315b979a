// What is on the air in the first seconds after the demo collector was switched on: every kind of line once.
import { encodeHomePower, encodeRadioBlip, encodeRoom, encodeSmaRelay } from './packets.ts'
import type { Heard } from './stations.ts'

/** [ms after it was switched on, what is heard] */
const firstLines: Array<[number, Heard]> = [
  [600, packet(12, encodeRoom({ light: 0.4, moved: false, humi: 59, temp: 18.2, lobat: false }))],
  [1200, packet(9, homePowerBytes())],
  [1900, packet(5, encodeRoom({ light: 61, moved: true, humi: 48, temp: 51.1, lobat: false }))],
  [2600, { kind: 'noise', bytes: [4, 254, 249, 127, 35, 0, 15, 225] }],
  [3300, packet(11, [1, 118, 182])],
  [4000, packet(3, encodeRadioBlip({ ping: 1_102_256, battery: { id: 17, vpre: 2.94, vpost: 2.86 } }))],
  [4700, packet(14, [24, 210, 17])],
  [5000, packet(7, [1, 118, 182])],
  [
    5400,
    packet(
      15,
      encodeSmaRelay({ yield: 4180, total: 9241, acw: 1374, dcv1: 217, dcv2: 210, dcw1: 801, dcw2: 655 }),
    ),
  ],
]

/** The first of them after a moment; undefined where all are over. @param switchedOn ms since 1970, as `after` */
export function firstHeard(switchedOn: number, after: number): { at: number; heard: Heard } | undefined {
  const next = firstLines.find(([ms]) => switchedOn + ms > after)
  return next && { at: switchedOn + next[0], heard: next[1] }
}

function packet(node: number, bytes: number[]): Heard {
  return { kind: 'packet', node, flags: 0, bytes }
}

function homePowerBytes(): number[] {
  return encodeHomePower([
    { pulses: 3029, power: 78.5 },
    { pulses: 23_191, power: 310 },
    { pulses: 50_776, power: 7.8 },
  ])
}
